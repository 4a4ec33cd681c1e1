"""One download, from the first question to a model that answers, as a generator of progress."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from ternchat.app.core.control import Wish
from ternchat.app.core.errors import AppError
from ternchat.app.core.model_record import ModelRecord
from ternchat.app.core.problem import Problem
from ternchat.app.core.progress import Progress, State
from ternchat.app.core.remote_model import is_weights
from ternchat.app.core.runnable import Verdict, folder_verdict
from ternchat.app.core.transfer_errors import (
    BadHashError,
    ChangedError,
    ModelGoneError,
    NoDiskError,
    SelfTestError,
    TransferError,
    UnsupportedError,
    from_os_error,
)

from .background import Call
from .connection import Source
from .finish import record_of, recorded
from .policy import Backoff
from .speed import SpeedMeter
from .staging import Staging
from .tools import Moment, Stopped, Tools
from .transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ternchat.app.core.hub import Hub
    from ternchat.app.core.model_store import ModelStore
    from ternchat.app.core.remote_model import RemoteModel

    from .part_file import PartFile
    from .request import DownloadRequest

log = logging.getLogger(__name__)

# Raises what is wrong; the event is set when nobody wants to know any more.
SelfTest = Callable[[Path, Event], None]
Judge = Callable[[Path], Verdict]

_LARGE_BYTES = 1 << 20


class Download:
    """One run of one download; whatever ends it, the next run goes on where it was."""

    def __init__(
        self,
        request: DownloadRequest,
        store: ModelStore,
        hub: Hub,
        *,
        self_test: SelfTest | None = None,
        judge: Judge = folder_verdict,
        tools: Tools | None = None,
    ) -> None:
        self._request = request
        self._hub = hub
        self._self_test = self_test
        self._judge = judge
        self._tools = tools or Tools()
        self._staging = Staging(store, request.name)
        self._meter = SpeedMeter(self._tools.clock.now())
        self._done: dict[str, int] = {}  # file -> bytes that are there
        self._total: int | None = None
        self._file = ""

    def run(self) -> Iterator[Progress]:
        """What happens, at least twice a second; the last one is final."""
        try:
            with self._staging.locked():
                try:
                    for moment in self._steps():
                        yield self._progress(moment)
                except Stopped:
                    yield self._stopped()
                    return
                except TransferError as error:
                    self._tidy_after(error)
                    raise
            yield self._ready()
        except AppError as error:
            yield self._failed(error)
        except OSError as error:
            yield self._failed(from_os_error(error))
        except Exception as error:  # a mistake of ours must not take the others' downloads along
            log.exception("the download of %s broke off", self._request.name)
            yield self._failed(error)

    # ---- The steps ------------------------------------------------------------------------------

    def _steps(self) -> Iterator[Moment]:
        if not self._staging.is_complete:
            yield Moment(State.RESOLVING)
            self._staging.create()
            self._staging.note(self._request, None, paused=False)
            model = yield from self._resolve()
            if self._is_installed(model):
                self._staging.delete()
                return
            try:
                yield from self._fetch_all(model)
            except (ChangedError, ModelGoneError):
                # The commit may be gone, and a new one in its place: what did not change is kept.
                renewed = yield from self._resolve()
                if renewed.files == model.files and renewed.commit == model.commit:
                    raise
                yield from self._fetch_all(renewed)
        path = self._staging.publish()
        if self._self_test is not None:
            yield from self._test(path, self._self_test)

    def _resolve(self) -> Any:
        """Ask the hub what the model is; gives the RemoteModel."""
        backoff = Backoff(self._tools.policy, self._tools.policy.resolve_attempts)
        while True:
            call = Call(lambda: self._hub.model(self._request.ref, self._request.token))
            try:
                for model in call.ticks(self._tools.clock, self._tools.policy.tick_seconds):
                    if model is not None:
                        self._check_pinned(model)
                        return model
                    self._tools.check_stopped()
                    yield Moment(State.RESOLVING)
            except TransferError as error:
                yield from self._tools.wait_after(error, backoff)

    def _fetch_all(self, model: RemoteModel) -> Iterator[Moment]:
        """Fetch every file and write the record."""
        parts = [self._staging.part(f, self._tools.policy.block_bytes) for f in model.files]
        self._staging.keep_only(parts)
        self._done = {part.file.name: part.size_on_disk for part in parts}
        self._total = model.total_bytes
        self._staging.note(self._request, self._total, paused=False)
        self._check_space(model)
        self._meter = SpeedMeter(self._tools.clock.now())
        transfer, files, judged = Transfer(self._tools, self._meter), [], False
        for part in parts:
            if not judged and (part.file.size_bytes > _LARGE_BYTES or is_weights(part.file.name)):
                judged = True
                self._check_runnable()
            files.append((yield from self._fetch(part, model, transfer)))
        request = self._request
        record_of(model, request.name, request.title, files).write(self._staging.folder)

    def _fetch(self, part: PartFile, model: RemoteModel, transfer: Transfer) -> Any:
        """Fetch one file and hold it against its hash; gives the RecordedFile."""
        file, self._file = part.file, part.file.name
        source = Source(self._hub, model, file, self._request.token)
        try:
            for _ in part.recover():
                yield from self._checking(part)
            fetched_again = False
            while True:
                for moment in transfer.fill(part, source):
                    self._done[file.name] = part.have_bytes
                    yield moment
                for _ in part.check():
                    yield from self._checking(part)
                if part.is_right:
                    break
                if part.doubt():
                    continue
                part.discard()
                if fetched_again:
                    raise BadHashError(
                        f"{file.name} does not have the hash {file.digest.hex[:16]}… that the hub"
                        " names for it, not even when it was fetched again"
                    )
                fetched_again = True
            blocks = part.sums()
            part.finish(self._staging.folder / file.name)
        finally:
            part.close()
        self._done[file.name] = file.size_bytes
        return recorded(file, self._staging.folder, blocks)

    def _checking(self, part: PartFile) -> Iterator[Moment]:
        self._tools.check_stopped()
        self._done[part.file.name] = part.have_bytes
        yield Moment(State.VERIFYING)

    def _test(self, path: Path, self_test: SelfTest) -> Iterator[Moment]:
        """Let the engine try the model, and write down whether it worked."""
        stopped = self._tools.control.stopped
        call = Call(lambda: self_test(path, stopped))
        try:
            for _ in call.ticks(self._tools.clock, self._tools.policy.tick_seconds):
                yield Moment(State.TESTING)
        except Exception as error:
            self._note_test(path, passed=False)
            raise SelfTestError(f"the model was fetched, but trying it failed: {error}") from error
        if not stopped.is_set():  # else nobody waited for the result
            self._note_test(path, passed=True)

    @staticmethod
    def _note_test(path: Path, *, passed: bool) -> None:
        record = ModelRecord.read(path)
        if record is not None:
            record.with_test(passed).write(path)

    # ---- Checks ---------------------------------------------------------------------------------

    def _check_pinned(self, model: RemoteModel) -> None:
        for name, sha256 in self._request.checksums.items():
            file = model.file(name)
            if file is None or file.digest.hex != sha256:
                raise ChangedError(
                    f"{name} of {model.repository} is not the file this version of Ternchat knows"
                )

    def _check_space(self, model: RemoteModel) -> None:
        missing = model.total_bytes - sum(self._done.values())
        free = self._tools.free_bytes(self._staging.folder)
        if missing + self._tools.policy.reserve_bytes > free:
            raise NoDiskError(
                f"{missing / 1e9:.2f} GB are to come, but only {free / 1e9:.2f} GB are free"
            )

    def _check_runnable(self) -> None:
        verdict = self._judge(self._staging.folder)
        if not verdict.runs:
            raise UnsupportedError(verdict.reason)

    def _is_installed(self, model: RemoteModel) -> bool:
        """Whether this very version lies in its place already, as far as sizes tell."""
        record = ModelRecord.read(self._staging.target)
        if record is None or record.commit != model.commit or record.location is not None:
            return False
        sizes = {file.name: file.size_bytes for file in model.files}
        try:
            return all((self._staging.target / n).stat().st_size == s for n, s in sizes.items())
        except OSError:
            return False

    # ---- Reports --------------------------------------------------------------------------------

    def _progress(self, moment: Moment) -> Progress:
        done = sum(self._done.values())
        report = Progress(
            self._request.name,
            moment.state,
            done_bytes=done,
            total_bytes=self._total,
            file=self._file,
            note=moment.note,
            retry_in_seconds=moment.retry_in_seconds,
        )
        if self._total is None or moment.state not in (State.DOWNLOADING, State.STALLED):
            return report
        now = self._tools.clock.now()
        return replace(
            report,
            bytes_per_second=self._meter.rate(now),
            seconds_left=self._meter.seconds_left(now, self._total - done),
        )

    def _stopped(self) -> Progress:
        """The end a person asked for."""
        wish = self._tools.control.wish
        if wish is Wish.DELETE:
            self._staging.delete()
            return Progress(self._request.name, State.CANCELLED)
        self._staging.note(self._request, self._total, paused=wish is not Wish.LEAVE)
        return self._progress(Moment(State.CANCELLED if wish is Wish.KEEP else State.PAUSED))

    def _tidy_after(self, error: TransferError) -> None:
        """Keep what a later run can use, and note whether it may begin without being asked."""
        if isinstance(error, UnsupportedError) or not any(self._done.values()):
            self._staging.delete()
        elif not self._staging.is_published:
            with suppress(OSError):  # the disk may be what failed
                self._staging.note(self._request, self._total, paused=not error.transient)

    def _ready(self) -> Progress:
        report = self._progress(Moment(State.READY))
        return replace(report, path=self._staging.target, file="")

    def _failed(self, error: Exception) -> Progress:
        report = self._progress(Moment(State.FAILED, str(error)))
        return replace(report, problem=Problem.of(error))

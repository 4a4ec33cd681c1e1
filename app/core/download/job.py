"""One download, from the first question to a model that answers, as a generator of progress."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ternchat.app.core.control import Wish
from ternchat.app.core.disk_errors import from_os_error
from ternchat.app.core.errors import AppError
from ternchat.app.core.file_hash import pieces
from ternchat.app.core.hub_cache import HubCache
from ternchat.app.core.language import number, sentence
from ternchat.app.core.model_record import ModelRecord
from ternchat.app.core.progress import Progress, State
from ternchat.app.core.remote_model import RemoteModel, is_weights
from ternchat.app.core.runnable import Verdict, folder_verdict
from ternchat.app.core.transfer_errors import TransferError
from ternchat.app.core.transfer_faults import Fault

from .background import Call
from .connection import Source
from .file_fetch import FileFetch
from .finish import record_of, recorded
from .ledger import Ledger
from .policy import Backoff
from .staging import Staging
from .tools import Moment, Stopped, Tools
from .trial import SelfTest, trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ternchat.app.core.hub import Hub
    from ternchat.app.core.model_store import ModelStore

    from .request import DownloadRequest

log = logging.getLogger(__name__)


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
        cache: HubCache | None = None,
    ) -> None:
        self._request = request
        self._hub = hub
        self._self_test = self_test
        self._judge = judge
        self._tools = tools or Tools()
        self._cache = (cache or HubCache()) if request.use_cache else None
        self._staging = Staging(store, request.name)
        self._ledger = Ledger(request.name, self._tools.clock)
        self._test_said = ""

    def run(self) -> Iterator[Progress]:
        """What happens, at least twice a second; the last one is final."""
        try:
            with self._staging.locked():
                try:
                    for moment in self._steps():
                        yield self._ledger.progress(moment)
                except Stopped:
                    yield self._stopped()
                    return
                except TransferError as error:
                    self._tidy_after(error)
                    raise
            ready = self._ledger.progress(Moment(State.READY, self._test_said))
            yield replace(ready, path=self._path())
        except AppError as error:
            yield self._ledger.failed(error)
        except OSError as error:
            yield self._ledger.failed(from_os_error(error))
        except Exception as error:  # a mistake of ours must not take the others' downloads along
            log.exception("the download of %s broke off", self._request.name)
            yield self._ledger.failed(error)

    # ---- The steps ------------------------------------------------------------------------------

    def _steps(self) -> Iterator[Moment]:
        if self._staging.is_complete or (yield from self._complete()):
            self._staging.publish()
        if self._self_test is not None:
            self._test_said = yield from trial(
                self._staging.target, self._path(), self._self_test, self._tools
            )

    def _complete(self) -> Generator[Moment, None, bool]:
        """Put the newest version together; False when it is installed already."""
        yield Moment(State.RESOLVING)
        self._staging.create()
        self._staging.note(self._request, None, paused=False)
        model = yield from self._resolve()
        if self._is_installed(model):
            self._staging.delete()
            return False
        try:
            yield from self._bring(model)
        except TransferError as error:
            if error.fault not in (Fault.CHANGED, Fault.MODEL_GONE):
                raise
            # The commit may be gone, and a new one in its place: what did not change is kept.
            renewed = yield from self._resolve()
            if renewed.files == model.files and renewed.commit == model.commit:
                raise
            yield from self._bring(renewed)
        return True

    def _resolve(self) -> Generator[Moment, None, RemoteModel]:
        """Ask the hub what the model is; without connections, the shared cache."""
        if self._cache is not None and (self._request.from_cache or self._hub.options.offline):
            cached = self._cache.find(self._request.ref)
            if cached is not None:
                return cached.model
            if self._request.from_cache:
                raise self._gone_from_cache()
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

    def _bring(self, model: RemoteModel) -> Iterator[Moment]:
        """Put the model together: where it lies already, or file by file."""
        if not (yield from self._link_cached(model)):
            yield from self._fetch_all(model)

    def _link_cached(self, model: RemoteModel) -> Generator[Moment, None, bool]:
        """Use the model in place if the shared cache has it, every hash right; whether it did."""
        folder = self._cache.whole(model) if self._cache is not None else None
        if folder is None:
            if self._request.from_cache:
                raise self._gone_from_cache()
            return False
        self._ledger.begin(model.total_bytes, ())
        for file in model.files:
            digest, read = file.digest.start(file.size_bytes), 0
            for piece in pieces(folder / file.name):
                self._tools.check_stopped()
                digest.update(piece)
                read += len(piece)
                self._ledger.put(file.name, read)
                yield Moment(State.VERIFYING)
            if digest.hexdigest() != file.digest.hex:
                log.warning("%s in the shared cache is damaged", folder / file.name)
                if self._request.from_cache:
                    raise Fault.BAD_HASH.error(
                        sentence(
                            "{path} is not what it was; trying again downloads the model",
                            path=folder / file.name,
                        )
                    )
                return False
        self._check_runnable(folder)
        files = [recorded(file, folder, "") for file in model.files]
        record = record_of(model, self._request.name, self._request.title, files, 0)
        replace(record, location=folder).write(self._staging.folder)
        return True

    def _fetch_all(self, model: RemoteModel) -> Iterator[Moment]:
        """Fetch every file and write the record."""
        block_bytes = self._tools.policy.block_bytes
        parts = [self._staging.part(file, block_bytes) for file in model.files]
        self._staging.keep_only(parts)
        done = [(part.file.name, part.size_on_disk) for part in parts]
        self._ledger.begin(model.total_bytes, done)
        self._staging.note(self._request, model.total_bytes, paused=False)
        self._check_space()
        fetch, files, judged = FileFetch(self._tools, self._ledger), [], False
        for part in parts:
            file = part.file
            if not judged and (file.size_bytes > _LARGE_BYTES or is_weights(file.name)):
                judged = True
                self._check_runnable(self._staging.folder)
            cached = self._cache.file(model, file) if self._cache is not None else None
            source = Source(self._hub, model, file, self._request.token)
            files.append((yield from fetch.fetch(part, source, cached)))
        record = record_of(model, self._request.name, self._request.title, files, block_bytes)
        record.write(self._staging.folder)

    # ---- Checks ---------------------------------------------------------------------------------

    def _check_pinned(self, model: RemoteModel) -> None:
        for name, sha256 in self._request.checksums.items():
            file = model.file(name)
            if file is None or file.digest.hex != sha256:
                raise Fault.CHANGED.error(
                    sentence(
                        "{name} of {repository} is not the file this version of Ternchat knows",
                        name=name,
                        repository=model.repository,
                    )
                )

    def _check_space(self) -> None:
        missing = (self._ledger.total_bytes or 0) - self._ledger.done_bytes
        free = self._tools.free_bytes(self._staging.folder)
        if missing + self._tools.policy.reserve_bytes > free:
            raise Fault.NO_DISK.error(
                sentence(
                    "{missing} GB are to come, but only {free} GB are free",
                    missing=number(missing / 1e9, 2),
                    free=number(free / 1e9, 2),
                )
            )

    def _check_runnable(self, folder: Path) -> None:
        verdict = self._judge(folder)
        if not verdict.runs:
            raise Fault.UNSUPPORTED.error(verdict.reason)

    def _is_installed(self, model: RemoteModel) -> bool:
        """Whether this very version is installed already, as far as sizes tell."""
        record = ModelRecord.read(self._staging.target)
        if record is None or record.commit != model.commit:
            return False
        try:
            return all(
                (self._path() / file.name).stat().st_size == file.size_bytes for file in model.files
            )
        except OSError:
            return False

    def _gone_from_cache(self) -> TransferError:
        return Fault.SOURCE_GONE.error(
            sentence(
                "{repository} does not lie whole in the Hugging Face cache any more",
                repository=self._request.repository,
            )
        )

    # ---- The end --------------------------------------------------------------------------------

    def _path(self) -> Path:
        """The folder with the files of the installed model."""
        record = ModelRecord.read(self._staging.target)
        return (record.location if record is not None else None) or self._staging.target

    def _stopped(self) -> Progress:
        """The end a person asked for."""
        wish = self._tools.control.wish
        if wish is Wish.DELETE:
            self._staging.delete()
            return Progress(self._request.name, State.CANCELLED)
        paused = wish is not Wish.LEAVE
        self._staging.note(self._request, self._ledger.total_bytes, paused=paused)
        state = State.CANCELLED if wish is Wish.KEEP else State.PAUSED
        return self._ledger.progress(Moment(state))

    def _tidy_after(self, error: TransferError) -> None:
        """Keep what a later run can use, and note whether it may begin without being asked."""
        if error.fault is Fault.UNSUPPORTED or not self._ledger.done_bytes:
            self._staging.delete()
        elif not self._staging.is_published:
            with suppress(OSError):  # the disk may be what failed
                total = self._ledger.total_bytes
                self._staging.note(self._request, total, paused=not error.fault.transient)

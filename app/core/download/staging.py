"""The folder a model is put together in, and what is written down about it meanwhile."""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import filelock

from ternchat.app.core.access_token import AccessToken
from ternchat.app.core.atomic_file import write_atomically
from ternchat.app.core.language import sentence
from ternchat.app.core.model_record import FILE_NAME
from ternchat.app.core.model_store import DOWNLOADS, ModelStore
from ternchat.app.core.remote_model import RemoteFile
from ternchat.app.core.remote_names import is_model_name, is_repository, is_revision
from ternchat.app.core.transfer_errors import TransferError
from ternchat.app.core.transfer_faults import Fault

from .part_file import PartFile
from .request import DownloadRequest

JOURNAL = "download.json"
LOCK_PREFIX = ".lock-"
_MAX_JOURNAL_BYTES = 100_000
_LEFTOVERS = (".part", ".sums")


@dataclass(frozen=True)
class Unfinished:
    """A download that an earlier run left, to be resumed or deleted.

    Attributes:
        total_bytes: None when it never got as far as to know.
        paused: whether a person stopped it; False when the program went away meanwhile.
        from_cache: whether it was to be used where it lies in the shared cache.
    """

    name: str
    title: str
    repository: str
    revision: str
    done_bytes: int
    total_bytes: int | None
    paused: bool
    from_cache: bool = False

    def request(self, token: AccessToken | None = None) -> DownloadRequest:
        """The request that resumes it."""
        request = DownloadRequest(self.name, self.title, self.repository, self.revision, token)
        return request.in_place() if self.from_cache else request


class Staging:
    """The folder of one download: parts, complete files and a journal."""

    def __init__(self, store: ModelStore, name: str) -> None:
        self._parent = store.folder / DOWNLOADS
        self.name = name
        self.folder = self._parent / name
        self.target = store.folder / name

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Within it no other program works on this download."""
        self._parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = filelock.FileLock(self._parent / f"{LOCK_PREFIX}{self.name}", timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise Fault.BUSY.error(
                sentence("another program is at work on {name}", name=self.name)
            ) from None
        try:
            yield
        finally:
            lock.release()

    def create(self) -> None:
        """Make the folder."""
        self.folder.mkdir(mode=0o700, exist_ok=True)

    def note(self, request: DownloadRequest, total_bytes: int | None, *, paused: bool) -> None:
        """Write down what this is, for the next start."""
        values = {
            "format": 1,
            "title": request.title,
            "repository": request.repository,
            "revision": request.revision,
            "total_bytes": total_bytes,
            "paused": paused,
            "from_cache": request.from_cache,
        }
        write_atomically(self.folder / JOURNAL, json.dumps(values, indent=1).encode("utf-8"))

    def part(self, file: RemoteFile, block_bytes: int) -> PartFile:
        """The part of a file; one that was complete already becomes a part again, to be checked."""
        part = PartFile(self.folder, file, block_bytes)
        complete = self.folder / file.name
        if complete.is_file() and not complete.is_symlink():
            os.replace(complete, part.path)
        return part

    def keep_only(self, files: Iterable[PartFile]) -> None:
        """Remove what belongs to no file of the download: parts of a version that is gone."""
        known = {JOURNAL, FILE_NAME}
        for part in files:
            known |= {part.path.name, part.sums_path.name, part.file.name}
        for path in self.folder.iterdir():
            if path.name not in known:
                _remove(path)

    @property
    def is_complete(self) -> bool:
        """Whether everything was verified and only the last renaming is missing."""
        return (self.folder / FILE_NAME).is_file()

    @property
    def is_published(self) -> bool:
        """Whether the folder has become the model's."""
        return not self.folder.exists()

    def publish(self) -> Path:
        """Make the complete folder the model's; an older version of it goes."""
        (self.folder / JOURNAL).unlink(missing_ok=True)
        for path in list(self.folder.iterdir()):
            if path.name.endswith(_LEFTOVERS):
                _remove(path)
        sync_folder(self.folder)
        old = self._parent / f".old-{self.name}"
        _remove(old)
        if self.target.exists():
            os.rename(self.target, old)
        os.rename(self.folder, self.target)
        sync_folder(self.target.parent)
        _remove(old)
        return self.target

    def delete(self) -> None:
        """Remove the folder with everything in it."""
        _remove(self.folder)


def unfinished(store: ModelStore) -> tuple[Unfinished, ...]:
    """The downloads that wait to be resumed or deleted."""
    folder = store.folder / DOWNLOADS
    try:
        names = sorted(path.name for path in folder.iterdir() if (path / JOURNAL).is_file())
    except OSError:
        return ()
    found = (_read(folder / name) for name in names if is_model_name(name))
    return tuple(entry for entry in found if entry is not None)


def finish_interrupted(store: ModelStore) -> None:
    """Give the models their names that were verified when the program went away."""
    folder = store.folder / DOWNLOADS
    try:
        names = [path.name for path in folder.iterdir() if is_model_name(path.name)]
    except OSError:
        return
    for name in names:
        staging = Staging(store, name)
        if staging.is_complete:
            # Somebody else is doing it, or it is tried again when the model is asked for.
            with suppress(TransferError, OSError), staging.locked():
                staging.publish()


def _read(folder: Path) -> Unfinished | None:
    try:
        with (folder / JOURNAL).open("rb") as file:
            values = json.loads(file.read(_MAX_JOURNAL_BYTES))
        total = values["total_bytes"]
        entry = Unfinished(
            name=folder.name,
            title=str(values["title"])[:200],
            repository=values["repository"],
            revision=values["revision"],
            done_bytes=sum(
                path.stat().st_size
                for path in folder.iterdir()
                if path.name != JOURNAL and not path.name.endswith(".sums")
            ),
            total_bytes=total if type(total) is int else None,
            paused=values["paused"] is True,
            from_cache=values.get("from_cache") is True,
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    sound = is_repository(entry.repository) and is_revision(entry.revision)
    return entry if sound else None


def sync_folder(folder: Path) -> None:
    """Make new names in the folder last; Windows cannot open folders, and does it by itself."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(path: Path) -> None:
    """Remove a file, a link or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)

"""Models in the Hugging Face cache that programs share: found, and described by their hashes."""

import os
from dataclasses import dataclass
from pathlib import Path

from .hub_address import RepositoryRef
from .remote_model import ListedFile, RemoteFile, RemoteModel, chosen_files
from .remote_names import is_commit, is_repository, is_sha1, is_sha256
from .transfer_errors import TransferError

_MAX_SNAPSHOTS = 1000


def default_folder() -> Path:
    """Where the cache lies, by the hub's own environment variables."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if value := os.environ.get(name):
            return Path(value).expanduser()
    home = os.environ.get("HF_HOME")
    if home is None:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        home = os.path.join(base, "huggingface")
    return Path(home).expanduser() / "hub"


@dataclass(frozen=True)
class CachedModel:
    """A whole model in the cache.

    Attributes:
        folder: its files, under their own names.
    """

    model: RemoteModel
    folder: Path


class HubCache:
    """The cache in one folder; nothing in it is ever changed."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or default_folder()

    def models(self) -> tuple[CachedModel, ...]:
        """Every whole model in the cache, the newest snapshot of each."""
        found = []
        for folder in _folders(self.folder, "models--"):
            repository = folder.name.removeprefix("models--").replace("--", "/", 1)
            if is_repository(repository):
                found += self._newest(RepositoryRef(repository), folder)
        return tuple(found)

    def find(self, ref: RepositoryRef) -> CachedModel | None:
        """The model at the commit that the cache knows for this revision, if all of it is there."""
        folder = self._repository_folder(ref.repository)
        commit = ref.revision
        if not is_commit(commit):
            try:
                with (folder / "refs" / ref.revision).open() as file:
                    commit = file.read(100).strip()
            except (OSError, ValueError):
                return None
        return _snapshot(ref, folder / "snapshots" / commit) if is_commit(commit) else None

    def whole(self, model: RemoteModel) -> Path | None:
        """The folder with every file of the model, None when one is missing or of another size."""
        folder = self._repository_folder(model.repository) / "snapshots" / model.commit
        return folder if all(_has(folder / f.name, f.size_bytes) for f in model.files) else None

    def file(self, model: RemoteModel, file: RemoteFile) -> Path | None:
        """Where the file's content lies, whatever commit it belongs to."""
        folder = self._repository_folder(model.repository)
        places = (
            folder / "blobs" / file.digest.hex,
            folder / "snapshots" / model.commit / file.name,
        )
        return next((path for path in places if _has(path, file.size_bytes)), None)

    def _repository_folder(self, repository: str) -> Path:
        return self.folder / f"models--{repository.replace('/', '--')}"

    def _newest(self, ref: RepositoryRef, folder: Path) -> list[CachedModel]:
        snapshots = _folders(folder / "snapshots", "")[:_MAX_SNAPSHOTS]
        by_age = sorted(snapshots, key=_changed, reverse=True)
        found = (_snapshot(ref, path) for path in by_age if is_commit(path.name))
        return [cached for cached in found if cached is not None][:1]


def _snapshot(ref: RepositoryRef, folder: Path) -> CachedModel | None:
    """The snapshot as a model, if it has all files that one needs."""
    listed = [_listed(path) for path in _files(folder)]
    try:
        files = chosen_files(listed, ref.repository)
    except TransferError:
        return None
    return CachedModel(RemoteModel(ref.repository, ref.revision, folder.name, files), folder)


def _listed(path: Path) -> ListedFile:
    """The file with the hash it must have: the name of the blob that its link leads to."""
    blob = Path(os.path.realpath(path)).name
    return ListedFile(
        path.name,
        path.stat().st_size,
        blob if is_sha1(blob) else None,
        blob if is_sha256(blob) else None,
    )


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in sorted(folder.iterdir()) if path.is_file()]
    except OSError:
        return []


def _folders(folder: Path, prefix: str) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.name.startswith(prefix) and p.is_dir())
    except OSError:
        return []


def _has(path: Path, size_bytes: int) -> bool:
    try:
        return path.is_file() and path.stat().st_size == size_bytes
    except OSError:
        return False


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0

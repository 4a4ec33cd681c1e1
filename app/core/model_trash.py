"""Models that were deleted but can still be brought back."""

import os
import shutil
import time
from dataclasses import dataclass

from .download.staging import Staging
from .errors import AppError, reason_of
from .language import sentence
from .model_record import ModelRecord
from .model_store import BUILT_IN, TRASH, USED, ModelNotFoundError, ModelStore
from .remote_names import is_model_name
from .translatable import QT_TRANSLATE_NOOP

KEEP_SECONDS = 30 * 24 * 3600.0
"""As long as deleted chats are kept."""


class RemoveError(AppError):
    """The model cannot be deleted or brought back."""

    code = "remove"
    title = QT_TRANSLATE_NOOP("Problem", "The model cannot be moved")
    advice = QT_TRANSLATE_NOOP(
        "Problem", "See whether another program uses its files, then try again."
    )


@dataclass(frozen=True)
class Removed:
    """A deleted model.

    Attributes:
        key: the folder in the trash.
        removed_at: when, in seconds since 1970, by the clock of that time.
        size_bytes: what deleting it for good sets free; nothing for a model used in place.
    """

    key: str
    name: str
    title: str
    removed_at: float
    size_bytes: int


class Trash:
    """The trash of one models folder."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store
        self._folder = store.folder / TRASH

    def remove(self, name: str) -> Removed:
        """Take the model out of the list; `restore` brings it back, `purge` ends it."""
        if name == BUILT_IN:
            raise RemoveError(
                sentence("the built-in model belongs to the program and cannot be deleted")
            )
        model = self._store.find(name)
        if model is None:
            raise ModelNotFoundError(sentence("no model named {name!r} is installed", name=name))
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with Staging(self._store, name).locked():
                stamp = int(time.time())
                while (self._folder / f"{stamp}-{name}").exists():
                    stamp += 1
                os.rename(self._store.folder / name, self._folder / f"{stamp}-{name}")
        except OSError as error:
            raise RemoveError(
                sentence(
                    "{title} cannot be deleted: {reason}", title=model.title, reason=_reason(error)
                )
            ) from error
        return self._removed(f"{stamp}-{name}")

    def restore(self, removed: Removed) -> None:
        """Bring the model back under its name."""
        target = self._store.folder / removed.name
        if target.exists():
            raise RemoveError(
                sentence("there is another model named {name} now", name=removed.name)
            )
        try:
            os.rename(self._folder / removed.key, target)
        except OSError as error:
            raise RemoveError(
                sentence(
                    "{title} cannot be brought back: {reason}",
                    title=removed.title,
                    reason=_reason(error),
                )
            ) from error

    def items(self) -> tuple[Removed, ...]:
        """What can be brought back, the last one first."""
        try:
            keys = [path.name for path in self._folder.iterdir() if path.is_dir()]
        except OSError:
            return ()
        found = [self._removed(key) for key in keys if _split(key) is not None]
        return tuple(sorted(found, key=lambda removed: removed.removed_at, reverse=True))

    def purge(self, older_than_seconds: float = 0.0) -> int:
        """Delete for good what was removed so long ago; the bytes set free."""
        freed = 0
        for removed in self.items():
            if time.time() - removed.removed_at >= older_than_seconds:
                self.purge_one(removed)
                freed += removed.size_bytes
        return freed

    def purge_one(self, removed: Removed) -> None:
        """Delete a model for good."""
        shutil.rmtree(self._folder / removed.key, ignore_errors=True)
        if not (self._store.folder / removed.name).exists():
            (self._store.folder / USED / removed.name).unlink(missing_ok=True)

    def _removed(self, key: str) -> Removed:
        folder = self._folder / key
        split = _split(key)
        assert split is not None
        stamp, name = split
        record = ModelRecord.read(folder)
        entry = self._store.catalogue.find(name)
        return Removed(
            key=key,
            name=name,
            title=record.title if record else entry.title if entry else name,
            removed_at=stamp,
            size_bytes=sum(path.stat().st_size for path in folder.iterdir() if path.is_file()),
        )


def _split(key: str) -> tuple[float, str] | None:
    stamp, _, name = key.partition("-")
    return (float(stamp), name) if stamp.isdecimal() and is_model_name(name) else None


def _reason(error: OSError) -> str:
    return reason_of(error).lower()

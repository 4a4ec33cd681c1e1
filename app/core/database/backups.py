"""Copies of the database: one a day, and one before its schema changes."""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from ternchat.app.core.chat_store import StorageError
from ternchat.app.core.conversation import now
from ternchat.app.core.errors import reason_of
from ternchat.app.core.language import sentence

from .connection import Database

KEPT = 5

log = logging.getLogger(__name__)


class Backups:
    """The folder of copies beside a database."""

    def __init__(self, path: Path, clock: Callable[[], datetime] = now) -> None:
        self._path = path
        self._folder = path.parent / "backups"
        self._clock = clock

    def all(self) -> list[Path]:
        """Every copy, the newest first."""
        copies = [(copy.stat().st_mtime_ns, copy) for copy in self._folder.glob("*.db")]
        return [copy for _, copy in sorted(copies, reverse=True)]

    def before_migration(self, database: Database, version: int) -> Path:
        """Copy a database that is about to be brought to `version`."""
        day = self._clock().astimezone().date()
        return self._write(database, f"{self._path.stem}-before-v{version}-{day}.db")

    def daily(
        self,
        database: Database,
        *,
        again: bool = False,
        rest: Callable[[], None] = lambda: None,
    ) -> None:
        """Make today's copy unless it is there, or `again`; old ones go.

        It rests between pieces, so that others can use the database.

        A copy that cannot be made is only logged: it must not keep the program from ending.
        """
        name = f"{self._path.stem}-{self._clock().astimezone().date()}.db"
        if (self._folder / name).exists() and not again:
            return
        try:
            self._write(database, name, rest)
        except StorageError as error:
            log.warning("no backup of the chats: %s", error)
            return
        for old in self._of_days()[KEPT:]:
            with suppress(OSError):
                old.unlink()

    def _of_days(self) -> list[Path]:
        """The daily copies, the newest first."""
        pattern = f"{self._path.stem}-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].db"
        return sorted(self._folder.glob(pattern), reverse=True)

    def _write(
        self, database: Database, name: str, rest: Callable[[], None] = lambda: None
    ) -> Path:
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StorageError(
                sentence(
                    "the folder {folder} cannot be made: {reason}",
                    folder=self._folder,
                    reason=reason_of(error),
                )
            ) from error
        target = self._folder / name
        unfinished = target.with_suffix(".part")
        try:
            database.copy_to(unfinished, rest)
            os.replace(unfinished, target)
        except OSError as error:
            raise StorageError(
                sentence(
                    "{target} cannot be written: {reason}", target=target, reason=reason_of(error)
                )
            ) from error
        finally:
            with suppress(OSError):
                unfinished.unlink()
        return target

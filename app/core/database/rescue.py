"""Saves what can be read of a damaged database; the file itself is kept under another name."""

import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from .connection import Database, storage_errors
from .migrations import SCHEMA_VERSION, migrate
from .outcome import Rescue
from .salvage import Salvage

JOURNALS = ("-wal", "-shm", "-journal")


def rescue(path: Path, backups: Iterable[Path], moment: datetime) -> Rescue:
    """Put a sound database in the place of a damaged one.

    It holds all rows that can still be read, completed from the newest sound backup where some
    could not.
    """
    with storage_errors(path), TemporaryDirectory(dir=path.parent, prefix=".rescue-") as folder:
        salvage = _salvage(path, Path(folder))
        backup, from_backup = None, 0
        if not salvage.complete:
            backup, from_backup = _complete(salvage, backups)
        new = Path(folder) / "new.db"
        chats, messages = _write(salvage, new)
        kept = set_aside(path, moment)
        os.replace(new, path)
    assert kept is not None, "there was a damaged file"
    return Rescue(kept, chats, messages, from_backup, backup)


def set_aside(path: Path, moment: datetime) -> Path | None:
    """Rename a database and its journals, if there are any; the new name of the database."""
    ending = f".corrupt-{moment:%Y%m%d-%H%M%S}"
    kept, number = path.with_name(path.name + ending), 1
    while any(os.path.lexists(f"{kept}{journal}") for journal in ("", *JOURNALS)):
        number += 1
        kept = path.with_name(f"{path.name}{ending}-{number}")
    with storage_errors(path):
        for journal in JOURNALS:
            with suppress(FileNotFoundError):
                if os.path.getsize(f"{path}{journal}"):
                    os.rename(f"{path}{journal}", f"{kept}{journal}")
        try:
            os.rename(path, kept)
        except FileNotFoundError:
            return None
    return kept


def _salvage(path: Path, folder: Path) -> Salvage:
    """Read a copy, so that the damaged file stays as it is."""
    copy = folder / "damaged.db"
    shutil.copyfile(path, copy)
    for journal in ("-wal", "-journal"):
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{path}{journal}", f"{copy}{journal}")
    salvage = Salvage.read(copy)
    if not salvage.complete and not salvage.chats and _mend_header(copy, folder):
        salvage = Salvage.read(copy)
    return salvage


def _mend_header(copy: Path, folder: Path) -> bool:
    """Give the file the first 100 bytes of a sound database; False when it had them."""
    sound = folder / "header.db"
    with closing(Database(sound)) as database:
        migrate(database)
    with open(sound, "rb") as file:
        header = file.read(100)
    with open(copy, "r+b") as file:
        if file.read(len(MAGIC)) == MAGIC:
            return False
        file.seek(0)
        # Two counters of changes that differ tell SQLite to take the size from the file.
        file.write(header[:24] + bytes([0, 0, 0, 1]) + header[28:92] + bytes(4) + header[96:])
    return True


MAGIC = b"SQLite format 3\0"


def _complete(salvage: Salvage, backups: Iterable[Path]) -> tuple[Path | None, int]:
    """Add what only the newest sound backup has; which one, and how many messages."""
    for backup in backups:
        with suppress(sqlite3.Error, OSError), closing(_opened(backup)) as connection:
            [(version,)] = connection.execute("PRAGMA user_version")
            [(check,), *_] = connection.execute("PRAGMA quick_check(1)")
            if 1 <= version <= SCHEMA_VERSION and check == "ok":
                before = len(salvage.messages)
                salvage.add_missing(Salvage.read(backup))
                return backup, len(salvage.messages) - before
    return None, 0


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _write(salvage: Salvage, path: Path) -> tuple[int, int]:
    """Make a database of what was saved; how many chats and messages it holds."""
    with closing(Database(path)) as database:
        migrate(database)
        salvage.write(database)
        counts = [database.row(f"SELECT count(*) FROM {table}") for table in ("chats", "messages")]
    chats, messages = (int(row[0]) if row else 0 for row in counts)
    return chats, messages

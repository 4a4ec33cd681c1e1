"""One connection to an SQLite file, set up so that what was acknowledged is kept."""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ternchat.app.core.chat_store import StorageError
from ternchat.app.core.errors import reason_of
from ternchat.app.core.language import sentence
from ternchat.app.core.translatable import QT_TRANSLATE_NOOP

from .turns import Turns

BUSY_TIMEOUT_SECONDS = 5.0
PAGES_AT_ONCE = 256  # of a copy: a megabyte

Version = tuple[int, int, int]
Parameters = Sequence[Any]


def wal_is_sound(version: Version) -> bool:
    """Whether this SQLite has the bug in resetting a write-ahead log repaired."""
    return (
        version >= (3, 51, 3)
        or (3, 50, 7) <= version < (3, 51, 0)
        or (3, 44, 6) <= version < (3, 45, 0)
    )


class DatabaseDamagedError(StorageError):
    """The file is no database any more, or only in parts."""


class DatabaseReadOnlyError(StorageError):
    """The file, or its folder, cannot be written to."""


class Database:
    """A connection whose errors are sentences; every transaction is on the disk when it ends.

    Threads take turns: a transaction is one turn, and so is everything outside of one.

    Attributes:
        turns: whose turn it is; long work looks whether somebody waits.
        undone: how many transactions came to nothing; what was read in one may be wrong then.

    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self.turns = Turns()
        self.undone = 0
        with storage_errors(path):
            if not read_only:
                # Before SQLite makes it, so that it never stands open to other users; SQLite
                # gives its journals the mode of the file.
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = _connect(path, "mode=ro" if read_only else "mode=rw")
        try:
            with storage_errors(path):
                self._set_up()
        except BaseException:
            self._connection.close()
            raise

    def rows(self, sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self.turns.turn(), storage_errors(self.path):
            return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Parameters = ()) -> tuple[Any, ...] | None:
        """The first row of a query."""
        rows = self.rows(sql, parameters)
        return rows[0] if rows else None

    def run(self, sql: str, parameters: Parameters = ()) -> int:
        """Change something; the number of rows changed. Only inside `writing`."""
        assert self._connection.in_transaction, "a change outside a transaction"
        with storage_errors(self.path):
            return self._connection.execute(sql, parameters).rowcount

    def insert(self, sql: str, parameters: Parameters = ()) -> int:
        """Add a row; its id. Only inside `writing`."""
        assert self._connection.in_transaction, "a change outside a transaction"
        with storage_errors(self.path):
            row_id = self._connection.execute(sql, parameters).lastrowid
        assert row_id is not None, "an INSERT has an id"
        return row_id

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction: all of it is on the disk afterwards, or nothing."""
        with self.turns.turn():
            with storage_errors(self.path):
                self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                with storage_errors(self.path):
                    self._connection.execute("COMMIT")
            except BaseException:
                # A full disk may have ended the transaction already.
                self.undone += 1
                if self._connection.in_transaction:
                    with suppress(sqlite3.Error):
                        self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A transaction in which several queries see one state."""
        with self.turns.turn():
            with storage_errors(self.path):
                self._connection.execute("BEGIN")
            try:
                yield
            finally:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")

    def number(self, pragma: str) -> int:
        """The value of a numeric PRAGMA."""
        row = self.row(f"PRAGMA {pragma}")
        return int(row[0]) if row else 0

    def damage(self) -> str | None:
        """What SQLite's quick check complains of; None when the file is sound."""
        try:
            lines = [str(row[0]) for row in self._connection.execute("PRAGMA quick_check(20)")]
        except sqlite3.DatabaseError as error:
            return str(error)
        return None if lines == ["ok"] else "; ".join(lines)

    def copy_to(self, target: Path, rest: Callable[[], None] = lambda: None) -> None:
        """Write the whole database, as it is at the end, into a new file.

        Between pieces, during `rest`, other threads have their turns; what they change is copied.
        """

        def between(*_: int) -> None:
            with self.turns.others():
                rest()

        with self.turns.turn(), storage_errors(target):
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
            copy = sqlite3.connect(target, isolation_level=None)
            try:
                self._connection.backup(copy, pages=PAGES_AT_ONCE, progress=between)
                copy.execute("PRAGMA journal_mode=DELETE")
            finally:
                copy.close()

    @property
    def changes(self) -> int:
        """How many rows this connection has changed since it was opened."""
        return self._connection.total_changes

    @property
    def has_changed(self) -> bool:
        """Whether this connection has changed anything since it was opened."""
        return self.changes > 0

    def empty_log(self) -> None:
        """Write what is in a write-ahead log into the file, and leave nothing in the log."""
        with self.turns.turn(), suppress(sqlite3.Error):  # another program may read it: then later
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the file."""
        with self.turns.turn():
            self._connection.close()

    def _set_up(self) -> None:
        run = self._connection.execute
        for setting in (
            "foreign_keys=ON",
            "trusted_schema=OFF",  # a schema can hold calls of functions; ours does not
            "cell_size_check=ON",
            "mmap_size=0",
            "secure_delete=ON",  # what is deleted for ever is overwritten
        ):
            run(f"PRAGMA {setting}")
        if self.read_only:
            run("PRAGMA query_only=ON")
            return
        # A journal is the older and slower way, but sound in every version.
        journal = "WAL" if wal_is_sound(sqlite3.sqlite_version_info) else "TRUNCATE"
        run(f"PRAGMA journal_mode={journal}")
        run("PRAGMA synchronous=FULL")


def _connect(path: Path, parameters: str) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?{parameters}"
    connection = sqlite3.connect(
        address,
        uri=True,
        timeout=BUSY_TIMEOUT_SECONDS,
        isolation_level=None,
        check_same_thread=False,  # `Database` sees to it that they take turns
    )
    if parameters == "mode=ro":
        try:
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        except sqlite3.OperationalError:
            # With a write-ahead log SQLite wants to make files even for reading.
            connection.close()
            return _connect(path, "mode=ro&immutable=1")
    return connection


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and of the system into sentences."""
    try:
        yield
    except sqlite3.Error as error:
        # The names have endings for the occasion: SQLITE_IOERR_WRITE.
        name = getattr(error, "sqlite_errorname", "")
        kind, text = next(
            (known for beginning, known in _KNOWN.items() if name.startswith(beginning)),
            (StorageError, _UNUSABLE),
        )
        raise kind(sentence(text, path=path, error=error)) from error
    except OSError as error:
        kind = DatabaseReadOnlyError if error.errno in _NOT_WRITABLE else StorageError
        raise kind(sentence(_UNUSABLE, path=path, error=reason_of(error))) from error


_NOT_WRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS)
_IN_USE = QT_TRANSLATE_NOOP("Sentence", "another program is using {path}")
_UNUSABLE = QT_TRANSLATE_NOOP("Sentence", "{path} cannot be used: {error}")
_KNOWN: dict[str, tuple[type[StorageError], str]] = {
    "SQLITE_FULL": (
        StorageError,
        QT_TRANSLATE_NOOP(
            "Sentence", "the disk is full: {path} cannot grow. Nothing that was saved is lost"
        ),
    ),
    "SQLITE_READONLY": (
        DatabaseReadOnlyError,
        QT_TRANSLATE_NOOP("Sentence", "{path} can only be read, not changed"),
    ),
    "SQLITE_CANTOPEN": (
        DatabaseReadOnlyError,
        QT_TRANSLATE_NOOP("Sentence", "{path} cannot be opened for writing"),
    ),
    "SQLITE_BUSY": (StorageError, _IN_USE),
    "SQLITE_LOCKED": (StorageError, _IN_USE),
    "SQLITE_CORRUPT": (
        DatabaseDamagedError,
        QT_TRANSLATE_NOOP(
            "Sentence", "{path} is damaged ({error}). The next start rescues what can be read"
        ),
    ),
    "SQLITE_NOTADB": (
        DatabaseDamagedError,
        QT_TRANSLATE_NOOP("Sentence", "{path} is no database ({error})"),
    ),
    "SQLITE_IOERR": (
        StorageError,
        QT_TRANSLATE_NOOP("Sentence", "the disk reports an error at {path} ({error})"),
    ),
    "SQLITE_PERM": (
        StorageError,
        QT_TRANSLATE_NOOP("Sentence", "{path} may not be used by this user"),
    ),
}

"""Opens the chats, whatever state their file is in; the outcome says what was found."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic

from ternchat.app.core.chat_store import ChatStore, StorageError
from ternchat.app.core.conversation import now
from ternchat.app.core.language import sentence
from ternchat.app.core.memory_chat_store import MemoryChatStore
from ternchat.app.core.routed_chat_store import RoutedChatStore

from .backups import Backups
from .connection import Database, DatabaseDamagedError, DatabaseReadOnlyError
from .migrations import APPLICATION_ID, SCHEMA_VERSION, migrate
from .outcome import Finding, Outcome
from .rescue import rescue, set_aside
from .sqlite_chat_store import SqliteChatStore

LAST_CLEANING_SECONDS = 3.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OpenedChats:
    """The store to use, and what is to be told about it."""

    store: ChatStore
    outcome: Outcome
    backups: Backups
    database: Database | None = None

    def back_up(self, rest: Callable[[], None] = lambda: None) -> None:
        """Make today's copy, if it is not there yet; on whatever thread."""
        if self.database is not None and self.outcome.writable:
            self.backups.daily(self.database, rest=rest)

    def close(self) -> None:
        """Wipe what was deleted for ever, copy what has changed, then let go of the file."""
        try:
            self._clean_up()
        except StorageError as error:
            log.warning("what was deleted is not wiped yet: %s", error)
        if self.database is not None and self.outcome.writable and self.database.has_changed:
            self.backups.daily(self.database, again=True)
        try:
            self.store.close()
        except StorageError as error:
            log.warning("closing the chats: %s", error)

    def _clean_up(self) -> None:
        """As far as a person waits for; the next start goes on."""
        until = monotonic() + LAST_CLEANING_SECONDS
        for _ in self.store.clean_up():
            if monotonic() >= until:
                break


def open_chats(path: Path, clock: Callable[[], datetime] = now) -> OpenedChats:
    """Open the database at `path`, and make, migrate or rescue it where needed.

    Where that is impossible, new chats are kept in memory.
    """
    memory = MemoryChatStore(clock, id_step=-1)
    backups = Backups(path, clock)
    try:
        database, outcome = _open(path, backups, clock)
        with _closed_on_error(database):
            disk = SqliteChatStore(database, clock)
            if outcome.writable:
                disk.end_unfinished()
                disk.purge_old()
    except StorageError as error:
        log.exception("the chats cannot be opened")
        return OpenedChats(memory, Outcome(Finding.UNAVAILABLE, path, str(error)), backups)
    log.info("chats: %s %s", outcome.finding, outcome.reason)
    store = RoutedChatStore(disk, memory, writable=outcome.writable)
    return OpenedChats(store, outcome, backups, database)


def read_chats(path: Path) -> ChatStore:
    """The chats as they are, whoever else works on them; nothing is changed."""
    database, _ = _open_for_reading(path, "")
    return SqliteChatStore(database)


def _open(path: Path, backups: Backups, clock: Callable[[], datetime]) -> tuple[Database, Outcome]:
    try:
        if path.exists():
            return _open_existing(path, backups)
        set_aside(path, clock())  # a journal whose database is gone
        return _new(path), Outcome(Finding.NEW, path)
    except DatabaseReadOnlyError as error:
        return _open_for_reading(path, str(error))
    except DatabaseDamagedError as error:
        log.error("the chats are damaged: %s", error)
        saved = rescue(path, backups.all(), clock())
        return _new(path), Outcome(Finding.RESCUED, path, str(error), saved)


def _open_existing(path: Path, backups: Backups) -> tuple[Database, Outcome]:
    if path.stat().st_size == 0 and backups.all():
        raise DatabaseDamagedError(sentence("{path} is empty", path=path))
    with _closed_on_error(Database(path)) as database:
        version = _version(database)
        if version <= SCHEMA_VERSION:
            finding = Finding.SOUND
            if 0 < version < SCHEMA_VERSION:
                backups.before_migration(database, SCHEMA_VERSION)
                finding = Finding.MIGRATED
            _prepare(database)
            return database, Outcome(finding, path)
    database.close()
    return _open_for_reading(path, "")


def _open_for_reading(path: Path, reason: str) -> tuple[Database, Outcome]:
    """What cannot be written to, or must not: the file of a newer version."""
    with _closed_on_error(Database(path, read_only=True)) as database:
        version = _version(database)
        if version < SCHEMA_VERSION:
            raise StorageError(reason or f"{path} cannot be written to")
        if version == SCHEMA_VERSION:
            return database, Outcome(Finding.READ_ONLY, path, reason)
        # Whether this program can read it, only trying shows.
        for chat in (store := SqliteChatStore(database)).chats()[:1]:
            store.tree(chat.id)
        reason = f"it has version {version}, and this program knows {SCHEMA_VERSION}"
        return database, Outcome(Finding.NEWER, path, reason)


def _version(database: Database) -> int:
    """The version of the schema, after all checks; 0 for a database that has none yet."""
    damage = database.damage()
    if damage is not None:
        raise DatabaseDamagedError(
            sentence("{path} is damaged ({damage})", path=database.path, damage=damage)
        )
    version = database.number("user_version")
    is_empty = database.row("SELECT 1 FROM sqlite_master LIMIT 1") is None
    if not is_empty and (version < 1 or database.number("application_id") != APPLICATION_ID):
        raise DatabaseDamagedError(
            sentence("{path} is the database of another program", path=database.path)
        )
    return version


def _new(path: Path) -> Database:
    """A database nobody has complained of: a fresh one, or one just rescued."""
    with _closed_on_error(Database(path)) as database:
        _prepare(database)
        return database


def _prepare(database: Database) -> None:
    """Bring an open database to the newest version."""
    migrate(database)
    # What cannot be changed is to show now, and not with the first message.
    with database.writing():
        database.run(f"PRAGMA user_version = {SCHEMA_VERSION}")


@contextmanager
def _closed_on_error(database: Database) -> Iterator[Database]:
    try:
        yield database
    except BaseException:
        database.close()
        raise

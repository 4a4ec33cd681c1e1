"""The schema, as the steps that lead to it: step N makes version N of version N - 1."""

from collections.abc import Callable

from .connection import Database
from .word_index import WordIndex

APPLICATION_ID = 0x54524E43  # "TRNC"


def migrate(database: Database) -> None:
    """Bring a database, new or old, to the newest version, one transaction a step."""
    for version in range(database.number("user_version") + 1, SCHEMA_VERSION + 1):
        with database.writing():
            _STEPS[version - 1](database)
            database.run(f"PRAGMA application_id = {APPLICATION_ID}")
            database.run(f"PRAGMA user_version = {version}")


def _make_tables(database: Database) -> None:
    # Times are microseconds since 1970, UTC. Of siblings, the one with the highest `chosen` is
    # shown. A parent is not deleted with ON DELETE CASCADE, because a long chat is a deeper
    # recursion than SQLite allows; whole branches are deleted together instead.
    for statement in (
        """CREATE TABLE chats (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            title TEXT NOT NULL,
            created INTEGER NOT NULL,
            used INTEGER NOT NULL,
            named INTEGER NOT NULL DEFAULT 0,
            pinned INTEGER NOT NULL DEFAULT 0,
            unread INTEGER NOT NULL DEFAULT 0,
            trashed INTEGER,
            draft TEXT NOT NULL DEFAULT '',
            settings TEXT NOT NULL DEFAULT '{}',
            read_message INTEGER,
            read_fraction REAL NOT NULL DEFAULT 0
        ) STRICT""",
        """CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats ON DELETE CASCADE,
            parent INTEGER REFERENCES messages DEFERRABLE INITIALLY DEFERRED,
            role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
            text TEXT NOT NULL,
            state TEXT NOT NULL CHECK (
                state IN ('queued', 'writing', 'done', 'stopped', 'failed', 'interrupted')
            ),
            stats TEXT,
            created INTEGER NOT NULL,
            pinned INTEGER NOT NULL DEFAULT 0,
            chosen INTEGER NOT NULL,
            deleted INTEGER,
            deleted_with INTEGER
        ) STRICT""",
        "CREATE INDEX messages_of_chat ON messages (chat_id)",
        "CREATE INDEX messages_of_parent ON messages (parent)",
        """CREATE TABLE attachments (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            message_id INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
            name TEXT NOT NULL,
            media_type TEXT NOT NULL,
            text TEXT NOT NULL,
            tokens INTEGER
        ) STRICT""",
        "CREATE INDEX attachments_of_message ON attachments (message_id)",
        # What has been added to an answer since it was last written as a whole.
        """CREATE TABLE chunks (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            message_id INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
            text TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX chunks_of_message ON chunks (message_id)",
        # The draft of the chat that does not exist yet.
        "CREATE TABLE new_chat (id INTEGER PRIMARY KEY CHECK (id = 1), draft TEXT NOT NULL) STRICT",
    ):
        database.run(statement)


def _make_index_of_words(database: Database) -> None:
    index = WordIndex(database)
    index.create()
    index.fill()


def _make_draft_files(database: Database) -> None:
    # Without a chat: they belong to the one that does not exist yet.
    database.run(
        """CREATE TABLE draft_files (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER REFERENCES chats ON DELETE CASCADE,
            name TEXT NOT NULL,
            media_type TEXT NOT NULL,
            text TEXT NOT NULL,
            tokens INTEGER
        ) STRICT"""
    )
    database.run("CREATE INDEX draft_files_of_chat ON draft_files (chat_id)")


def _make_folders(database: Database) -> None:
    for statement in (
        """CREATE TABLE folders (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            folded INTEGER NOT NULL DEFAULT 0
        ) STRICT""",
        "ALTER TABLE chats ADD COLUMN folder INTEGER REFERENCES folders ON DELETE SET NULL",
        "ALTER TABLE chats ADD COLUMN archived INTEGER NOT NULL DEFAULT 0",
    ):
        database.run(statement)


def _make_indexes_of_the_few(database: Database) -> None:
    # What is under way or deleted is found without a look at all messages, at every start.
    for statement in (
        "CREATE INDEX messages_in_hand ON messages (id) WHERE state IN ('writing', 'queued')",
        "CREATE INDEX messages_deleted ON messages (deleted) WHERE deleted IS NOT NULL",
        "CREATE INDEX messages_deleted_with ON messages (deleted_with)"
        " WHERE deleted_with IS NOT NULL",
    ):
        database.run(statement)


_STEPS: tuple[Callable[[Database], None], ...] = (
    _make_tables,
    _make_index_of_words,
    _make_draft_files,
    _make_folders,
    _make_indexes_of_the_few,
)
SCHEMA_VERSION = len(_STEPS)

"""The full-text index of titles and messages."""

from collections.abc import Iterator

from ternchat.app.core.word_search import SIGNS, Query, indexed

from .connection import Database

PAGES_AT_ONCE = 16  # of the index, to merge
LOOKED_AT = 2000  # messages
SIGN_OF_WORK = 2  # changes of rows: FTS5's own sign that there was something to merge


class WordIndex:
    """Finds chats and messages by the beginnings of their words.

    What it holds can be made again from the other tables: the words as `word_search` sees them,
    so that SQLite has nothing to do but to cut at blanks.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self) -> None:
        """Make the tables; inside a transaction."""
        for table in ("title_words", "message_words"):
            self._database.run(
                f"CREATE VIRTUAL TABLE {table} USING fts5(words, tokenize='ascii', prefix='2 3')"
            )

    def fill(self) -> None:
        """Enter all titles and all complete messages; inside a transaction."""
        for chat_id, title in self._database.rows("SELECT id, title FROM chats"):
            self.put_title(chat_id, title)
        complete = "SELECT id FROM messages WHERE state <> 'writing'"
        for (message_id,) in self._database.rows(complete):
            row = self._database.row("SELECT text FROM messages WHERE id = ?", [message_id])
            assert row is not None
            self.put_message(message_id, row[0])

    def put_title(self, chat_id: int, title: str) -> None:
        """Enter a title, instead of the chat's former one."""
        self._put("title_words", chat_id, title)

    def put_message(self, message_id: int, text: str) -> None:
        """Enter a message, instead of its former text."""
        self._put("message_words", message_id, text)

    def remove_message(self, message_id: int) -> None:
        """Forget a message."""
        self._database.run("DELETE FROM message_words WHERE rowid = ?", [message_id])

    def remove_title(self, chat_id: int) -> None:
        """Forget a title."""
        self._database.run("DELETE FROM title_words WHERE rowid = ?", [chat_id])

    def titles(self, query: Query, limit: int) -> list[int]:
        """The chats outside the trash whose titles match, in the order of the list of chats."""
        rows = self._database.rows(
            "SELECT chats.id FROM title_words JOIN chats ON chats.id = title_words.rowid"
            " WHERE title_words MATCH ? AND trashed IS NULL"
            " ORDER BY pinned DESC, used DESC, chats.id DESC LIMIT ?",
            [_match(query), limit],
        )
        return [chat_id for (chat_id,) in rows]

    def messages(self, query: Query, limit: int) -> list[tuple[int, int, str]]:
        """Chat, id and text of the messages that match, the newest first.

        Of words that stand nearly everywhere the last messages entered are looked at: what FTS5
        gives in its own order it need not collect first.
        """
        columns = "messages.chat_id, messages.id, messages.text"
        rows = self._database.rows(
            "WITH last AS (SELECT messages.id, messages.created FROM message_words"
            " JOIN messages ON messages.id = message_words.rowid"
            " JOIN chats ON chats.id = messages.chat_id"
            " WHERE message_words MATCH ? AND deleted IS NULL AND trashed IS NULL"
            " ORDER BY message_words.rowid DESC LIMIT ?)"
            f" SELECT {columns} FROM last JOIN messages USING (id)"
            " ORDER BY last.created DESC, last.id DESC LIMIT ?",
            [_match(query), LOOKED_AT, limit],
        )
        return [(chat_id, message_id, text) for chat_id, message_id, text in rows]

    def forget_deleted(self) -> Iterator[None]:
        """Wipe, in steps inside transactions, what is left of deleted words in the index.

        FTS5 keeps them until all parts of the index are merged into one.
        """
        for table in ("title_words", "message_words"):
            while self._merge_some(table):
                yield

    def _merge_some(self, table: str) -> bool:
        """Go on merging all parts of a table; whether there was anything to merge."""
        before = self._database.changes
        # Below zero FTS5 begins to merge all there is, or goes on with that.
        self._database.run(
            f"INSERT INTO {table} ({table}, rank) VALUES ('merge', -{PAGES_AT_ONCE})"
        )
        return self._database.changes - before >= SIGN_OF_WORK

    def _put(self, table: str, row_id: int, text: str) -> None:
        self._database.run(f"DELETE FROM {table} WHERE rowid = ?", [row_id])
        self._database.run(
            f"INSERT INTO {table} (rowid, words) VALUES (?, ?)",
            [row_id, indexed(text)],
        )


def _match(query: Query) -> str:
    """The query in FTS5's language; words hold letters and digits only, so nothing can be meant."""
    return " AND ".join(map(_beginning, query.phrases))


def _beginning(phrase: tuple[str, ...]) -> str:
    """Words of which the last may be unfinished."""
    words = " ".join(phrase)
    if phrase[-1] not in SIGNS:
        return f'"{words}" *'
    # FTS5 has the beginnings of two and three letters at hand; for one it would collect all words.
    longer = " OR ".join(f'"{words}{sign}" *' for sign in SIGNS)
    return f'("{words}" OR {longer})'

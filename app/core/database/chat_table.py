"""The chats of the database, without their messages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ternchat.app.core.conversation import Chat

from .connection import Database
from .records import CHAT_COLUMNS, chat_of, microseconds


class ChatTable:
    """Reads and changes rows of `chats`; changes happen inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def listed(self) -> list[Chat]:
        """All outside the trash, the pinned ones first, then the one last used."""
        return self._select("trashed IS NULL ORDER BY pinned DESC, used DESC, id DESC")

    def trashed(self) -> list[Chat]:
        """What lies in the trash, the newest first."""
        return self._select("trashed IS NOT NULL ORDER BY trashed DESC, id DESC")

    def get(self, chat_id: int) -> Chat:
        """One chat."""
        found = self._select("id = ?", [chat_id])
        if not found:
            raise KeyError(chat_id)
        return found[0]

    def some(self, chat_ids: Iterable[int]) -> list[Chat]:
        """Several chats, all of which must be there."""
        return [self.get(chat_id) for chat_id in chat_ids]

    def insert(self, chat: Chat) -> int:
        """Add a chat; its id, whatever the record says."""
        return self._database.insert(
            "INSERT INTO chats (title, created, used, named, pinned, unread, archived)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                chat.title,
                microseconds(chat.created),
                microseconds(chat.used),
                chat.named,
                chat.pinned,
                chat.unread,
                chat.archived,
            ],
        )

    def change(self, chat_id: int, **columns: Any) -> None:
        """Replace columns of one chat."""
        names = ", ".join(f"{name} = ?" for name in columns)
        values = [_column(value) for value in columns.values()]
        if not self._database.run(f"UPDATE chats SET {names} WHERE id = ?", [*values, chat_id]):
            raise KeyError(chat_id)

    def delete(self, chat_id: int) -> None:
        """Delete a chat with its messages."""
        self._database.run("DELETE FROM chats WHERE id = ?", [chat_id])

    def outdated(self, limit: datetime) -> list[int]:
        """The chats that lie in the trash since `limit` or longer, and those that hold nothing."""
        rows = self._database.rows(
            "SELECT id FROM chats WHERE trashed <= ?"
            " OR NOT EXISTS (SELECT 1 FROM messages WHERE chat_id = chats.id)",
            [microseconds(limit)],
        )
        return [chat_id for (chat_id,) in rows]

    def value(self, chat_id: int, column: str) -> Any:
        """One column of one chat."""
        row = self._database.row(f"SELECT {column} FROM chats WHERE id = ?", [chat_id])
        if row is None:
            raise KeyError(chat_id)
        return row[0]

    def new_chat_draft(self) -> str:
        """The draft of the chat that does not exist yet."""
        row = self._database.row("SELECT draft FROM new_chat")
        return str(row[0]) if row else ""

    def set_new_chat_draft(self, text: str) -> None:
        """Replace the draft of the chat that does not exist yet."""
        self._database.run("INSERT OR REPLACE INTO new_chat (id, draft) VALUES (1, ?)", [text])

    def _select(self, condition: str, parameters: Iterable[Any] = ()) -> list[Chat]:
        sql = f"SELECT {CHAT_COLUMNS} FROM chats WHERE {condition}"
        return [chat_of(row) for row in self._database.rows(sql, [*parameters])]


def _column(value: Any) -> Any:
    return microseconds(value) if isinstance(value, datetime) else value

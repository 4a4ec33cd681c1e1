"""The chats of the database, without their messages."""

import json
from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter
from typing import Any

from ternchat.app.core.conversation import Chat

from .connection import Database
from .records import CHAT_COLUMNS, chat_of, microseconds

# What `trashed` holds for a chat that nobody sees: it has not arrived yet, or was deleted for ever
# and is still to be wiped. A program that does not know of it takes it for deleted long ago.
GONE = -1


class ChatTable:
    """Reads and changes rows of `chats`; changes happen inside a transaction.

    Chats that are gone are not there, except where it is said. Those that are there are read once
    and remembered: there may be many thousands, and the list of them is wanted after each answer.
    Only the thread of the window asks for them.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, Chat] | None = None
        self._undone = 0  # transactions, when they were read

    def listed(self) -> list[Chat]:
        """All outside the trash, the pinned ones first, then the one last used."""
        chats = [chat for chat in self._all().values() if chat.trashed is None]
        chats.sort(key=lambda chat: (chat.pinned, chat.used, chat.id), reverse=True)
        return chats

    def trashed(self) -> list[Chat]:
        """What lies in the trash, the newest first."""
        chats = [(chat.trashed, chat.id, chat) for chat in self._all().values() if chat.trashed]
        chats.sort(key=itemgetter(0, 1), reverse=True)
        return [chat for _, _, chat in chats]

    def forget(self) -> None:
        """Read all chats anew when they are asked for: names of folders have changed."""
        self._known = None

    def get(self, chat_id: int) -> Chat:
        """One chat."""
        found = self._select(f"id = ? AND {_THERE}", [chat_id])
        if not found:
            raise KeyError(chat_id)
        return found[0]

    def insert(self, chat: Chat, **more: Any) -> int:
        """Add a chat; its id, whatever the record says."""
        columns = {
            "title": chat.title,
            "created": chat.created,
            "used": chat.used,
            "named": chat.named,
            "pinned": chat.pinned,
            "unread": chat.unread,
            "archived": chat.archived,
        } | more
        places = ", ".join("?" * len(columns))
        chat_id = self._database.insert(
            f"INSERT INTO chats ({', '.join(columns)}) VALUES ({places})",
            [_column(value) for value in columns.values()],
        )
        if more.get("trashed") != GONE:
            self._look_again([chat_id])
        return chat_id

    def change(self, chat_id: int, **columns: Any) -> None:
        """Replace columns of one chat."""
        self.change_all([chat_id], **columns)

    def change_all(self, chat_ids: Iterable[int], **columns: Any) -> None:
        """Replace columns of chats, all of which must be there."""
        ids = [*dict.fromkeys(chat_ids)]
        if self._change(f"{_AMONG} AND {_THERE}", ids, **columns) < len(ids):
            raise KeyError(*ids[:1])

    def put_into_trash(self, chat_ids: Iterable[int], moment: datetime) -> None:
        """Mark chats as deleted, all of which must be there; those that are already stay so."""
        ids = [*dict.fromkeys(chat_ids)]
        sql = f"SELECT count(*) FROM chats WHERE {_AMONG} AND {_THERE}"
        if self._database.rows(sql, [_listed(ids)]) != [(len(ids),)]:
            raise KeyError(*ids[:1])
        self._change(f"{_AMONG} AND trashed IS NULL", ids, trashed=moment)

    def make_gone(self, chat_ids: Iterable[int]) -> None:
        """Let nobody see these chats any more."""
        self.change_all(chat_ids, trashed=GONE)

    def make_seen(self, chat_ids: Iterable[int], folder: int | None) -> None:
        """Let chats that have arrived be seen."""
        self._change(f"{_AMONG} AND trashed = {GONE}", [*chat_ids], trashed=None, folder=folder)

    def gone(self) -> list[int]:
        """The chats that nobody sees."""
        rows = self._database.rows(f"SELECT id FROM chats WHERE trashed = {GONE} ORDER BY id")
        return [chat_id for (chat_id,) in rows]

    def blank(self, chat_id: int) -> None:
        """Wipe the words of a chat that is gone; the row stays, as a sign that more is to do."""
        self._database.run(
            "UPDATE chats SET title = '', draft = '', settings = '{}', read_message = NULL"
            f" WHERE id = ? AND trashed = {GONE}",
            [chat_id],
        )
        self._database.run("DELETE FROM draft_files WHERE chat_id = ?", [chat_id])

    def delete(self, chat_id: int) -> None:
        """Delete a chat with its messages."""
        self._database.run("DELETE FROM chats WHERE id = ?", [chat_id])

    def outdated(self, limit: datetime) -> list[int]:
        """The chats that lie in the trash since `limit` or longer, and those that hold nothing."""
        rows = self._database.rows(
            f"SELECT id FROM chats WHERE {_THERE} AND (trashed <= ?"
            " OR NOT EXISTS (SELECT 1 FROM messages WHERE chat_id = chats.id))",
            [microseconds(limit)],
        )
        return [chat_id for (chat_id,) in rows]

    def value(self, chat_id: int, column: str) -> Any:
        """One column of one chat."""
        row = self._database.row(f"SELECT {column} FROM chats WHERE id = ? AND {_THERE}", [chat_id])
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

    def _change(self, condition: str, chat_ids: list[int], **columns: Any) -> int:
        names = ", ".join(f"{name} = ?" for name in columns)
        values = [_column(value) for value in columns.values()]
        changed = self._database.run(
            f"UPDATE chats SET {names} WHERE {condition}", [*values, _listed(chat_ids)]
        )
        self._look_again(chat_ids)
        return changed

    def _all(self) -> dict[int, Chat]:
        """All that are there."""
        if self._known is None or self._undone != self._database.undone:
            self._undone = self._database.undone
            self._known = {chat.id: chat for chat in self._select(_THERE)}
        return self._known

    def _look_again(self, chat_ids: list[int]) -> None:
        """Keep what is remembered in step with rows that have changed."""
        if self._known is None:
            return
        for chat_id in chat_ids:
            self._known.pop(chat_id, None)
        for chat in self._select(f"{_AMONG} AND {_THERE}", [_listed(chat_ids)]):
            self._known[chat.id] = chat


_THERE = f"trashed IS NOT {GONE}"
_AMONG = "id IN (SELECT value FROM json_each(?))"


def _listed(chat_ids: list[int]) -> str:
    """Any number of ids as one parameter."""
    return json.dumps(chat_ids)


def _column(value: Any) -> Any:
    return microseconds(value) if isinstance(value, datetime) else value

"""The messages of the database, with their attachments and the chunks of growing answers."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import Message

from .chat_table import GONE
from .connection import Database
from .records import MESSAGE_COLUMNS, json_text, message_of, microseconds


class MessageTable:
    """Reads and changes rows of `messages`; changes happen inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_chat(self, chat_id: int, *, deleted: bool = False) -> list[Message]:
        """The chat's messages in order of creation; with or without what was deleted."""
        there = "chat_id = ?" if deleted else "chat_id = ? AND deleted IS NULL"
        return self._select(f"{there} ORDER BY id", chat_id)

    def get(self, message_id: int) -> Message:
        """One message, deleted or not."""
        found = self._select(f"id = ? AND {_CHAT_IS_THERE}", message_id)
        if not found:
            raise KeyError(message_id)
        return found[0]

    def chosen(self, chat_id: int) -> dict[int, int]:
        """For each message of a chat: of siblings, the highest is shown."""
        sql = "SELECT id, chosen FROM messages WHERE chat_id = ?"
        return dict(self._database.rows(sql, [chat_id]))

    def unfinished(self) -> list[Message]:
        """What was being written or waited in the queue, in order of creation."""
        states = "state IN ('writing', 'queued')"
        sql = f"SELECT id FROM messages WHERE {states} AND {_CHAT_IS_THERE} ORDER BY id"
        return [self.get(message_id) for (message_id,) in self._database.rows(sql)]

    def highest_choice(self, chat_id: int) -> int:
        """The highest number `chosen` has in a chat; 0 when it is empty."""
        sql = "SELECT coalesce(max(chosen), 0) FROM messages WHERE chat_id = ?"
        row = self._database.row(sql, [chat_id])
        return int(row[0]) if row else 0

    def insert(self, message: Message, chosen: int) -> int:
        """Add a message; its id, whatever the record says."""
        message_id = self._database.insert(
            "INSERT INTO messages (chat_id, parent, role, text, state, stats, created, pinned,"
            " chosen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [*_values(message), chosen],
        )
        self._insert_attachments(message_id, message.attachments)
        return message_id

    def replace(self, message: Message) -> None:
        """Replace the row of the same id; its chunks are part of the text now."""
        changed = self._database.run(
            "UPDATE messages SET chat_id = ?, parent = ?, role = ?, text = ?, state = ?,"
            " stats = ?, created = ?, pinned = ? WHERE id = ?",
            [*_values(message), message.id],
        )
        if not changed:
            raise KeyError(message.id)
        self._database.run("DELETE FROM chunks WHERE message_id = ?", [message.id])
        if self._attachments("message_id = ?", message.id)[message.id] != [*message.attachments]:
            self._database.run("DELETE FROM attachments WHERE message_id = ?", [message.id])
            self._insert_attachments(message.id, message.attachments)

    def append(self, message_id: int, text: str) -> None:
        """Add a chunk; what is there already is not written again."""
        self._database.run(
            "INSERT INTO chunks (message_id, text) VALUES (?, ?)", [message_id, text]
        )

    def choose(self, message_ids: Iterable[int], chosen: int) -> None:
        """Let messages be the ones shown of their siblings."""
        for message_id in message_ids:
            self._set(message_id, "chosen", chosen)

    def pin(self, message_id: int, pinned: bool) -> None:
        """Set the pin."""
        self._set(message_id, "pinned", pinned)

    def mark_deleted(self, message_ids: Iterable[int], root: int, moment: datetime) -> None:
        """Take messages away together with `root`."""
        for message_id in message_ids:
            self._set(message_id, "deleted", microseconds(moment))
            self._set(message_id, "deleted_with", root)

    def deleted_with(self, message_id: int) -> int | None:
        """The message together with which this one was deleted."""
        row = self._database.row("SELECT deleted_with FROM messages WHERE id = ?", [message_id])
        return None if row is None else row[0]

    def unmark_deleted(self, root: int) -> None:
        """Bring back what was deleted together with `root`."""
        self._database.run(
            "UPDATE messages SET deleted = NULL, deleted_with = NULL WHERE deleted_with = ?",
            [root],
        )

    def deleted_before(self, limit: datetime) -> list[int]:
        """What was deleted at `limit` or earlier."""
        sql = f"SELECT id FROM messages WHERE deleted <= ? AND {_CHAT_IS_THERE}"
        return [id_ for (id_,) in self._database.rows(sql, [microseconds(limit)])]

    def has_followers(self, message_id: int) -> bool:
        """Whether any message, deleted or not, follows this one."""
        sql = "SELECT 1 FROM messages WHERE parent = ? LIMIT 1"
        return self._database.row(sql, [message_id]) is not None

    def delete(self, message_ids: Iterable[int]) -> None:
        """Delete whole branches, or messages that nothing follows."""
        for message_id in message_ids:
            self._database.run("DELETE FROM messages WHERE id = ?", [message_id])

    def some_of(self, chat_id: int, most: int) -> list[int]:
        """Some of a chat's messages, deleted or not."""
        sql = "SELECT id FROM messages WHERE chat_id = ? LIMIT ?"
        return [id_ for (id_,) in self._database.rows(sql, [chat_id, most])]

    def tear_out(self, message_id: int) -> None:
        """Delete a message, whatever follows it."""
        self._database.run("UPDATE messages SET parent = NULL WHERE parent = ?", [message_id])
        self.delete([message_id])

    def _select(self, condition: str, parameter: int) -> list[Message]:
        rows = self._database.rows(
            f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE {condition}", [parameter]
        )
        which = f"message_id IN (SELECT id FROM messages WHERE {condition})"
        attachments = self._attachments(which, parameter)
        chunks = self._chunks(which, parameter)
        messages = []
        for row in rows:
            message_id, text = row[0], row[4]
            if message_id in chunks:
                row = (*row[:4], text + "".join(chunks[message_id]), *row[5:])
            messages.append(message_of(row, attachments.get(message_id, ())))
        return messages

    def _attachments(self, condition: str, parameter: int) -> defaultdict[int, list[Attachment]]:
        found: defaultdict[int, list[Attachment]] = defaultdict(list)
        columns = "message_id, name, media_type, text, tokens"
        sql = f"SELECT {columns} FROM attachments WHERE {condition} ORDER BY id"
        for message_id, *values in self._database.rows(sql, [parameter]):
            found[message_id].append(Attachment(*values))
        return found

    def _chunks(self, condition: str, parameter: int) -> dict[int, list[str]]:
        found: defaultdict[int, list[str]] = defaultdict(list)
        sql = f"SELECT message_id, text FROM chunks WHERE {condition} ORDER BY id"
        for message_id, text in self._database.rows(sql, [parameter]):
            found[message_id].append(text)
        return found

    def _insert_attachments(self, message_id: int, attachments: Iterable[Attachment]) -> None:
        for each in attachments:
            self._database.insert(
                "INSERT INTO attachments (message_id, name, media_type, text, tokens)"
                " VALUES (?, ?, ?, ?, ?)",
                [message_id, each.name, each.media_type, each.text, each.tokens],
            )

    def _set(self, message_id: int, column: str, value: Any) -> None:
        sql = f"UPDATE messages SET {column} = ? WHERE id = ?"
        if not self._database.run(sql, [value, message_id]):
            raise KeyError(message_id)


_CHAT_IS_THERE = (
    f"NOT EXISTS (SELECT 1 FROM chats WHERE chats.id = messages.chat_id AND chats.trashed = {GONE})"
)


def _values(message: Message) -> list[Any]:
    stats = None if message.stats is None else json_text(message.stats.to_dict())
    return [
        message.chat_id,
        message.parent,
        message.role,
        message.text,
        message.state,
        stats,
        microseconds(message.created),
        message.pinned,
    ]

"""The store that keeps chats on the disk."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.chat_store import TRASH_DAYS, Hit
from ternchat.app.core.conversation import (
    Chat,
    ChatTree,
    Message,
    ReadPosition,
    Role,
    State,
    now,
)
from ternchat.app.core.message_tree import (
    children_of,
    copy_of_path,
    shown_path,
    storable,
    storable_attachments,
    subtree,
    versions,
)
from ternchat.app.core.word_search import Query, snippet

from .chat_table import ChatTable
from .connection import Database
from .message_table import MessageTable
from .records import json_text, mapping_of
from .word_index import WordIndex


class SqliteChatStore:
    """Keeps chats in a database of the newest version; see `ChatStore` for what calls mean."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = now) -> None:
        self._database = database
        self._clock = clock
        self._chats = ChatTable(database)
        self._messages = MessageTable(database)
        self._index = WordIndex(database)
        self._has_purged = False

    def end_unfinished(self) -> None:
        """Mark the answers that an earlier run left unfinished as interrupted.

        A question that waited goes back into the composer when its chat is opened; one with
        attachments, which the composer could not take, finds its place in the chat.
        """
        with self._database.writing():
            for message in self._messages.unfinished():
                if message.state is State.WRITING:
                    self._write(replace(message, state=State.INTERRUPTED))
                elif message.attachments:
                    path = self.messages(message.chat_id)
                    last = [m.id for m in path if m.state is not State.QUEUED][-1:]
                    parent = last[0] if last else None
                    self._write(replace(message, parent=parent, state=State.DONE))
                    self._messages.choose([message.id], self._next_choice(message.chat_id))

    # Chats

    def chats(self) -> list[Chat]:
        """All chats outside the trash: the pinned ones first, then the one last added to."""
        return self._chats.listed()

    def chat(self, chat_id: int) -> Chat:
        """One chat, in the trash or not."""
        return self._chats.get(chat_id)

    def create_chat(self, title: str, *, temporary: bool = False) -> Chat:
        """A new chat without messages."""
        assert not temporary, "temporary chats belong into memory"
        moment = self._clock()
        with self._database.writing():
            return self._insert_chat(Chat(0, storable(title), moment, moment))

    def set_title(self, chat_id: int, title: str) -> None:
        """Replace a title that the person has not chosen."""
        if not self._chats.get(chat_id).named:
            self._set_title(chat_id, title, named=False)

    def rename(self, chat_id: int, title: str) -> None:
        """Give a chat the title a person chose: it stays."""
        self._set_title(chat_id, title, named=True)

    def set_chat_pinned(self, chat_id: int, pinned: bool) -> None:
        """Keep a chat at the top of the list, or no longer."""
        self._change_chat(chat_id, pinned=pinned)

    def set_unread(self, chat_id: int, unread: bool) -> None:
        """Remember that an answer has not been seen, or that it has."""
        if self._chats.get(chat_id).unread is not unread:
            self._change_chat(chat_id, unread=unread)

    def trash(self, chat_ids: Iterable[int]) -> None:
        """Move chats to the trash."""
        moment = self._clock()
        with self._database.writing():
            for chat in self._chats.some(chat_ids):
                self._chats.change(chat.id, trashed=chat.trashed or moment)

    def restore(self, chat_ids: Iterable[int]) -> None:
        """Take chats out of the trash."""
        with self._database.writing():
            for chat in self._chats.some(chat_ids):
                self._chats.change(chat.id, trashed=None)

    def trashed(self) -> list[Chat]:
        """What lies in the trash, the newest first."""
        return self._chats.trashed()

    def purge(self, chat_ids: Iterable[int]) -> None:
        """Delete chats for ever."""
        with self._database.writing():
            self._delete_chats([chat.id for chat in self._chats.some(chat_ids)])

    def purge_old(self, days: int = TRASH_DAYS) -> None:
        """Delete for ever what was deleted that long ago, and chats that hold nothing."""
        limit = self._clock() - timedelta(days=days)
        with self._database.writing():
            gone: set[int] = set()
            for message_id in self._messages.deleted_before(limit):
                if message_id not in gone:
                    chat_id = self._messages.get(message_id).chat_id
                    gone |= self._delete_branch(message_id, chat_id)
            self._delete_chats(self._chats.outdated(limit))

    # What belongs to a chat

    def draft(self, chat_id: int | None) -> str:
        """What is typed but not sent; None is the chat that does not exist yet."""
        if chat_id is None:
            return self._chats.new_chat_draft()
        return str(self._chats.value(chat_id, "draft"))

    def set_draft(self, chat_id: int | None, text: str) -> None:
        """Replace the draft."""
        if self.draft(chat_id) == storable(text):
            return
        with self._database.writing():
            if chat_id is None:
                self._chats.set_new_chat_draft(storable(text))
            else:
                self._chats.change(chat_id, draft=storable(text))

    def settings(self, chat_id: int) -> dict[str, Any]:
        """The chat's settings as they were given to `set_settings`; empty at first."""
        return mapping_of(self._chats.value(chat_id, "settings"))

    def set_settings(self, chat_id: int, settings: Mapping[str, Any]) -> None:
        """Replace the settings: anything that JSON can hold."""
        self._change_chat(chat_id, settings=json_text(settings))

    def read_position(self, chat_id: int) -> ReadPosition | None:
        """Where somebody stopped reading; None is the end."""
        message_id = self._chats.value(chat_id, "read_message")
        if message_id is None:
            return None
        try:
            there = self._messages.get(message_id).chat_id == chat_id
        except KeyError:
            there = False
        if not there or self._messages.deleted_with(message_id) is not None:
            return None
        return ReadPosition(message_id, self._chats.value(chat_id, "read_fraction"))

    def set_read_position(self, chat_id: int, position: ReadPosition | None) -> None:
        """Remember where somebody stopped reading."""
        if self.read_position(chat_id) == position:
            return
        message_id, fraction = (position.message_id, position.fraction) if position else (None, 0.0)
        self._change_chat(chat_id, read_message=message_id, read_fraction=fraction)

    # Messages

    def messages(self, chat_id: int) -> list[Message]:
        """The shown branch from its first message to its newest, then what waits in the queue."""
        return shown_path(self._there(chat_id), self._messages.chosen(chat_id))

    def message(self, message_id: int) -> Message:
        """One message, shown or not."""
        return self._messages.get(message_id)

    def siblings(self, message_id: int) -> list[int]:
        """The messages that follow the same one, itself included, in order of creation."""
        message = self._messages.get(message_id)
        if message.state is State.QUEUED:
            return []
        return [m.id for m in children_of(message.parent, self._there(message.chat_id))]

    def versions(self, chat_id: int) -> dict[int, tuple[int, int]]:
        """Of each message that has siblings its place among them, from 1, and their number."""
        return versions(self._there(chat_id))

    def select(self, message_id: int) -> None:
        """Show the branch that holds the message, now and later."""
        message = self._messages.get(message_id)
        with self._database.writing():
            path = self._above(message)
            self._messages.choose([m.id for m in path], self._next_choice(message.chat_id))

    def add(
        self,
        chat_id: int,
        parent: int | None,
        role: Role,
        text: str,
        state: State,
        attachments: Iterable[Attachment] = (),
    ) -> Message:
        """A new message; among its siblings it is the one shown."""
        chat = self._chats.get(chat_id)
        if parent is not None:
            followed = self._messages.get(parent)
            if followed.chat_id != chat_id or self._messages.deleted_with(parent) is not None:
                raise KeyError(parent)
        message = Message(
            0, chat_id, parent, role, storable(text), state,
            created=self._clock(), attachments=storable_attachments(attachments),
        )  # fmt: skip
        with self._database.writing():
            message_id = self._messages.insert(message, self._next_choice(chat_id))
            message = replace(message, id=message_id)
            self._chats.change(chat.id, used=message.created)
            self._enter(message)
        return message

    def save(self, message: Message) -> None:
        """Replace the stored message of the same id."""
        before = self._messages.get(message.id)
        with self._database.writing():
            self._write(message)
            if before.state is State.QUEUED and message.state is not State.QUEUED:
                choice = self._next_choice(message.chat_id)
                self._messages.choose([message.id], choice)

    def append_text(self, message_id: int, text: str) -> None:
        """Let an answer grow."""
        message = self._messages.get(message_id)
        with self._database.writing():
            if message.state is State.WRITING:
                self._messages.append(message_id, storable(text))
            else:
                self._write(replace(message, text=message.text + storable(text)))

    def pin_message(self, message_id: int, pinned: bool) -> None:
        """Keep a message in the model's view, or no longer."""
        with self._database.writing():
            self._messages.pin(message_id, pinned)

    def delete_message(self, message_id: int) -> None:
        """Take away a message with all that follows it, until it is restored or 30 days old."""
        message = self._messages.get(message_id)
        if self._messages.deleted_with(message_id) is not None:
            return
        below = [m.id for m in subtree(message_id, self._there(message.chat_id))]
        with self._database.writing():
            self._messages.mark_deleted(below, message_id, self._clock())

    def restore_message(self, message_id: int) -> None:
        """Bring back what `delete_message` took away."""
        with self._database.writing():
            for message in self._above(self._messages.get(message_id)):
                root = self._messages.deleted_with(message.id)
                if root is not None:
                    self._messages.unmark_deleted(root)

    def remove(self, message_id: int) -> None:
        """Take out, for ever, a message that nothing follows; an emptied chat goes too."""
        message = self._messages.get(message_id)
        if self._messages.has_followers(message_id):
            raise ValueError(f"message {message_id} is followed by others")
        with self._database.writing():
            self._delete_branch(message_id, message.chat_id)
            if not self._messages.of_chat(message.chat_id, deleted=True):
                self._delete_chats([message.chat_id])

    # Whole chats

    def copy_path(self, message_id: int) -> Chat:
        """A new chat with copies of the message and of all those it follows."""
        tree = self.tree(self._messages.get(message_id).chat_id)
        return self.add_tree(copy_of_path(tree, message_id, self._clock()))

    def tree(self, chat_id: int) -> ChatTree:
        """The chat with all its branches; without what was deleted."""
        messages = subtree(None, self._there(chat_id))
        chosen = self._messages.chosen(chat_id)
        shown = sorted((m.id for m in messages), key=lambda id_: chosen[id_])
        return ChatTree(
            self.chat(chat_id), tuple(messages), tuple(shown), self.settings(chat_id),
            self.draft(chat_id),
        )  # fmt: skip

    def add_tree(self, tree: ChatTree) -> Chat:
        """A new chat like the given one; chat and messages get ids of their own."""
        choices = {message_id: choice for choice, message_id in enumerate(tree.shown, 1)}
        with self._database.writing():
            chat = self._insert_chat(
                replace(tree.chat, title=storable(tree.chat.title), temporary=False, trashed=None)
            )
            draft = storable(tree.draft)
            self._chats.change(chat.id, settings=json_text(tree.settings), draft=draft)
            new_ids: dict[int | None, int | None] = {None: None}
            for message in tree.messages:
                copy = replace(
                    message,
                    chat_id=chat.id,
                    parent=new_ids[message.parent],
                    text=storable(message.text),
                    attachments=storable_attachments(message.attachments),
                )
                new_ids[message.id] = new_id = self._messages.insert(copy, choices[message.id])
                self._enter(replace(copy, id=new_id))
        return chat

    def search(self, query: str, limit: int = 50) -> list[Hit]:
        """Titles, then complete messages, with words that begin like all of those asked for."""
        wanted = Query.of(query)
        if not wanted.phrases:
            return []
        titles = {chat.id: chat.title for chat in self.chats()}
        hits = [
            Hit(chat_id, None, titles[chat_id], snippet(titles[chat_id], wanted))
            for chat_id in self._index.titles(wanted, limit)
        ]
        hits += [
            Hit(chat_id, message_id, titles[chat_id], snippet(text, wanted))
            for chat_id, message_id, text in self._index.messages(wanted, limit - len(hits))
        ]
        return hits

    def close(self) -> None:
        """Let go of the file."""
        if self._has_purged:
            with self._database.writing():
                self._index.forget_deleted()
            self._has_purged = False
        self._database.close()

    def _insert_chat(self, chat: Chat) -> Chat:
        chat = replace(chat, id=self._chats.insert(chat))
        self._index.put_title(chat.id, chat.title)
        return chat

    def _set_title(self, chat_id: int, title: str, *, named: bool) -> None:
        title = storable(title)
        with self._database.writing():
            self._chats.change(chat_id, title=title, named=named)
            self._index.put_title(chat_id, title)

    def _change_chat(self, chat_id: int, **columns: Any) -> None:
        with self._database.writing():
            self._chats.change(chat_id, **columns)

    def _delete_chats(self, chat_ids: Iterable[int]) -> None:
        for chat_id in chat_ids:
            self._index.remove_chat(chat_id)
            self._chats.delete(chat_id)
            self._has_purged = True

    def _delete_branch(self, message_id: int, chat_id: int) -> set[int]:
        messages = self._messages.of_chat(chat_id, deleted=True)
        below = [m.id for m in subtree(message_id, messages)]
        self._messages.delete(below)
        for gone in below:
            self._index.remove_message(gone)
        self._has_purged = True
        return set(below)

    def _there(self, chat_id: int) -> list[Message]:
        """The chat's messages in order of creation, without what was deleted."""
        self._chats.get(chat_id)
        return self._messages.of_chat(chat_id)

    def _above(self, message: Message) -> list[Message]:
        """A message and all those it follows."""
        by_id = {m.id: m for m in self._messages.of_chat(message.chat_id, deleted=True)}
        path = [message]
        while path[-1].parent is not None:
            path.append(by_id[path[-1].parent])
        return path

    def _next_choice(self, chat_id: int) -> int:
        return self._messages.highest_choice(chat_id) + 1

    def _write(self, message: Message) -> None:
        message = replace(
            message,
            text=storable(message.text),
            attachments=storable_attachments(message.attachments),
        )
        self._messages.replace(message)
        self._enter(message)

    def _enter(self, message: Message) -> None:
        """Keep the index of words in step with a message; a growing one is not in it."""
        if message.state is State.WRITING:
            self._index.remove_message(message.id)
        else:
            self._index.put_message(message.id, message.text)

"""Chats that are forgotten when the program ends."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from .attachments import Attachment
from .chat_store import TRASH_DAYS, Hit
from .conversation import Chat, ChatTree, Message, ReadPosition, Role, State, now
from .message_tree import (
    children_of,
    copy_of_path,
    shown_path,
    storable,
    storable_attachments,
    subtree,
    versions,
)
from .word_search import Query, snippet, words


class MemoryChatStore:
    """Keeps chats in memory: temporary ones, and all where no database can be had.

    `id_step` is -1 where the ids must differ from those of another store.
    """

    def __init__(self, clock: Callable[[], datetime] = now, id_step: int = 1) -> None:
        self._clock = clock
        self._ids = count(id_step, id_step)
        self._choices = count(1)
        self._chats: dict[int, Chat] = {}
        self._messages: dict[int, Message] = {}  # in order of creation
        self._chosen: dict[int, int] = {}  # message -> when it was last chosen, as a number
        self._deleted: dict[int, tuple[int, datetime]] = {}  # message -> deleted with which, when
        self._drafts: dict[int | None, str] = {}
        self._settings: dict[int, dict[str, Any]] = {}
        self._positions: dict[int, ReadPosition | None] = {}

    # Chats

    def chats(self) -> list[Chat]:
        """All chats outside the trash: the pinned ones first, then the one last added to."""
        listed = [chat for chat in reversed(self._chats.values()) if chat.trashed is None]
        listed.sort(key=lambda chat: chat.used, reverse=True)
        listed.sort(key=lambda chat: chat.pinned, reverse=True)
        return listed

    def chat(self, chat_id: int) -> Chat:
        """One chat, in the trash or not."""
        return self._chats[chat_id]

    def create_chat(self, title: str, *, temporary: bool = False) -> Chat:
        """A new chat without messages."""
        moment = self._clock()
        chat = Chat(next(self._ids), storable(title), moment, moment, temporary=temporary)
        self._chats[chat.id] = chat
        return chat

    def set_title(self, chat_id: int, title: str) -> None:
        """Replace a title that the person has not chosen."""
        if not self._chats[chat_id].named:
            self._change(chat_id, title=storable(title))

    def rename(self, chat_id: int, title: str) -> None:
        """Give a chat the title a person chose: it stays."""
        self._change(chat_id, title=storable(title), named=True)

    def set_chat_pinned(self, chat_id: int, pinned: bool) -> None:
        """Keep a chat at the top of the list, or no longer."""
        self._change(chat_id, pinned=pinned)

    def set_unread(self, chat_id: int, unread: bool) -> None:
        """Remember that an answer has not been seen, or that it has."""
        self._change(chat_id, unread=unread)

    def trash(self, chat_ids: Iterable[int]) -> None:
        """Move chats to the trash."""
        moment = self._clock()
        for chat in [self._chats[chat_id] for chat_id in chat_ids]:
            self._change(chat.id, trashed=chat.trashed or moment)

    def restore(self, chat_ids: Iterable[int]) -> None:
        """Take chats out of the trash."""
        for chat in [self._chats[chat_id] for chat_id in chat_ids]:
            self._change(chat.id, trashed=None)

    def trashed(self) -> list[Chat]:
        """What lies in the trash, the newest first."""
        found = [(chat.trashed, chat) for chat in reversed(self._chats.values()) if chat.trashed]
        found.sort(key=lambda pair: pair[0], reverse=True)
        return [chat for _, chat in found]

    def purge(self, chat_ids: Iterable[int]) -> None:
        """Delete chats for ever."""
        for chat in [self._chats[chat_id] for chat_id in chat_ids]:
            for message in self._all_of(chat.id):
                self._forget(message.id)
            del self._chats[chat.id]
            for kept in (self._drafts, self._settings, self._positions):
                kept.pop(chat.id, None)

    def purge_old(self, days: int = TRASH_DAYS) -> None:
        """Delete for ever what was deleted that long ago, and chats that hold nothing."""
        limit = self._clock() - timedelta(days=days)
        for message_id, (_, moment) in list(self._deleted.items()):
            if moment <= limit and message_id in self._messages:
                chat_id = self._messages[message_id].chat_id
                for below in subtree(message_id, self._all_of(chat_id)):
                    self._forget(below.id)
        self.purge(
            chat.id
            for chat in list(self._chats.values())
            if (chat.trashed is not None and chat.trashed <= limit) or not self._all_of(chat.id)
        )

    # What belongs to a chat

    def draft(self, chat_id: int | None) -> str:
        """What is typed but not sent; None is the chat that does not exist yet."""
        if chat_id is not None:
            self.chat(chat_id)
        return self._drafts.get(chat_id, "")

    def set_draft(self, chat_id: int | None, text: str) -> None:
        """Replace the draft."""
        if chat_id is not None:
            self.chat(chat_id)
        self._drafts[chat_id] = storable(text)

    def settings(self, chat_id: int) -> dict[str, Any]:
        """The chat's settings as they were given to `set_settings`; empty at first."""
        self.chat(chat_id)
        return deepcopy(self._settings.get(chat_id, {}))

    def set_settings(self, chat_id: int, settings: Mapping[str, Any]) -> None:
        """Replace the settings: anything that JSON can hold."""
        self.chat(chat_id)
        self._settings[chat_id] = deepcopy(dict(settings))

    def read_position(self, chat_id: int) -> ReadPosition | None:
        """Where somebody stopped reading; None is the end."""
        position = self._positions.get(chat_id)
        there = {message.id for message in self._there(chat_id)}
        return position if position is not None and position.message_id in there else None

    def set_read_position(self, chat_id: int, position: ReadPosition | None) -> None:
        """Remember where somebody stopped reading."""
        self.chat(chat_id)
        self._positions[chat_id] = position

    # Messages

    def messages(self, chat_id: int) -> list[Message]:
        """The shown branch from its first message to its newest, then what waits in the queue."""
        return shown_path(self._there(chat_id), self._chosen)

    def message(self, message_id: int) -> Message:
        """One message, shown or not."""
        return self._messages[message_id]

    def siblings(self, message_id: int) -> list[int]:
        """The messages that follow the same one, itself included, in order of creation."""
        message = self._messages[message_id]
        if message.state is State.QUEUED:
            return []
        return [m.id for m in children_of(message.parent, self._there(message.chat_id))]

    def versions(self, chat_id: int) -> dict[int, tuple[int, int]]:
        """Of each message that has siblings its place among them, from 1, and their number."""
        return versions(self._there(chat_id))

    def select(self, message_id: int) -> None:
        """Show the branch that holds the message, now and later."""
        choice = next(self._choices)
        above: int | None = self._messages[message_id].id
        while above is not None:
            self._chosen[above] = choice
            above = self._messages[above].parent

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
        chat = self._chats[chat_id]
        if parent is not None and all(m.id != parent for m in self._there(chat_id)):
            raise KeyError(parent)
        message = Message(
            next(self._ids), chat_id, parent, role, storable(text), state,
            created=self._clock(), attachments=storable_attachments(attachments),
        )  # fmt: skip
        self._messages[message.id] = message
        self._chosen[message.id] = next(self._choices)
        self._change(chat.id, used=message.created)
        return message

    def save(self, message: Message) -> None:
        """Replace the stored message of the same id."""
        before = self._messages[message.id]
        self._messages[message.id] = replace(
            message,
            text=storable(message.text),
            attachments=storable_attachments(message.attachments),
        )
        if before.state is State.QUEUED and message.state is not State.QUEUED:
            self._chosen[message.id] = next(self._choices)

    def append_text(self, message_id: int, text: str) -> None:
        """Let an answer grow."""
        message = self._messages[message_id]
        self._messages[message_id] = replace(message, text=message.text + storable(text))

    def pin_message(self, message_id: int, pinned: bool) -> None:
        """Keep a message in the model's view, or no longer."""
        self._messages[message_id] = replace(self._messages[message_id], pinned=pinned)

    def delete_message(self, message_id: int) -> None:
        """Take away a message with all that follows it, until it is restored or 30 days old."""
        message, moment = self._messages[message_id], self._clock()
        if message_id not in self._deleted:
            for below in subtree(message_id, self._there(message.chat_id)):
                self._deleted[below.id] = (message_id, moment)

    def restore_message(self, message_id: int) -> None:
        """Bring back what `delete_message` took away."""
        above: int | None = self._messages[message_id].id
        while above is not None:
            if above in self._deleted:
                deleted_with, _ = self._deleted[above]
                for other, (with_, _) in list(self._deleted.items()):
                    if with_ == deleted_with:
                        del self._deleted[other]
            above = self._messages[above].parent

    def remove(self, message_id: int) -> None:
        """Take out, for ever, a message that nothing follows; an emptied chat goes too."""
        chat_id = self._messages[message_id].chat_id
        if any(m.parent == message_id for m in self._messages.values()):
            raise ValueError(f"message {message_id} is followed by others")
        self._forget(message_id)
        if not self._all_of(chat_id):
            self.purge([chat_id])

    # Whole chats

    def copy_path(self, message_id: int) -> Chat:
        """A new chat with copies of the message and of all those it follows."""
        tree = self.tree(self._messages[message_id].chat_id)
        return self.add_tree(copy_of_path(tree, message_id, self._clock()))

    def tree(self, chat_id: int) -> ChatTree:
        """The chat with all its branches; without what was deleted."""
        messages = subtree(None, self._there(chat_id))
        shown = sorted((m.id for m in messages), key=lambda id_: self._chosen[id_])
        return ChatTree(
            self._chats[chat_id], tuple(messages), tuple(shown), self.settings(chat_id),
            self.draft(chat_id),
        )  # fmt: skip

    def add_tree(self, tree: ChatTree) -> Chat:
        """A new chat like the given one; chat and messages get ids of their own."""
        chat = replace(tree.chat, id=next(self._ids), title=storable(tree.chat.title), trashed=None)
        self._chats[chat.id] = chat
        self.set_settings(chat.id, tree.settings)
        self.set_draft(chat.id, tree.draft)
        new_ids: dict[int | None, int | None] = {None: None}
        for message in tree.messages:
            copy = replace(
                message, id=next(self._ids), chat_id=chat.id, parent=new_ids[message.parent]
            )
            self._messages[copy.id] = copy
            self.save(copy)
            new_ids[message.id] = copy.id
        for old_id in tree.shown:
            new_id = new_ids[old_id]
            assert new_id is not None
            self._chosen[new_id] = next(self._choices)
        return chat

    def search(self, query: str, limit: int = 50) -> list[Hit]:
        """Titles, then complete messages, with words that begin like all of those asked for."""
        wanted = Query.of(query)
        chats = {chat.id: chat for chat in self.chats()}
        complete = [
            m
            for m in reversed(self._messages.values())
            if m.chat_id in chats and m.id not in self._deleted and m.state is not State.WRITING
        ]
        complete.sort(key=lambda m: m.created, reverse=True)
        places: list[tuple[Chat, int | None, str]] = [
            (chat, None, chat.title) for chat in chats.values()
        ]
        places += [(chats[m.chat_id], m.id, m.text) for m in complete]
        hits = (
            Hit(chat.id, message_id, chat.title, snippet(text, wanted))
            for chat, message_id, text in places
            if wanted.places(list(words(text)))
        )
        return [hit for hit, _ in zip(hits, range(limit), strict=False)]

    def close(self) -> None:
        """Nothing to let go of."""

    def _change(self, chat_id: int, **values: Any) -> None:
        self._chats[chat_id] = replace(self._chats[chat_id], **values)

    def _all_of(self, chat_id: int) -> list[Message]:
        return [m for m in self._messages.values() if m.chat_id == chat_id]

    def _there(self, chat_id: int) -> list[Message]:
        """The chat's messages in order of creation, without what was deleted."""
        self.chat(chat_id)
        return [m for m in self._all_of(chat_id) if m.id not in self._deleted]

    def _forget(self, message_id: int) -> None:
        del self._messages[message_id], self._chosen[message_id]
        self._deleted.pop(message_id, None)

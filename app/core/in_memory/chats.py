"""Chats in memory, without what is in them."""

from collections.abc import Iterable
from datetime import timedelta

from ternchat.app.core.chat_store import TRASH_DAYS
from ternchat.app.core.conversation import Chat
from ternchat.app.core.message_tree import (
    storable,
    subtree,
)

from .records import Records


class ChatsInMemory(Records):
    """The part of a store that lists chats; see `ChatStore`."""

    def chats(self) -> list[Chat]:
        """All chats outside the trash: the pinned ones first, then the one last added to."""
        listed = [chat for chat in reversed(self.chats_by_id.values()) if chat.trashed is None]
        listed.sort(key=lambda chat: chat.used, reverse=True)
        listed.sort(key=lambda chat: chat.pinned, reverse=True)
        return listed

    def chat(self, chat_id: int) -> Chat:
        """One chat, in the trash or not."""
        return self.chats_by_id[chat_id]

    def create_chat(self, title: str, *, temporary: bool = False) -> Chat:
        """A new chat without messages."""
        moment = self.clock()
        chat = Chat(next(self.ids), storable(title), moment, moment, temporary=temporary)
        self.chats_by_id[chat.id] = chat
        return chat

    def set_title(self, chat_id: int, title: str) -> None:
        """Replace a title that the person has not chosen."""
        if not self.chats_by_id[chat_id].named:
            self.change_chat(chat_id, title=storable(title))

    def rename(self, chat_id: int, title: str) -> None:
        """Give a chat the title a person chose: it stays."""
        self.change_chat(chat_id, title=storable(title), named=True)

    def set_chat_pinned(self, chat_id: int, pinned: bool) -> None:
        """Keep a chat at the top of the list, or no longer."""
        self.change_chat(chat_id, pinned=pinned)

    def set_unread(self, chat_id: int, unread: bool) -> None:
        """Remember that an answer has not been seen, or that it has."""
        self.change_chat(chat_id, unread=unread)

    def trash(self, chat_ids: Iterable[int]) -> None:
        """Move chats to the trash."""
        moment = self.clock()
        for chat in [self.chats_by_id[chat_id] for chat_id in chat_ids]:
            self.change_chat(chat.id, trashed=chat.trashed or moment)

    def restore(self, chat_ids: Iterable[int]) -> None:
        """Take chats out of the trash."""
        for chat in [self.chats_by_id[chat_id] for chat_id in chat_ids]:
            self.change_chat(chat.id, trashed=None)

    def trashed(self) -> list[Chat]:
        """What lies in the trash, the newest first."""
        found = [
            (chat.trashed, chat) for chat in reversed(self.chats_by_id.values()) if chat.trashed
        ]
        found.sort(key=lambda pair: pair[0], reverse=True)
        return [chat for _, chat in found]

    def purge(self, chat_ids: Iterable[int]) -> None:
        """Delete chats for ever."""
        for chat in [self.chats_by_id[chat_id] for chat_id in chat_ids]:
            self.forget_chat(chat.id)

    def purge_old(self, days: int = TRASH_DAYS) -> None:
        """Delete for ever what was deleted that long ago, and chats that hold nothing."""
        limit = self.clock() - timedelta(days=days)
        for message_id, (_, moment) in list(self.deleted.items()):
            if moment <= limit and message_id in self.messages_by_id:
                chat_id = self.messages_by_id[message_id].chat_id
                for below in subtree(message_id, self.all_of(chat_id)):
                    self.forget_message(below.id)
        self.purge(
            chat.id
            for chat in list(self.chats_by_id.values())
            if (chat.trashed is not None and chat.trashed <= limit) or not self.all_of(chat.id)
        )

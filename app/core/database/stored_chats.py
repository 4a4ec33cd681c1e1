"""Chats on the disk, without what is in them."""

from collections.abc import Iterable
from datetime import timedelta

from ternchat.app.core.chat_store import TRASH_DAYS
from ternchat.app.core.conversation import Chat
from ternchat.app.core.message_tree import storable

from .tables import Tables


class StoredChats(Tables):
    """The part of a store that lists chats; see `ChatStore`."""

    def chats(self) -> list[Chat]:
        """All chats outside the trash: the pinned ones first, then the one last added to."""
        return self.chat_table.listed()

    def chat(self, chat_id: int) -> Chat:
        """One chat, in the trash or not."""
        return self.chat_table.get(chat_id)

    def create_chat(self, title: str, *, temporary: bool = False) -> Chat:
        """A new chat without messages."""
        assert not temporary, "temporary chats belong into memory"
        moment = self.clock()
        with self.database.writing():
            return self.insert_chat(Chat(0, storable(title), moment, moment))

    def set_title(self, chat_id: int, title: str) -> None:
        """Replace a title that the person has not chosen."""
        if not self.chat_table.get(chat_id).named:
            self._set_title(chat_id, title, named=False)

    def rename(self, chat_id: int, title: str) -> None:
        """Give a chat the title a person chose: it stays."""
        self._set_title(chat_id, title, named=True)

    def set_chat_pinned(self, chat_id: int, pinned: bool) -> None:
        """Keep a chat at the top of the list, or no longer."""
        self.change_chat(chat_id, pinned=pinned)

    def set_unread(self, chat_id: int, unread: bool) -> None:
        """Remember that an answer has not been seen, or that it has."""
        if self.chat_table.get(chat_id).unread is not unread:
            self.change_chat(chat_id, unread=unread)

    def trash(self, chat_ids: Iterable[int]) -> None:
        """Move chats to the trash."""
        with self.database.writing():
            self.chat_table.put_into_trash(chat_ids, self.clock())

    def restore(self, chat_ids: Iterable[int]) -> None:
        """Take chats out of the trash."""
        with self.database.writing():
            self.chat_table.change_all(chat_ids, trashed=None)

    def trashed(self) -> list[Chat]:
        """What lies in the trash, the newest first."""
        return self.chat_table.trashed()

    def purge(self, chat_ids: Iterable[int]) -> None:
        """Delete chats for ever; nobody sees them from now on, and `clean_up` wipes them."""
        with self.database.writing():
            self.chat_table.make_gone(chat_ids)

    def purge_old(self, days: int = TRASH_DAYS) -> None:
        """Delete for ever what was deleted that long ago, and chats that hold nothing."""
        limit = self.clock() - timedelta(days=days)
        with self.database.writing():
            gone: set[int] = set()
            for message_id in self.message_table.deleted_before(limit):
                if message_id not in gone:
                    chat_id = self.message_table.get(message_id).chat_id
                    gone |= self.delete_branch(message_id, chat_id)
            self.chat_table.make_gone(self.chat_table.outdated(limit))

    def _set_title(self, chat_id: int, title: str, *, named: bool) -> None:
        title = storable(title)
        with self.database.writing():
            self.chat_table.change(chat_id, title=title, named=named)
            self.index.put_title(chat_id, title)

"""One store made of two: chats on the disk, and temporary ones in memory."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .attachments import Attachment
from .chat_store import TRASH_DAYS, Arrival, ChatStore, Hit
from .conversation import Chat, ChatTree, Message, ReadPosition, Role, State
from .folders import Folder, by_name, checked_name


class RoutedChatStore:
    """Keeps temporary chats in memory and all others on the disk; see `ChatStore`.

    Ids in memory are negative. A disk that cannot be written to gets no new chats: they are
    temporary, whatever was asked for; and what is only remembered for later is forgotten there.
    """

    def __init__(self, disk: ChatStore, memory: ChatStore, *, writable: bool = True) -> None:
        self._disk = disk
        self._memory = memory
        self._writable = writable

    # Chats

    def chats(self) -> list[Chat]:
        """All chats outside the trash: the pinned ones first, then the one last added to."""
        temporary = self._memory.chats()
        if not temporary:
            return self._disk.chats()
        chats = temporary + self._disk.chats()
        chats.sort(key=lambda chat: (chat.pinned, chat.used), reverse=True)
        return chats

    def chat(self, chat_id: int) -> Chat:
        """One chat, in the trash or not."""
        return self._of(chat_id).chat(chat_id)

    def create_chat(self, title: str, *, temporary: bool = False) -> Chat:
        """A new chat without messages."""
        if temporary or not self._writable:
            return self._memory.create_chat(title, temporary=True)
        return self._disk.create_chat(title)

    def set_title(self, chat_id: int, title: str) -> None:
        """Replace a title that the person has not chosen."""
        self._of(chat_id).set_title(chat_id, title)

    def rename(self, chat_id: int, title: str) -> None:
        """Give a chat the title a person chose: it stays."""
        self._of(chat_id).rename(chat_id, title)

    def set_chat_pinned(self, chat_id: int, pinned: bool) -> None:
        """Keep a chat at the top of the list, or no longer."""
        self._of(chat_id).set_chat_pinned(chat_id, pinned)

    def set_unread(self, chat_id: int, unread: bool) -> None:
        """Remember that an answer has not been seen, or that it has."""
        if self._remembers(chat_id):
            self._of(chat_id).set_unread(chat_id, unread)

    def trash(self, chat_ids: Iterable[int]) -> None:
        """Move chats to the trash."""
        for store, ids in self._split(chat_ids):
            store.trash(ids)

    def restore(self, chat_ids: Iterable[int]) -> None:
        """Take chats out of the trash."""
        for store, ids in self._split(chat_ids):
            store.restore(ids)

    def trashed(self) -> list[Chat]:
        """What lies in the trash, the newest first."""
        chats = [(c.trashed, c) for c in self._memory.trashed() + self._disk.trashed() if c.trashed]
        return [chat for _, chat in sorted(chats, key=lambda pair: pair[0], reverse=True)]

    def purge(self, chat_ids: Iterable[int]) -> None:
        """Delete chats for ever."""
        for store, ids in self._split(chat_ids):
            store.purge(ids)

    def purge_old(self, days: int = TRASH_DAYS) -> None:
        """Delete for ever what was deleted that long ago, and chats that hold nothing."""
        self._memory.purge_old(days)
        self._disk.purge_old(days)

    # Folders and the archive: a folder with temporary chats in it is in the memory too

    def folders(self) -> list[Folder]:
        """All folders, by name."""
        folders = {folder.name: folder for folder in self._memory.folders() + self._disk.folders()}
        return by_name(folders.values())

    def add_folder(self, name: str) -> Folder:
        """The folder of that name; a new one where there is none."""
        return (self._disk if self._writable else self._memory).add_folder(name)

    def rename_folder(self, name: str, new_name: str) -> None:
        """Call a folder otherwise."""
        new_name = checked_name(new_name, {folder.name for folder in self.folders()} - {name})
        for store in self._with_folder(name):
            store.rename_folder(name, new_name)

    def delete_folder(self, name: str) -> None:
        """Delete a folder; its chats stay, in no folder."""
        for store in self._with_folder(name):
            store.delete_folder(name)

    def set_folded(self, name: str, folded: bool) -> None:
        """Remember whether the list hides what is in a folder."""
        for store in self._with_folder(name):
            if self._writable or store is self._memory:
                store.set_folded(name, folded)

    def move(self, chat_ids: Iterable[int], folder: str | None) -> None:
        """Put chats into a folder that is there, or into none."""
        parts = self._split(chat_ids)
        if folder is not None:
            self._with_folder(folder)
        for store, ids in parts:
            if folder is not None:
                store.add_folder(folder)
            store.move(ids, folder)

    def set_archived(self, chat_ids: Iterable[int], archived: bool) -> None:
        """Keep chats out of the list, or bring them back; so does a new message of a person."""
        for store, ids in self._split(chat_ids):
            store.set_archived(ids, archived)

    # What belongs to a chat

    def draft(self, chat_id: int | None) -> str:
        """What is typed but not sent; None is the chat that does not exist yet."""
        return self._for_draft(chat_id).draft(chat_id)

    def set_draft(self, chat_id: int | None, text: str) -> None:
        """Replace the draft."""
        if chat_id is None or self._remembers(chat_id):
            self._for_draft(chat_id).set_draft(chat_id, text)

    def draft_files(self, chat_id: int | None) -> tuple[Attachment, ...]:
        """The files that are to go with it."""
        return self._for_draft(chat_id).draft_files(chat_id)

    def set_draft_files(self, chat_id: int | None, files: Iterable[Attachment]) -> None:
        """Replace them."""
        if chat_id is None or self._remembers(chat_id):
            self._for_draft(chat_id).set_draft_files(chat_id, files)

    def settings(self, chat_id: int) -> dict[str, Any]:
        """The chat's settings as they were given to `set_settings`; empty at first."""
        return self._of(chat_id).settings(chat_id)

    def set_settings(self, chat_id: int, settings: Mapping[str, Any]) -> None:
        """Replace the settings: anything that JSON can hold."""
        self._of(chat_id).set_settings(chat_id, settings)

    def read_position(self, chat_id: int) -> ReadPosition | None:
        """Where somebody stopped reading; None is the end."""
        return self._of(chat_id).read_position(chat_id)

    def set_read_position(self, chat_id: int, position: ReadPosition | None) -> None:
        """Remember where somebody stopped reading."""
        if self._remembers(chat_id):
            self._of(chat_id).set_read_position(chat_id, position)

    # Messages

    def messages(self, chat_id: int) -> list[Message]:
        """The shown branch from its first message to its newest, then what waits in the queue."""
        return self._of(chat_id).messages(chat_id)

    def message(self, message_id: int) -> Message:
        """One message, shown or not."""
        return self._of(message_id).message(message_id)

    def siblings(self, message_id: int) -> list[int]:
        """The messages that follow the same one, itself included, in order of creation."""
        return self._of(message_id).siblings(message_id)

    def versions(self, chat_id: int) -> dict[int, tuple[int, int]]:
        """Of each message that has siblings its place among them, from 1, and their number."""
        return self._of(chat_id).versions(chat_id)

    def select(self, message_id: int) -> None:
        """Show the branch that holds the message, now and later."""
        self._of(message_id).select(message_id)

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
        return self._of(chat_id).add(chat_id, parent, role, text, state, attachments)

    def save(self, message: Message) -> None:
        """Replace the stored message of the same id."""
        self._of(message.id).save(message)

    def append_text(self, message_id: int, text: str) -> None:
        """Let an answer grow."""
        self._of(message_id).append_text(message_id, text)

    def pin_message(self, message_id: int, pinned: bool) -> None:
        """Keep a message in the model's view, or no longer."""
        self._of(message_id).pin_message(message_id, pinned)

    def delete_message(self, message_id: int) -> None:
        """Take away a message with all that follows it, until it is restored or 30 days old."""
        self._of(message_id).delete_message(message_id)

    def restore_message(self, message_id: int) -> None:
        """Bring back what `delete_message` took away."""
        self._of(message_id).restore_message(message_id)

    def remove(self, message_id: int) -> None:
        """Take out, for ever, a message that nothing follows; an emptied chat goes too."""
        self._of(message_id).remove(message_id)

    # Whole chats

    def copy_path(self, message_id: int) -> Chat:
        """A new chat with copies of the message and of all those it follows."""
        return self._of(message_id).copy_path(message_id)

    def tree(self, chat_id: int) -> ChatTree:
        """The chat with all its branches; without what was deleted."""
        return self._of(chat_id).tree(chat_id)

    def add_tree(self, tree: ChatTree) -> Chat:
        """A new chat like the given one; chat and messages get ids of their own."""
        store = self._memory if tree.chat.temporary else self._disk
        return store.add_tree(tree)

    def take_in(self, trees: Iterable[ChatTree]) -> Iterator[tuple[Arrival, ...]]:
        """Write new chats that nobody sees yet, in steps."""
        return self._disk.take_in(trees)

    def welcome(self, arrivals: Iterable[Arrival]) -> None:
        """Let all of them be seen at once, in their folders."""
        self._disk.welcome(arrivals)

    def clean_up(self) -> Iterator[None]:
        """Wipe, in steps, what was deleted for ever, and arrivals nobody has welcomed."""
        if self._writable:
            yield from self._disk.clean_up()

    def search(self, query: str, limit: int = 50) -> list[Hit]:
        """Titles, then complete messages, with words that begin like all of those asked for."""
        hits = self._disk.search(query, limit)
        temporary = self._memory.search(query, limit)
        if not temporary:
            return hits
        order = {chat.id: place for place, chat in enumerate(self.chats())}
        titles = [hit for hit in temporary + hits if hit.message_id is None]
        titles.sort(key=lambda hit: order[hit.chat_id])
        messages = [
            (self.message(hit.message_id).created, hit)
            for hit in temporary + hits
            if hit.message_id is not None
        ]
        messages.sort(key=lambda pair: pair[0], reverse=True)
        return (titles + [hit for _, hit in messages])[:limit]

    def close(self) -> None:
        """Let go of files."""
        self._disk.close()
        self._memory.close()

    def _of(self, id_: int) -> ChatStore:
        return self._memory if id_ < 0 else self._disk

    def _remembers(self, chat_id: int) -> bool:
        return self._writable or chat_id < 0

    def _for_draft(self, chat_id: int | None) -> ChatStore:
        if chat_id is not None:
            return self._of(chat_id)
        return self._disk if self._writable else self._memory

    def _with_folder(self, name: str) -> list[ChatStore]:
        """The stores that have a folder of that name; the disk, which can fail, comes first."""
        stores = [
            store
            for store in (self._disk, self._memory)
            if any(folder.name == name for folder in store.folders())
        ]
        if not stores:
            raise KeyError(name)
        return stores

    def _split(self, chat_ids: Iterable[int]) -> list[tuple[ChatStore, list[int]]]:
        """Each store with its ids, all of which are there."""
        ids = list(chat_ids)
        for chat_id in ids:
            self.chat(chat_id)
        parts = (
            (self._memory, [i for i in ids if i < 0]),
            (self._disk, [i for i in ids if i >= 0]),
        )
        return [(store, part) for store, part in parts if part]

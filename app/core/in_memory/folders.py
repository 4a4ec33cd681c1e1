"""Folders in memory, and the archive."""

from collections.abc import Iterable
from dataclasses import replace

from ternchat.app.core.folders import Folder, by_name, checked_name

from .records import Records


class FoldersInMemory(Records):
    """The part of a store that puts chats in their places; see `ChatStore`."""

    def folders(self) -> list[Folder]:
        """All folders, by name."""
        return by_name(self.folders_by_name.values())

    def add_folder(self, name: str) -> Folder:
        """The folder of that name; a new one where there is none."""
        name = checked_name(name)
        return self.folders_by_name.setdefault(name, Folder(name))

    def rename_folder(self, name: str, new_name: str) -> None:
        """Call a folder otherwise."""
        new_name = checked_name(new_name, self.folders_by_name.keys() - {name})
        folder = self.folders_by_name.pop(name)
        self.folders_by_name[new_name] = replace(folder, name=new_name)
        self._move_all(name, new_name)

    def delete_folder(self, name: str) -> None:
        """Delete a folder; its chats stay, in no folder."""
        del self.folders_by_name[name]
        self._move_all(name, None)

    def set_folded(self, name: str, folded: bool) -> None:
        """Remember whether the list hides what is in a folder."""
        self.folders_by_name[name] = replace(self.folders_by_name[name], folded=folded)

    def move(self, chat_ids: Iterable[int], folder: str | None) -> None:
        """Put chats into a folder that is there, or into none."""
        if folder is not None:
            folder = self.folders_by_name[folder].name
        for chat in [self.chats_by_id[chat_id] for chat_id in chat_ids]:
            self.change_chat(chat.id, folder=folder)

    def set_archived(self, chat_ids: Iterable[int], archived: bool) -> None:
        """Keep chats out of the list, or bring them back."""
        for chat in [self.chats_by_id[chat_id] for chat_id in chat_ids]:
            self.change_chat(chat.id, archived=archived)

    def _move_all(self, folder: str, other: str | None) -> None:
        for chat in list(self.chats_by_id.values()):
            if chat.folder == folder:
                self.change_chat(chat.id, folder=other)

"""Folders on the disk, and the archive."""

from collections.abc import Iterable

from ternchat.app.core.folders import Folder, checked_name

from .tables import Tables


class StoredFolders(Tables):
    """The part of a store that puts chats in their places; see `ChatStore`."""

    def folders(self) -> list[Folder]:
        """All folders, by name."""
        return self.folder_table.all()

    def add_folder(self, name: str) -> Folder:
        """The folder of that name; a new one where there is none."""
        name = checked_name(name)
        with self.database.writing():
            self.folder_table.id_for(name)
        return next(folder for folder in self.folders() if folder.name == name)

    def rename_folder(self, name: str, new_name: str) -> None:
        """Call a folder otherwise."""
        others = {folder.name for folder in self.folders()} - {name}
        new_name = checked_name(new_name, others)
        with self.database.writing():
            self.folder_table.rename(name, new_name)
        self.chat_table.forget()

    def delete_folder(self, name: str) -> None:
        """Delete a folder; its chats stay, in no folder."""
        with self.database.writing():
            self.folder_table.delete(name)
        self.chat_table.forget()

    def set_folded(self, name: str, folded: bool) -> None:
        """Remember whether the list hides what is in a folder."""
        with self.database.writing():
            self.folder_table.set_folded(name, folded)

    def move(self, chat_ids: Iterable[int], folder: str | None) -> None:
        """Put chats into a folder that is there, or into none."""
        folder_id = None if folder is None else self.folder_table.id_of(folder)
        with self.database.writing():
            self.chat_table.change_all(chat_ids, folder=folder_id)

    def set_archived(self, chat_ids: Iterable[int], archived: bool) -> None:
        """Keep chats out of the list, or bring them back."""
        with self.database.writing():
            self.chat_table.change_all(chat_ids, archived=archived)

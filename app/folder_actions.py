"""What a person does with folders: make, rename, delete, fold, put chats into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.core.folders import folder_name
from ternchat.app.core.language import translate
from ternchat.app.problems import told

if TYPE_CHECKING:
    from ternchat.app.core.chat_store import ChatStore
    from ternchat.app.core.conversation import Chat


class FolderActions(QObject):
    """Carries out requests for folders.

    Signals:
        changed: the list of chats is another one.
        made: the name of a new folder, which a person may want to change at once.
        renamed: the former and the new name of a folder; `changed` follows.
        undo_offered: what was done, in words, and what undoes it.
        problem_raised: something went wrong (Problem).
    """

    changed = Signal()
    made = Signal(str)
    renamed = Signal(str, str)
    undo_offered = Signal(str, object)
    problem_raised = Signal(object)

    def __init__(self, store: ChatStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store

    @Slot(object)
    @told
    def make(self, chat_ids: list[int]) -> None:
        """Make a folder with these chats in it, which can be undone where there are any."""
        name = self._free_name()
        before = self._folders_of(chat_ids)
        self._store.add_folder(name)
        self._store.move(chat_ids, name)
        self.changed.emit()
        self._offer_way_back(before, name, made=True)
        self.made.emit(name)

    @Slot(str, str)
    @told
    def rename(self, name: str, new_name: str) -> None:
        """Give a folder the name a person chose; nothing typed leaves it as it was."""
        if folder_name(new_name) not in ("", name):
            self._store.rename_folder(name, new_name)
            self.renamed.emit(name, folder_name(new_name))
            self.changed.emit()

    @Slot(str)
    @told
    def delete(self, name: str) -> None:
        """Delete a folder, which can be undone; its chats go back to the list."""
        inside = self._inside(name)
        self._store.delete_folder(name)
        self.changed.emit()
        self.undo_offered.emit(
            self.tr("Folder {name} deleted; its chats are kept.").format(name=name),
            lambda: self._bring_back(name, inside),
        )

    def delete_empty(self, names: list[str]) -> None:
        """Delete those of the folders that hold nothing."""
        for name in names:
            if not self._inside(name):
                self._store.delete_folder(name)
        self.changed.emit()

    @Slot(str, bool)
    @told
    def fold(self, name: str, folded: bool) -> None:
        """Hide what is in a folder, or show it."""
        self._store.set_folded(name, folded)
        self.changed.emit()

    @Slot(object, object)
    @told
    def move(self, chat_ids: list[int], folder: str | None) -> None:
        """Put chats into a folder, or into none, which can be undone."""
        before = self._folders_of(chat_ids)
        moved = {chat_id: place for chat_id, place in before.items() if place != folder}
        if moved:
            self._store.move(moved, folder)
            self.changed.emit()
            self._offer_way_back(moved, folder)

    def _offer_way_back(
        self, before: dict[int, str | None], folder: str | None, *, made: bool = False
    ) -> None:
        if not before:
            return
        if folder is None:
            text = translate("FolderActions", "%n chat(s) taken out of the folder.", len(before))
        else:
            text = translate("FolderActions", "%n chat(s) moved to {name}.", len(before))
            text = text.format(name=folder)
        self.undo_offered.emit(text, lambda: self._move_back(before, made))

    @told
    def _move_back(self, before: dict[int, str | None], made: bool) -> None:
        """Put chats where they were, and take away the folder that was made for them."""
        there = self._all()
        # A folder may have been given a better name since it was made.
        left = {there[chat_id].folder for chat_id in before if chat_id in there} if made else set()
        for folder in dict.fromkeys(before.values()):
            chat_ids = [id_ for id_, place in before.items() if place == folder and id_ in there]
            if folder is not None:
                self._store.add_folder(folder)
            self._store.move(chat_ids, folder)
        self.delete_empty([name for name in left - {*before.values()} if name is not None])

    @told
    def _bring_back(self, name: str, inside: list[int]) -> None:
        there = self._all()
        self._store.add_folder(name)
        self._store.move([chat_id for chat_id in inside if chat_id in there], name)
        self.changed.emit()

    def _all(self) -> dict[int, Chat]:
        """All chats, those in the trash too."""
        return {chat.id: chat for chat in [*self._store.chats(), *self._store.trashed()]}

    def _inside(self, name: str) -> list[int]:
        return [chat_id for chat_id, chat in self._all().items() if chat.folder == name]

    def _folders_of(self, chat_ids: list[int]) -> dict[int, str | None]:
        """In which folder each chat is."""
        return {chat_id: self._store.chat(chat_id).folder for chat_id in chat_ids}

    def _free_name(self) -> str:
        """A name that no folder has: "New folder", "New folder 2"."""
        taken = {folder.name for folder in self._store.folders()}
        name, number = self.tr("New folder"), 1
        free = name
        while free in taken:
            number += 1
            free = f"{name} {number}"
        return free

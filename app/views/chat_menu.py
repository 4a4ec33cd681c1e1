"""The menus of what stands in the list: of chats, of a folder, of the list itself."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from ternchat.app.core.conversation import Chat
from ternchat.app.core.folders import Folder

from .folder_menu import FolderMenu

RENAME_KEYS = "F2"
PIN_KEYS = "Ctrl+Shift+P"
MOVE_KEYS = "Ctrl+Shift+F"
ARCHIVE_KEYS = "Ctrl+Shift+H"
EXPORT_KEYS = "Ctrl+Shift+E"
DELETE_KEYS = "Ctrl+Shift+Backspace"
NEW_FOLDER_KEYS = "Ctrl+Alt+N"
ARCHIVED_KEYS = "Ctrl+Alt+H"
TRASH_KEYS = "Ctrl+Shift+T"


class ChatMenu(QMenu):
    """What can be done with one chat or several; the keys it shows work in the window's menus.

    Signals:
        rename_requested: the id of a chat.
        pin_requested, archive_requested: ids of chats, and whether they are to be.
        export_requested, delete_requested: ids of chats.
    """

    rename_requested = Signal(int)
    pin_requested = Signal(object, bool)
    archive_requested = Signal(object, bool)
    export_requested = Signal(object)
    delete_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chats: list[Chat] = []
        self.folders = FolderMenu(self)
        self.rename = self._add(self.tr("Rename"), RENAME_KEYS, self._rename)
        self.pin = self._add(self.tr("Pin"), PIN_KEYS, self._pin)
        self.move_to = self.addMenu(self.folders)
        self.archive = self._add(self.tr("Archive"), ARCHIVE_KEYS, self._archive)
        self.export = self._add(self.tr("Export…"), EXPORT_KEYS, self._export)
        self.addSeparator()
        self.delete = self._add(self.tr("Delete"), DELETE_KEYS, self._delete)

    def show_for(self, chats: list[Chat], folders: list[Folder], place: QPoint) -> None:
        """Open for these chats."""
        self._chats = chats
        self.rename.setEnabled(len(chats) == 1)
        self.pin.setText(self.tr("Unpin") if self._all_pinned() else self.tr("Pin"))
        self.folders.fill(chats, folders)
        self.popup(place)

    def _add(self, text: str, keys: str, slot: Callable[[], None]) -> QAction:
        action = self.addAction(text)
        # Only to be read: a menu that hangs nowhere answers to no keys.
        action.setShortcut(QKeySequence(keys))
        action.setShortcutVisibleInContextMenu(True)
        action.triggered.connect(slot)
        return action

    def _all_pinned(self) -> bool:
        return all(chat.pinned for chat in self._chats)

    def _ids(self) -> list[int]:
        return [chat.id for chat in self._chats]

    @Slot()
    def _rename(self) -> None:
        self.rename_requested.emit(self._chats[0].id)

    @Slot()
    def _pin(self) -> None:
        self.pin_requested.emit(self._ids(), not self._all_pinned())

    @Slot()
    def _archive(self) -> None:
        self.archive_requested.emit(self._ids(), True)

    @Slot()
    def _export(self) -> None:
        self.export_requested.emit(self._ids())

    @Slot()
    def _delete(self) -> None:
        self.delete_requested.emit(self._ids())


class FolderRowMenu(QMenu):
    """What can be done with a folder.

    Signals:
        rename_requested, delete_requested: its name.
    """

    rename_requested = Signal(str)
    delete_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self.rename = self.addAction(self.tr("Rename"))
        self.rename.setShortcut(QKeySequence(RENAME_KEYS))
        self.rename.setShortcutVisibleInContextMenu(True)
        self.rename.triggered.connect(self._rename)
        self.delete = self.addAction(self.tr("Delete folder, keep its chats"))
        self.delete.triggered.connect(self._delete)

    def show_for(self, name: str, place: QPoint) -> None:
        """Open for that folder."""
        self._name = name
        self.popup(place)

    @Slot()
    def _rename(self) -> None:
        self.rename_requested.emit(self._name)

    @Slot()
    def _delete(self) -> None:
        self.delete_requested.emit(self._name)

"""The menu of places a chat can be moved to."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from ternchat.app.core.conversation import Chat
from ternchat.app.core.folders import Folder

NAME_WIDTH = 240


class FolderMenu(QMenu):
    """Lists the folders; the one all the chats are in is checked.

    Signals:
        move_requested: ids of chats, and the name of a folder; None for none.
        new_folder_requested: ids of the chats that are to be in it.
    """

    move_requested = Signal(object, object)
    new_folder_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Move to folder"))
        self._chat_ids: list[int] = []
        self.triggered.connect(self._on_triggered)

    def fill(self, chats: list[Chat], folders: list[Folder]) -> None:
        """List what there is to choose for these chats."""
        self.clear()
        self._chat_ids = [chat.id for chat in chats]
        there = {chat.folder for chat in chats}
        for folder in folders:
            self._add_place(shown_in_menu(self, folder.name), folder.name, there)
        if folders:
            self.addSeparator()
            self._add_place(self.tr("No folder"), None, there)
        self._new = self.addAction(self.tr("New folder"))

    def _add_place(self, text: str, folder: str | None, there: set[str | None]) -> None:
        action = self.addAction(text)
        action.setCheckable(True)
        action.setChecked(there == {folder})
        action.setData(folder)

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        if action is self._new:
            self.new_folder_requested.emit(self._chat_ids)
        else:
            self.move_requested.emit(self._chat_ids, action.data())


def shown_in_menu(menu: QMenu, text: str) -> str:
    """A name as a menu shows it: not too wide, and "&" is no sign for a key."""
    elided = menu.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, NAME_WIDTH)
    return elided.replace("&", "&&")

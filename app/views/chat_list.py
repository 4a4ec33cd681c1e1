"""The view of chats and folders: what keys, mouse and dragging do in it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from ternchat.app.models.chat_list_model import CHATS_MIME, ChatListModel

from .drag_card import BESIDE, DragCard
from .theme import BY_KEYBOARD, Theme, set_style_property

MARKS = frozenset({ChatListModel.MarkRole, Qt.ItemDataRole.AccessibleTextRole})
OPENING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class ChatList(QListView):
    """The chats, named for screen readers; its ring shows when the keyboard moved here.

    A row of a folder is gone to, but never selected: the chat on the screen stays marked.

    Signals:
        fold_requested: a folder, and whether it is to be folded.
        dropped: ids of chats, and the folder they were dropped on; None for none.
        menu_requested: the row, and where on the screen.
        undo_requested: take back what was done last, as in a text that has the focus.
    """

    fold_requested = Signal(str, bool)
    dropped = Signal(object, object)
    menu_requested = Signal(QModelIndex, QPoint)
    undo_requested = Signal()

    def __init__(self, theme: Theme, model: ChatListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._card = DragCard(theme)
        self.setModel(model)
        self.setObjectName("chats")
        self.setAccessibleName(self.tr("Chats"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)  # F2 is in the menu
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setDragDropMode(QListView.DragDropMode.DragDrop)
        self.setDropIndicatorShown(False)  # the delegate rings the folder
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)

    def dataChanged(self, first: QModelIndex, last: QModelIndex, roles: Sequence[int] = ()) -> None:
        """A mark changes no height: nothing has to be laid out for it."""
        if roles and {*roles} <= MARKS:
            QAbstractItemView.dataChanged(self, first, last, roles)
        else:
            super().dataChanged(first, last, roles)

    def undo(self) -> None:
        """What Ctrl+Z does while the list has the focus."""
        self.undo_requested.emit()

    def selected(self) -> list[int]:
        """The ids of the chats that are selected, from top to bottom."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self._model.index(row).data(ChatListModel.ChatIdRole) for row in rows]

    def folder_at(self, index: QModelIndex) -> str | None:
        """The folder whose own row this is."""
        row = index.data(ChatListModel.FolderRole)
        return None if row is None else row.folder.name

    def selectionCommand(
        self, index: QModelIndex, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """Nothing changes where the row of a folder is gone to or pressed."""
        if index.isValid() and self.folder_at(index) is not None:
            return QItemSelectionModel.SelectionFlag.NoUpdate
        return super().selectionCommand(index, event)

    # ---- Keys and mouse -------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Fold and unfold by arrow keys and Enter, as in a tree."""
        set_style_property(self, "keyboard", True)
        is_typed = self.state() is QListView.State.EditingState  # and passed on by the editor
        if is_typed or not self._fold_by_key(Qt.Key(event.key())):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press of the right button is for the menu alone: it opens no chat."""
        set_style_property(self, "keyboard", False)
        if event.button() is not Qt.MouseButton.RightButton:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a folder folds or unfolds it."""
        index = self.indexAt(event.position().toPoint())
        is_click = self.state() is not QListView.State.DraggingState
        super().mouseReleaseEvent(event)
        is_click &= event.button() is Qt.MouseButton.LeftButton
        if is_click and index == self.currentIndex():
            self._toggle(index)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of the row below the mouse, or of the row the keyboard is at."""
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            index, place = self.indexAt(event.pos()), event.globalPos()
        else:
            index = self.currentIndex()
            corner = self.visualRect(index).center() if index.isValid() else QPoint()
            place = self.viewport().mapToGlobal(corner)
        self.menu_requested.emit(index, place)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show a ring when it was the keyboard."""
        super().focusInEvent(event)
        set_style_property(self, "keyboard", event.reason() in BY_KEYBOARD)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        set_style_property(self, "keyboard", False)

    def _fold_by_key(self, key: Qt.Key) -> bool:
        index = self.currentIndex()
        name = self.folder_at(index)
        to_left = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        out = Qt.Key.Key_Right if to_left else Qt.Key.Key_Left
        into = Qt.Key.Key_Left if to_left else Qt.Key.Key_Right
        if name is None:
            inside = self._model.folder_at(index.row())
            if key != out or inside is None:
                return False
            self.setCurrentIndex(self._model.index(self._model.row_of_folder(inside)))
            return True
        if key in OPENING_KEYS:
            self._toggle(index)
        elif key in (out, into):
            self.fold_requested.emit(name, key == out)
        else:
            return False
        return True

    def _toggle(self, index: QModelIndex) -> None:
        row = index.data(ChatListModel.FolderRole)
        if row is not None:
            self.fold_requested.emit(row.folder.name, not row.folder.folded)

    # ---- Dragging -------------------------------------------------------------------------------

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Carry a card beside the mouse, which leaves the folders to be seen."""
        chosen = self.selectionModel().selectedIndexes()
        if chosen:
            drag = QDrag(self)
            drag.setMimeData(self._model.mimeData(chosen))
            drag.setPixmap(self._card.picture(self, chosen))
            drag.setHotSpot(QPoint(*BESIDE))
            drag.exec(Qt.DropAction.MoveAction)  # the one way there is
            self.setState(QListView.State.NoState)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Chats of this window can be dropped here."""
        if event.mimeData().hasFormat(CHATS_MIME):
            event.accept()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Ring the folder, and scroll near the edges."""
        super().dragMoveEvent(event)
        if not event.mimeData().hasFormat(CHATS_MIME):
            event.ignore()
            return
        folder = self._model.folder_at(self.indexAt(event.position().toPoint()).row())
        self._mark_drop(self._model.row_of_folder(folder) if folder is not None else -1)
        event.setDropAction(Qt.DropAction.MoveAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the ring away."""
        super().dragLeaveEvent(event)
        self._mark_drop(-1)

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask for the chats to be moved."""
        row = self.indexAt(event.position().toPoint()).row()
        chat_ids = ChatListModel.dragged(event.mimeData())
        self._mark_drop(-1)
        self.setState(QListView.State.NoState)
        event.setDropAction(Qt.DropAction.MoveAction)
        event.accept()
        if chat_ids:
            self.dropped.emit(chat_ids, self._model.folder_at(row))

    def _mark_drop(self, row: int) -> None:
        if self.property("dropRow") != row:
            self.setProperty("dropRow", row)
            self.viewport().update()

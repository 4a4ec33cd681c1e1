"""How chats and folders look in the list: a title, a mark, and a heading above each group."""

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QFocusEvent, QFont, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ternchat.app.core.chat_groups import FolderRow
from ternchat.app.core.language import number
from ternchat.app.models.chat_list_model import ChatListModel

from .row_painter import RowPainter, at_beginning, at_end
from .spinner import Spinner
from .theme import Theme

Index = QModelIndex | QPersistentModelIndex


class ChatDelegate(QStyledItemDelegate):
    """Paints titles and names, and a mark for an answer being written or not yet seen.

    A view with a property `dropRow` gets a ring around that row.
    """

    def __init__(self, theme: Theme, model: ChatListModel, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._theme = theme
        self._model = model
        self._rows = RowPainter(theme)
        self.spinner = Spinner(theme, view)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high with a mark as without; higher with a heading."""
        height = option.fontMetrics.height() + 2 * self._theme.px(8)
        # Asked for all rows after each change: the model knows without a role.
        if self._model.has_heading(index.row()):
            height += self._rows.heading_height(option)
        return QSize(0, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The heading where there is one, then the row below it."""
        heading = index.data(ChatListModel.HeadingRole)
        if heading:
            self._rows.heading(painter, option, heading)
        box = self._below_heading(option, index)
        self._rows.ground(painter, option, box)
        if self._is_ringed(option, index):
            self._rows.ring(painter, box)
        px = self._theme.px
        box = box.adjusted(px(8), 0, -px(8), 0)
        box = self._paint_mark(painter, option, index, box)
        folder = index.data(ChatListModel.FolderRole)
        if folder is not None:
            self._paint_folder(painter, option, box, folder)
            return
        if index.data(ChatListModel.InsideRole):
            _, box = at_beginning(option, box, px(16))
        font = QFont(option.font)
        font.setItalic(bool(index.data(ChatListModel.TemporaryRole)))
        self._rows.line(painter, option, box, index.data(), "text", font)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """A name can be typed on when one comes back from another window.

        That window may be our own: X11 tells late that a menu had the keyboard, when it has closed.
        """
        is_left = event.type() is QEvent.Type.FocusOut and isinstance(event, QFocusEvent)
        if is_left and event.reason() is Qt.FocusReason.ActiveWindowFocusReason:
            return False
        return super().eventFilter(editor, event)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Begin with what is there; what is typed stays, whatever happens in the chat."""
        if not (isinstance(editor, QLineEdit) and editor.isModified()):
            super().setEditorData(editor, index)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """The title is typed where it stands."""
        editor.setGeometry(self._below_heading(option, index))
        is_folder = index.data(ChatListModel.FolderRole) is not None
        editor.setAccessibleName(
            self.tr("Name of the folder") if is_folder else self.tr("Title of the chat")
        )

    def _paint_mark(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, box: QRect
    ) -> QRect:
        """The mark at the end of the row; the room that is left."""
        mark = index.data(ChatListModel.MarkRole)
        if not mark:
            return box
        square, rest = at_end(option, box, self._theme.px(14))
        if mark == "answering":
            self.spinner.paint(painter, square, QPersistentModelIndex(index))
        else:
            self._theme.icon("dot", "accent", 14).paint(painter, square)
        return rest

    def _paint_folder(
        self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, row: FolderRow
    ) -> None:
        """An arrow, the name, and how many chats are hidden."""
        px, folded = self._theme.px, row.folder.folded
        square, box = at_beginning(option, box, px(16))
        to_left = option.direction is Qt.LayoutDirection.RightToLeft
        folded_arrow = "chevron-left" if to_left else "chevron-right"
        name = folded_arrow if folded else "chevron-down"
        self._theme.icon(name, "muted", 16).paint(painter, square)
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold)
        if folded and row.chats:
            count = number(len(row.chats))
            square, box = at_end(option, box, option.fontMetrics.horizontalAdvance(count))
            square.setTop(box.top())
            square.setBottom(box.bottom())
            self._rows.line(painter, option, square, count, "muted")
        self._rows.line(painter, option, box, row.folder.name, "text", font)

    def _is_ringed(self, option: QStyleOptionViewItem, index: Index) -> bool:
        """Whether the keyboard is at a row that is not selected, or something is dropped on it."""
        view = option.widget
        if view.property("dropRow") == index.row():
            return True
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        return focused and not selected and bool(view.property("keyboard"))

    def _below_heading(self, option: QStyleOptionViewItem, index: Index) -> QRect:
        heading = index.data(ChatListModel.HeadingRole)
        return option.rect.adjusted(0, self._rows.heading_height(option) if heading else 0, 0, 0)

"""How a chat looks in the list: its title, a mark, and above it the heading of its group."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ternchat.app.models.chat_list_model import ChatListModel

from .theme import Theme

Index = QModelIndex | QPersistentModelIndex


class ChatDelegate(QStyledItemDelegate):
    """Paints a chat's title, and a mark for an answer being written or not yet seen."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high with a mark as without; higher with a heading."""
        height = option.fontMetrics.height() + 2 * self._theme.px(8)
        if index.data(ChatListModel.HeadingRole):
            height += self._heading_height(option)
        return QSize(super().sizeHint(option, index).width(), height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The heading where there is one, then the title below it."""
        heading = index.data(ChatListModel.HeadingRole)
        if heading:
            above = QRect(option.rect)
            above.setHeight(self._heading_height(option))
            above.adjust(self._theme.px(8), self._theme.px(8), 0, 0)
            painter.save()
            font = QFont(option.font)
            font.setPixelSize(self._theme.px(13))
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(self._theme.colours.muted)
            painter.drawText(
                above, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter, heading
            )
            painter.restore()
        super().paint(painter, option, index)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """The title is typed where it stands."""
        editor.setGeometry(self._below_heading(option, index))
        editor.setAccessibleName(self.tr("Title of the chat"))

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """Keep below the heading, and add the mark on the right."""
        super().initStyleOption(option, index)
        option.rect = self._below_heading(option, index)
        mark = index.data(ChatListModel.MarkRole)
        if mark:
            size = self._theme.px(16)
            name, role = ("ellipsis", "muted") if mark == "answering" else ("dot", "accent")
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
            option.decorationPosition = QStyleOptionViewItem.Position.Right
            option.decorationSize = QSize(size, size)
            option.icon = self._theme.icon(name, role, 16)

    def _heading_height(self, option: QStyleOptionViewItem) -> int:
        return option.fontMetrics.height() + self._theme.px(12)

    def _below_heading(self, option: QStyleOptionViewItem, index: Index) -> QRect:
        top = self._heading_height(option) if index.data(ChatListModel.HeadingRole) else 0
        return option.rect.adjusted(0, top, 0, 0)

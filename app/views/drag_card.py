"""What is carried beside the mouse while chats are dragged."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from ternchat.app.core.language import translate

from .row_painter import RowPainter
from .theme import Theme

BESIDE = (-14, -10)  # where the mouse is, seen from the card
WIDTH = 180


class DragCard:
    """Draws a title, or how many chats there are."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._rows = RowPainter(theme)

    def picture(self, widget: QWidget, indexes: Sequence[QModelIndex]) -> QPixmap:
        """The card for these chats."""
        text = str(indexes[0].data())
        if len(indexes) > 1:
            text = translate("ChatListModel", "%n chat(s)", len(indexes))
        px, ratio = self._theme.px, widget.devicePixelRatioF()
        option = QStyleOptionViewItem()
        option.initFrom(widget)
        option.font = widget.font()
        needed = option.fontMetrics.horizontalAdvance(text) + 2 * px(10)
        box = QRect(0, 0, min(needed, px(WIDTH)), option.fontMetrics.height() + 2 * px(6))
        image = QPixmap(box.size() * ratio)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.colours.border), 1))
        painter.setBrush(QColor(self._theme.colours.surface))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), px(6), px(6))
        self._rows.line(painter, option, box.adjusted(px(10), 0, -px(10), 0), text)
        painter.end()
        return image

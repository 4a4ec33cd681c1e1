"""What the rows of all lists are painted with: grounds, headings, lines of text."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from .theme import Theme


class RowPainter:
    """Paints in the theme's colours and sizes; texts are plain, whatever they hold."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def heading_height(self, option: QStyleOptionViewItem) -> int:
        """The room a heading takes above a row."""
        return option.fontMetrics.height() + self._theme.px(12)

    def heading(self, painter: QPainter, option: QStyleOptionViewItem, text: str) -> None:
        """The heading in the upper part of a row."""
        px = self._theme.px
        box = QRect(option.rect)
        box.setHeight(self.heading_height(option))
        font = QFont(option.font)
        font.setPixelSize(px(13))
        font.setWeight(QFont.Weight.DemiBold)
        self.line(painter, option, box.adjusted(px(8), px(8), -px(8), 0), text, "muted", font)

    def ground(self, painter: QPainter, option: QStyleOptionViewItem, box: QRect) -> None:
        """The ground of a row that is selected, or below the mouse; a ring with the focus."""
        state, colours = option.state, self._theme.colours
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = self._theme.px(6)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(colours.bubble))
            painter.drawRoundedRect(box, radius, radius)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(box, radius, radius)
        painter.restore()

    def ring(self, painter: QPainter, box: QRect) -> None:
        """A ring around a row: the keyboard is here, or something would be dropped here."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._theme.colours.accent), self._theme.px(2)))
        painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), 6, 6)
        painter.restore()

    def line(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        box: QRect,
        text: str,
        role: str = "text",
        font: QFont | None = None,
    ) -> None:
        """One line, cut off where the room ends.

        It stands on the side where the window's language begins, and runs in its own direction, so
        that a question mark follows the last word in Arabic too.
        """
        font = font or option.font
        line = " ".join(text.split())
        elided = QFontMetrics(font).elidedText(line, Qt.TextElideMode.ElideRight, box.width())
        side = QStyle.visualAlignment(
            option.direction, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        )
        painter.save()
        painter.setFont(font)
        painter.setPen(QColor(getattr(self._theme.colours, role)))
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        flags = side | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(box, flags | Qt.TextFlag.TextSingleLine, elided)
        painter.restore()


def at_end(option: QStyleOptionViewItem, box: QRect, size: int) -> tuple[QRect, QRect]:
    """A square at the end of a row, and the rest of the row."""
    square = QRect(box.right() - size + 1, box.center().y() - size // 2, size, size)
    rest = box.adjusted(0, 0, -size - size // 2, 0)
    return mirrored(option, square, box), mirrored(option, rest, box)


def at_beginning(option: QStyleOptionViewItem, box: QRect, size: int) -> tuple[QRect, QRect]:
    """A square at the beginning of a row, and the rest of the row."""
    square = QRect(box.left(), box.center().y() - size // 2, size, size)
    rest = box.adjusted(size + size // 2, 0, 0, 0)
    return mirrored(option, square, box), mirrored(option, rest, box)


def mirrored(option: QStyleOptionViewItem, part: QRect, box: QRect) -> QRect:
    """A part of a box on its other side, where one reads from right to left."""
    return QStyle.visualRect(option.direction, box, part)

"""How a hit of the search looks: the chat's title, and what was found, marked, below it."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ternchat.app.core.word_search import Span

from .row_painter import at_end
from .theme import Theme

Index = QModelIndex | QPersistentModelIndex
_MORE = "…"  # in place of what has no room


class HitDelegate(QStyledItemDelegate):
    """Paints plain text only; what was found is bold and in the accent colour."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines, or one for a title."""
        lines = 1 if index.data(Qt.ItemDataRole.UserRole).message_id is None else 2
        height = lines * option.fontMetrics.lineSpacing() + 2 * self._theme.px(6)
        return QSize(0, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The title, and the snippet in muted colour."""
        hit = index.data(Qt.ItemDataRole.UserRole)
        px = self._theme.px
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colour("bubble"))
            painter.drawRoundedRect(option.rect, px(6), px(6))
        box = QRectF(option.rect.adjusted(px(8), px(6), -px(8), -px(6)))
        if hit.archived:
            square, rest = at_end(option, box.toRect(), px(16))
            self._theme.icon("archive", "muted", 16).paint(painter, square)
            box = QRectF(rest)
        if hit.message_id is None:
            self._draw(painter, option, box, hit.snippet, "text")
        else:
            self._draw(painter, option, box, (Span(hit.title),), "text")
            box.translate(0, option.fontMetrics.lineSpacing())
            self._draw(painter, option, box, hit.snippet, "muted")
        painter.restore()

    def _draw(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        box: QRectF,
        spans: tuple[Span, ...],
        role: str,
    ) -> None:
        """One line of text, its found parts marked, cut off where the room ends.

        It stands where the window's language begins, and runs in its own direction.
        """
        mirrored = option.direction is Qt.LayoutDirection.RightToLeft
        layout = QTextLayout("".join(span.text for span in spans), option.font)
        options = QTextOption()
        options.setWrapMode(QTextOption.WrapMode.NoWrap)
        options.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        layout.setTextOption(options)
        layout.setFormats([*self._formats(spans)])
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        width = line.naturalTextWidth()
        from_right, shown = mirrored, QRectF(box)
        painter.setPen(self._colour(role))
        if width > box.width():  # what has no room is the end of the text
            from_right = line.cursorToX(0)[0] > 0
            room = option.fontMetrics.horizontalAdvance(_MORE)
            dots = QRectF(box)
            if from_right:
                dots.setRight(box.left() + room)
                shown.setLeft(dots.right())
            else:
                dots.setLeft(box.right() - room)
                shown.setRight(dots.left())
            painter.drawText(dots.topLeft() + QPointF(0, line.ascent()), _MORE)
        x = box.right() - width if from_right else box.left()
        painter.setClipRect(shown)
        layout.draw(painter, QPointF(x, box.top()))
        painter.setClipping(False)

    def _formats(self, spans: tuple[Span, ...]) -> list[QTextLayout.FormatRange]:
        formats, place = [], 0
        for span in spans:
            length = len(span.text.encode("utf-16-le")) // 2  # as Qt counts
            if span.found:
                marked = QTextLayout.FormatRange()
                marked.start, marked.length = place, length
                style = QTextCharFormat()
                style.setFontWeight(QFont.Weight.Bold)
                style.setForeground(self._colour("accent"))
                marked.format = style
                formats.append(marked)
            place += length
        return formats

    def _colour(self, role: str) -> QColor:
        return QColor(getattr(self._theme.colours, role))

"""How a chat in the trash or in the archive looks: its title, and a line about it below."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ternchat.app.models.put_away_model import PutAwayModel

from .row_painter import RowPainter
from .theme import Theme

Index = QModelIndex | QPersistentModelIndex


class PutAwayDelegate(QStyledItemDelegate):
    """Paints two lines, and a heading above the first chat of a day."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows = RowPainter(theme)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines; higher with a heading."""
        height = option.fontMetrics.height() + QFontMetrics(self._small(option)).height()
        height += 2 * self._theme.px(6)
        if index.data(PutAwayModel.HeadingRole):
            height += self._rows.heading_height(option)
        return QSize(0, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Heading, title, line."""
        px = self._theme.px
        heading = index.data(PutAwayModel.HeadingRole)
        box = option.rect
        if heading:
            self._rows.heading(painter, option, heading)
            box = box.adjusted(0, self._rows.heading_height(option), 0, 0)
        self._rows.ground(painter, option, box)
        box = box.adjusted(px(8), px(6), -px(8), -px(6))
        title, detail = box, box.adjusted(0, option.fontMetrics.height(), 0, 0)
        title.setHeight(option.fontMetrics.height())
        self._rows.line(painter, option, title, index.data())
        text = index.data(PutAwayModel.DetailRole)
        self._rows.line(painter, option, detail, text, "muted", self._small(option))

    def _small(self, option: QStyleOptionViewItem) -> QFont:
        font = QFont(option.font)
        font.setPixelSize(self._theme.px(13))
        return font

"""The thin line between what the model still reads and what it does not."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from .labels import PlainLabel
from .theme import Theme


class ContextLine(PlainLabel):
    """Says so in words, between two lines."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(name="contextLine", parent=parent)
        self._theme = theme
        self.setText(self.tr("Not read any more above this line"))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines beside the words."""
        super().paintEvent(event)
        words = self.fontMetrics().horizontalAdvance(self.text()) + 2 * self._theme.px(12)
        side = max(0, (self.width() - words) // 2)
        painter = QPainter(self)
        colour, y = QColor(self._theme.colours.border), self.height() // 2
        painter.fillRect(0, y, side, 1, colour)
        painter.fillRect(self.width() - side, y, side, 1, colour)
        painter.end()

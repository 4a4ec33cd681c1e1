"""A turning arc in a row of a list: something is being done there."""

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView

from .theme import Theme

STEP_MS = 80
STEPS = 12  # of a turn
ARC = 270  # degrees


class Spinner(QObject):
    """Turns because it is painted, and is painted again because it has turned.

    So it stands still, and costs nothing, as soon as its row is out of sight: there is nobody who
    would have to stop it.

    Signals:
        turned: it is to be painted anew.
    """

    turned = Signal()

    def __init__(self, theme: Theme, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view
        self._step = 0
        self._rows: set[QPersistentModelIndex] = set()
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(STEP_MS)
        self.timer.timeout.connect(self._turn)

    def paint(self, painter: QPainter, box: QRect, row: QPersistentModelIndex) -> None:
        """Paint it as it stands; while things may move, it goes on soon."""
        width = self._theme.px(2)
        inner = QRectF(box).adjusted(width, width, -width, -width)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(self._theme.colours.muted), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        start = 90 - self._step * 360 // STEPS
        painter.drawArc(inner, start * 16, -ARC * 16)  # sixteenths of a degree
        painter.restore()
        if self._view.isVisible() and not self._theme.still:
            self._rows.add(row)
            if not self.timer.isActive():
                self.timer.start()

    @Slot()
    def _turn(self) -> None:
        self._step = (self._step + 1) % STEPS
        rows, self._rows = self._rows, set()
        for row in rows:
            self._view.update(QModelIndex(row))
        self.turned.emit()

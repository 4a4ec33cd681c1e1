"""A line over the last minute."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from .theme import PLOT_HEIGHT, Theme


class Plot(QWidget):
    """Paints values from 0 to their largest; the newest is at the end."""

    def __init__(self, theme: Theme, points: int, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._points, self._role = theme, points, role
        self._values: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def largest(self) -> float:
        """The value at the top edge."""
        return max(self._values, default=0.0)

    def show_values(self, values: Sequence[float]) -> None:
        """Show these, oldest first."""
        self._values = tuple(values)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground, area and line."""
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QColor(colours.border))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if not self.largest:
            return
        step = rect.width() / (self._points - 1)
        first = rect.right() - step * (len(self._values) - 1)
        height = rect.height() - 2
        line = QPolygonF(
            [
                QPointF(first + i * step, rect.bottom() - height * value / self.largest)
                for i, value in enumerate(self._values)
            ]
        )
        area = QPolygonF(line)
        area.append(QPointF(rect.right(), rect.bottom()))
        area.append(QPointF(first, rect.bottom()))
        colour = QColor(getattr(colours, self._role))
        ground = QColor(colour)
        ground.setAlphaF(0.15)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawPolygon(area)
        painter.setPen(QPen(colour, 1.5))
        painter.drawPolyline(line)

    @Slot()
    def _restyle(self) -> None:
        self.setFixedHeight(self._theme.px(PLOT_HEIGHT))
        self.update()

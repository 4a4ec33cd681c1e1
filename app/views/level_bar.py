"""A thin bar of parts beside each other, with the whole as its ground."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from .theme import Theme


@dataclass(frozen=True)
class Part:
    """A part of the whole, in the colour of a role of the theme."""

    value: float
    role: str


class LevelBar(QWidget):
    """Parts of a whole; what goes beyond it fills the bar.

    A mark, where there is one, stands for what was expected.
    """

    def __init__(self, theme: Theme, height: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._height = theme, height
        self._parts: tuple[Part, ...] = ()
        self._whole = 0.0
        self._mark: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is shown."""
        return self._parts

    def show_parts(self, parts: tuple[Part, ...], whole: float, mark: float | None = None) -> None:
        """Show other values."""
        if (parts, whole, mark) != (self._parts, self._whole, self._mark):
            self._parts, self._whole, self._mark = parts, whole, mark
            self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(self._theme.px(80), self._theme.px(self._height))

    def minimumSizeHint(self) -> QSize:
        """Narrow is better than nothing."""
        return QSize(self._theme.px(24), self._theme.px(self._height))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground, parts and mark, from the side where reading begins."""
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        rect = QRectF(self.rect())
        path = QPainterPath()
        path.addRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        painter.setClipPath(path)
        painter.fillRect(rect, QColor(colours.border))
        x = 0.0
        for part in self._parts:
            width = self._width_of(part.value)
            painter.fillRect(
                QRectF(x, 0, width, rect.height()), QColor(getattr(colours, part.role))
            )
            x += width
        if self._mark is not None:
            at = min(self._width_of(self._mark), rect.width() - 2)
            painter.fillRect(QRectF(at, 0, 2, rect.height()), QColor(colours.text))

    def _width_of(self, value: float) -> float:
        return self.width() * value / self._whole if self._whole > 0 else 0.0

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

"""A field for one of a few words."""

from PySide6.QtCore import QRect, Slot
from PySide6.QtGui import QPainter, QPaintEvent, Qt, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QWidget

from .theme import Theme


class ChoiceField(QComboBox):
    """A combo box with an arrow in the theme's colours; the wheel is left to the page."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self._restyle)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the arrow the style sheet cannot tint."""
        super().paintEvent(event)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        arrow = QStyle.SubControl.SC_ComboBoxArrow
        rect = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, arrow, self)
        paint_arrow(self, self._theme, "chevron-down", rect, 16)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    @Slot()
    def _restyle(self) -> None:
        self.update()


def paint_arrow(widget: QWidget, theme: Theme, name: str, rect: QRect, size: int) -> None:
    """An arrow of the icon set in the middle of a part of a widget."""
    side = theme.px(size)
    place = QRect(0, 0, side, side)
    place.moveCenter(rect.center())
    painter = QPainter(widget)
    theme.icon(name, "muted", size).paint(painter, place)
    painter.end()

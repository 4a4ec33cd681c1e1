"""The reading column: content in the middle, never too wide to read."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from .theme import COLUMN_WIDTH, SCROLL_BAR_WIDTH, Theme


class Column(QWidget):
    """Stacks widgets in a centred column.

    `top` and `bottom` are its margins; with `beside_scroll_bar` it leaves the room a scroll bar
    takes from the column above it, so that both stand exactly below each other.
    """

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        top: int = 0,
        bottom: int = 0,
        beside_scroll_bar: bool = False,
    ) -> None:
        super().__init__(parent)
        self._theme, self._top, self._bottom = theme, top, bottom
        self._bar = SCROLL_BAR_WIDTH if beside_scroll_bar else 0
        self.box = QVBoxLayout(self)
        theme.changed.connect(self._fit)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the column in the middle."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        px = self._theme.px
        bar = px(self._bar)
        side = max(px(16), (self.width() - bar - px(COLUMN_WIDTH)) // 2)
        from_right = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left, right = side + bar * from_right, side + bar * (not from_right)
        self.box.setContentsMargins(left, px(self._top), right, px(self._bottom))

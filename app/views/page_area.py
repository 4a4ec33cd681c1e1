"""A scroll area for a whole page, safe to be looked at by screen readers at any moment."""

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QScrollBar, QWidget

from .theme import SCROLL_BAR_WIDTH, Theme, mirrored


class PageArea(QScrollArea):
    """Scrolls vertically; its bar takes no room from the content when it comes or goes.

    `bar_dragged` tells where somebody drags the bar to.

    The bar shown is ours, not the area's own: Qt's accessible interface of a scroll area counts
    only visible bars among its children and then takes a child without looking whether it is
    still there (seen in 6.11), so that a bar that vanishes between a screen reader's two questions
    ends the program.
    """

    bar_dragged = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        inner = self.verticalScrollBar()
        inner.rangeChanged.connect(self._take_range)
        inner.valueChanged.connect(self._bar.setValue)
        self._bar.valueChanged.connect(inner.setValue)
        self._bar.sliderMoved.connect(self.bar_dragged)
        theme.changed.connect(self._place_bar)
        self._place_bar()

    def content_width(self, width: int) -> int:
        """What an area of that width leaves to its content."""
        return max(0, width - self._theme.px(SCROLL_BAR_WIDTH))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the bar at the edge."""
        super().resizeEvent(event)
        self._place_bar()
        self._take_range()

    @Slot()
    def _take_range(self) -> None:
        inner = self.verticalScrollBar()
        self._bar.setRange(inner.minimum(), inner.maximum())
        self._bar.setPageStep(inner.pageStep())
        self._bar.setSingleStep(inner.singleStep())
        self._bar.setValue(inner.value())
        self._bar.setVisible(inner.maximum() > inner.minimum())

    @Slot()
    def _place_bar(self) -> None:
        width = self._theme.px(SCROLL_BAR_WIDTH)
        from_right = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        self.setViewportMargins(width * from_right, 0, width * (not from_right), 0)
        place = QRect(self.width() - width, 0, width, self.height())
        self._bar.setGeometry(mirrored(self, place, self.width()))

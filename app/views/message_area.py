"""How one moves through a page of messages: by wheel, keys, scroll bar, or on demand."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt, Slot
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from .anchored_page import AnchoredPage
from .jump_pill import JumpPill
from .message_widget import MessageWidget
from .theme import Theme

_SEEN = 24  # pixels of something that make it visible


class MessageArea(AnchoredPage):
    """Follows a growing answer until the reader leaves it, and offers the way back."""

    def __init__(
        self,
        theme: Theme,
        make: Callable[[int], MessageWidget],
        estimate: Callable[[int, int], int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, make, estimate, parent)
        self._pill = JumpPill(theme, self.viewport())
        self._pill.clicked.connect(self.follow.start)
        self.follow.changed.connect(self._pill.show_if)
        self.bar_dragged.connect(self._on_dragged)

    def reveal(self, widget: QWidget, area: QRect | None = None) -> None:
        """Scroll as little as brings a widget, or an area of it, into view."""
        area = area if area is not None else widget.rect()
        top = widget.mapTo(self.column, area.topLeft()).y()
        value, height = self.verticalScrollBar().value(), self.viewport().height()
        bottom = top + min(area.height(), height)
        if (
            area.height() > _SEEN
            and top < value + height - _SEEN
            and top + area.height() > value + _SEEN
        ):
            return
        if top < value:
            self.verticalScrollBar().setValue(top - _SEEN)
        elif bottom > value + height:
            self.verticalScrollBar().setValue(bottom - height + _SEEN)

    def beyond(self, place: QPoint) -> int:
        """How far a point on the screen lies above (negative) or below what one sees."""
        y = self.viewport().mapFromGlobal(place).y()
        return min(0, y) + max(0, y - self.viewport().height() + 1)

    def scroll_by(self, pixels: int) -> None:
        """Move the page."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + pixels)

    @Slot(int)
    def scroll_pages(self, pages: int) -> None:
        """Move by whole pages, up with a negative number."""
        if pages < 0:
            self.follow.stop()
        self.scroll_by(pages * self.verticalScrollBar().pageStep())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling up ends following, however little it moves; down at the end, it goes on."""
        bar = self.verticalScrollBar()
        down = event.angleDelta().y() + event.pixelDelta().y()
        if down > 0:
            self.follow.stop()
        elif down < 0 and bar.value() == bar.maximum():
            self.follow.start()
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys move through the conversation; End follows again."""
        bar = self.verticalScrollBar()
        match event.key():
            case Qt.Key.Key_PageUp:
                self.scroll_pages(-1)
            case Qt.Key.Key_PageDown:
                self.scroll_pages(1)
            case Qt.Key.Key_Up:
                self.follow.stop()
                self.scroll_by(-bar.singleStep())
            case Qt.Key.Key_Down:
                self.scroll_by(bar.singleStep())
            case Qt.Key.Key_Home:
                self.follow.stop()
                bar.setValue(bar.minimum())
            case Qt.Key.Key_End:
                self.follow.start()
            case _:
                super().keyPressEvent(event)

    @Slot(int)
    def _on_dragged(self, value: int) -> None:
        if value < self.verticalScrollBar().maximum():
            self.follow.stop()

"""Where a window stands: remembered, and put back where it can be seen."""

from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ternchat.app.core.settings import WindowPlace

FRAME = (20, 60)  # pixels of the screen that a maximised window leaves to its frame, at most


class PlaceKeeper(QObject):
    """Knows where a window stands, or would if it did not fill the screen.

    Window managers may tell that a window has grown before they tell that it is maximised; Qt then
    takes the large place for the normal one, or knows none.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._normal = window.geometry()
        window.installEventFilter(self)

    def place(self) -> WindowPlace:
        """Where the window stands now."""
        rect = self._window.geometry() if self._is_normal() else self._normal
        return WindowPlace(
            x=rect.x(),
            y=rect.y(),
            width=rect.width(),
            height=rect.height(),
            maximized=self._window.isMaximized(),
        )

    def put(self, place: WindowPlace) -> None:
        """Put the window there, or as near as the screens there are now allow."""
        if None not in (place.x, place.y, place.width, place.height):
            wanted = QRect(place.x, place.y, place.width, place.height)
            screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
            self._normal = on_screen(wanted, screens)
            self._window.setGeometry(self._normal)
        if place.maximized:
            self._window.showMaximized()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Remember each place that leaves something of the screen."""
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize):
            place = self._window.geometry()
            if self._is_normal() and not fills(place, self._window.screen().availableGeometry()):
                self._normal = place
        return super().eventFilter(watched, event)

    def _is_normal(self) -> bool:
        window = self._window
        return not (window.isMaximized() or window.isFullScreen() or window.isMinimized())


def fills(place: QRect, screen: QRect) -> bool:
    """Whether only a frame has room beside the window."""
    width, height = FRAME
    return place.width() + width >= screen.width() and place.height() + height >= screen.height()


def on_screen(wanted: QRect, screens: list[QRect]) -> QRect:
    """The place on the screen that shows most of it, moved and cut so that all of it is seen."""

    def shown(screen: QRect) -> int:
        part = screen.intersected(wanted)
        return part.width() * part.height() if part.isValid() else 0

    if not screens:
        return wanted
    screen = max(screens, key=shown)  # the first, where none shows anything
    size = wanted.size().boundedTo(screen.size())
    x = min(max(wanted.x(), screen.x()), screen.right() + 1 - size.width())
    y = min(max(wanted.y(), screen.y()), screen.bottom() + 1 - size.height())
    return QRect(x, y, size.width(), size.height())

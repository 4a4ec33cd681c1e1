"""Where a window stands: remembered, and put back where it can be seen."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ternchat.app.core.settings import WindowPlace


def place_of(window: QWidget) -> WindowPlace:
    """Where the window stands, or would if it were not maximised."""
    is_large = window.isMaximized() or window.isFullScreen()
    rect = window.normalGeometry() if is_large else window.geometry()
    return WindowPlace(
        x=rect.x(),
        y=rect.y(),
        width=rect.width(),
        height=rect.height(),
        maximized=window.isMaximized(),
    )


def put(window: QWidget, place: WindowPlace) -> None:
    """Put the window there, or as near as the screens there are now allow."""
    if None not in (place.x, place.y, place.width, place.height):
        wanted = QRect(place.x, place.y, place.width, place.height)
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        window.setGeometry(on_screen(wanted, screens))
    if place.maximized:
        window.showMaximized()


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

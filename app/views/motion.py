"""Whether the system asks for no motion; Qt does not say."""

import ctypes
import sys

from PySide6.QtCore import QObject, QSettings, QStandardPaths, Slot
from PySide6.QtDBus import (
    QDBusConnection,
    QDBusMessage,
    QDBusPendingCallWatcher,
    QDBusVariant,
)

SPI_GETCLIENTAREAANIMATION = 0x1042

_PORTAL = "org.freedesktop.portal.Desktop"
_PATH = "/org/freedesktop/portal/desktop"
_INTERFACE = "org.freedesktop.portal.Settings"
# What a desktop may say, and the value that asks for stillness.
_WISHES: dict[tuple[str, str], object] = {
    ("org.freedesktop.appearance", "reduced-motion"): 1,
    ("org.gnome.desktop.interface", "enable-animations"): False,
}


class Motion(QObject):
    """Knows whether things may move.

    Windows and macOS are asked each time; Linux desktops tell over their bus, at the start and
    whenever it changes, so that nothing waits for an answer.
    """

    def __init__(self, parent: QObject | None = None, bus: QDBusConnection | None = None) -> None:
        super().__init__(parent)
        self._wishes: dict[tuple[str, str], bool] = {}
        self._calls: list[QDBusPendingCallWatcher] = []
        if bus is None and sys.platform.startswith("linux"):
            bus = QDBusConnection.sessionBus()
        if bus is not None and bus.isConnected():
            self._listen(bus)

    @property
    def reduced(self) -> bool:
        """Whether nothing should move."""
        if sys.platform == "win32":
            animated = ctypes.c_int(1)
            ctypes.windll.user32.SystemParametersInfoW(
                SPI_GETCLIENTAREAANIMATION, 0, ctypes.byref(animated), 0
            )
            return not animated.value
        if sys.platform == "darwin":
            wishes = QSettings("apple.com", "universalaccess")
            return bool(wishes.value("reduceMotion", 0, int))
        return any(self._wishes.values()) or _kde_is_still()

    def _listen(self, bus: QDBusConnection) -> None:
        bus.connect(_PORTAL, _PATH, _INTERFACE, "SettingChanged", self, "1on_changed(QDBusMessage)")
        for key in _WISHES:
            call = QDBusMessage.createMethodCall(_PORTAL, _PATH, _INTERFACE, "Read")
            call.setArguments([*key])
            watcher = QDBusPendingCallWatcher(bus.asyncCall(call), self)
            watcher.setProperty("key", [*key])
            watcher.finished.connect(self._on_read)
            self._calls.append(watcher)

    @Slot(QDBusPendingCallWatcher)
    def _on_read(self, watcher: QDBusPendingCallWatcher) -> None:
        # Where there is no such desktop, the answer is an error without a value.
        for value in watcher.reply().arguments()[:1]:
            self._take(*watcher.property("key"), value)
        self._calls.remove(watcher)
        watcher.deleteLater()

    @Slot(QDBusMessage)
    def on_changed(self, message: QDBusMessage) -> None:
        """The desktop has changed a setting."""
        if len(message.arguments()) == 3:
            self._take(*message.arguments())

    def _take(self, space: str, name: str, value: object) -> None:
        while isinstance(value, QDBusVariant):
            value = value.variant()
        wish = _WISHES.get((space, name))
        if wish is not None:
            self._wishes[space, name] = value == wish


def _kde_is_still() -> bool:
    """KDE keeps it in a file: how much longer or shorter than usual everything takes."""
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation)
    settings = QSettings(f"{place}/kdeglobals", QSettings.Format.IniFormat)
    return str(settings.value("KDE/AnimationDurationFactor", "")) in ("0", "0.0")

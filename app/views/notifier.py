"""Tells that an answer is ready when nobody looks; never what is in it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from ternchat.app.core.conversation import Message, State

from .main_window import MainWindow

SHOWN_MS = 10_000

# How an answer ended that somebody waited for; what a person stopped is no news.
NEWS = frozenset({State.DONE, State.FAILED})


class Notifier(QObject):
    """Lets the window ask for attention, and the desktop show a message where it has a tray.

    The tray's icon stands there from a message on until somebody looks, and no longer.
    """

    def __init__(
        self,
        window: MainWindow,
        wanted: Callable[[], bool],
        tray: Callable[[QObject], QSystemTrayIcon | None] | None = None,
    ) -> None:
        super().__init__(window)
        self._window, self._wanted = window, wanted
        self._make_tray = tray or tray_of
        self._tray: QSystemTrayIcon | None = None
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication), "there is a window"
        app.applicationStateChanged.connect(self._on_state)

    @Slot(object, object)
    def on_ended(self, answer: Message | None, _error: object = None) -> None:
        """An answer has come to its end, in whatever chat."""
        if answer is None or answer.state not in NEWS:
            return
        if not self._wanted() or QApplication.activeWindow() is not None:
            return
        QApplication.alert(self._window)
        if self._tray is None:
            self._tray = self._make_tray(self)
            if self._tray is None:
                return
            self._tray.setIcon(self._window.windowIcon())
            self._tray.setToolTip("Ternchat")
            self._tray.messageClicked.connect(self._window.come_forward)
            self._tray.activated.connect(self._window.come_forward)
        text = self.tr("An answer is ready.")
        if answer.state is State.FAILED:
            text = self.tr("An answer could not be finished.")
        self._tray.show()
        self._tray.showMessage("Ternchat", text, self._window.windowIcon(), SHOWN_MS)

    @Slot(Qt.ApplicationState)
    def _on_state(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationActive and self._tray is not None:
            self._tray.hide()


def tray_of(owner: QObject) -> QSystemTrayIcon | None:
    """A place in the desktop's tray, where it has one that shows messages."""
    if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
        return QSystemTrayIcon(owner)
    return None

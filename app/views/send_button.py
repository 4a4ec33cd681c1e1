"""The button that sends a message, or stops the answer: always in the same place."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from ternchat.app.core.settings import SendKey

from .buttons import TextButton
from .keys import ENTER, with_keys
from .theme import Theme, set_style_property


class SendButton(TextButton):
    """Never disabled; quiet while there is nothing to send.

    Signals:
        send_requested, stop_requested: what it says was wanted.
    """

    send_requested = Signal()
    stop_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("", "primary", parent)
        self._theme = theme
        self._busy = self._quiet = False
        self._send_key = SendKey.ENTER
        self.clicked.connect(self._on_click)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_busy(self, busy: bool) -> None:
        """Be Stop, or Send again."""
        self._busy = busy
        self._restyle()

    def set_quiet(self, quiet: bool) -> None:
        """Have nothing to send, or something."""
        if quiet is not self._quiet:
            self._quiet = quiet
            self._restyle()

    def set_send_key(self, key: SendKey) -> None:
        """Tell that key."""
        self._send_key = key
        self._restyle()

    @Slot()
    def _on_click(self) -> None:
        (self.stop_requested if self._busy else self.send_requested).emit()

    @Slot()
    def _restyle(self) -> None:
        px, quiet = self._theme.px, self._quiet and not self._busy
        name, icon = (self.tr("Stop"), "stop") if self._busy else (self.tr("Send"), "arrow-up")
        key = ENTER if self._send_key is SendKey.ENTER else f"Ctrl+{ENTER}"
        colour = "muted" if quiet else "on_accent"
        self.show_words(name, self._theme.icon(icon, colour, 16), px(16))
        self.setToolTip(with_keys(name, "Esc" if self._busy else key))
        self.setMinimumWidth(px(88))
        set_style_property(self, "kind", "quiet" if quiet else "primary")

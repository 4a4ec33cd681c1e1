"""A button that copies, and shows for a moment that it did."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from .buttons import IconButton
from .theme import Theme

_SHOWN_MS = 1500


class CopyButton(IconButton):
    """Says "copied" by its icon."""

    def __init__(self, theme: Theme, name: str, parent: QWidget, role: str = "muted") -> None:
        super().__init__(theme, "copy", name, parent, role=role, size=16)
        self._usual = role
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SHOWN_MS)
        self._timer.timeout.connect(self.calm_down)

    def put(self, text: str) -> None:
        """Put a text on the clipboard."""
        QGuiApplication.clipboard().setText(text)
        self.set_icon("check", "good")
        self._timer.start()

    def set_role(self, role: str) -> None:
        """The usual colour, taken at once unless it is just saying something."""
        self._usual = role
        if not self._timer.isActive():
            super().set_role(role)

    @Slot()
    def calm_down(self) -> None:
        """Look as usual again."""
        self._timer.stop()
        self.set_icon("copy", self._usual)

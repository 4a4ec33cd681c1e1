"""The line above a conversation: its title, and the button for the sidebar."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from .buttons import IconButton
from .labels import ElidedLabel
from .theme import Theme


class Header(QWidget):
    """Names the chat on the screen.

    Signals:
        sidebar_toggled: show or hide the sidebar.
    """

    sidebar_toggled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._button = IconButton(theme, "panel-left", "Sidebar")
        self._button.setToolTip("Show or hide the sidebar (Ctrl+B)")
        self.title = ElidedLabel(name="chatTitle")
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._button)
        self._row.addWidget(self.title, 1)
        self._button.clicked.connect(self.sidebar_toggled)
        theme.changed.connect(self._restyle)
        self._restyle()

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._row.setContentsMargins(px(8), px(6), px(16), px(6))
        self._row.setSpacing(px(8))

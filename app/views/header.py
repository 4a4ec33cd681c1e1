"""The line above a conversation: its title, and the buttons for what stands beside it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from .buttons import IconButton
from .keys import with_keys
from .labels import ElidedLabel, PlainLabel
from .theme import Theme


class Header(QWidget):
    """Names the chat on the screen.

    Signals:
        sidebar_toggled: show or hide the sidebar.
        chat_settings_toggled: show or hide the settings of this chat.
        monitor_toggled: show or hide the monitor.

    """

    sidebar_toggled = Signal()
    chat_settings_toggled = Signal()
    monitor_toggled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sidebar = IconButton(theme, "panel-left", self.tr("Sidebar"))
        self._sidebar.setToolTip(with_keys(self.tr("Show or hide the sidebar"), "Ctrl+B"))
        self.title = ElidedLabel(name="chatTitle")
        self.temporary = PlainLabel(self.tr("Temporary: not kept"), "muted")
        self.temporary.hide()
        self._settings = IconButton(theme, "sliders-horizontal", self.tr("Settings of this chat"))
        self._settings.setToolTip(with_keys(self.tr("Settings of this chat"), "Ctrl+Shift+,"))
        self._monitor = IconButton(theme, "activity", self.tr("Show the monitor"))
        self._monitor.setToolTip(with_keys(self.tr("Monitor"), "Ctrl+Shift+M"))
        self._monitor.clicked.connect(self.monitor_toggled)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._sidebar)
        self._row.addWidget(self.title, 1)
        self._row.addWidget(self.temporary)
        self._row.addWidget(self._monitor)
        self._row.addWidget(self._settings)
        self._sidebar.clicked.connect(self.sidebar_toggled)
        self._settings.clicked.connect(self.chat_settings_toggled)
        theme.changed.connect(self._restyle)
        self._restyle()

    @Slot(bool)
    def set_temporary(self, temporary: bool) -> None:
        """Tell that this chat will be forgotten, or not."""
        self.temporary.setVisible(temporary)

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._row.setContentsMargins(px(8), px(6), px(8), px(6))
        self._row.setSpacing(px(8))

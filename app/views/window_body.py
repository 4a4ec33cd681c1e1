"""What stands in the window: sidebar, page, side panel, as many as have room; the status line."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.models.conversation_model import ConversationModel
from ternchat.app.models.download_model import DownloadModel
from ternchat.app.models.monitor_model import MonitorModel
from ternchat.app.models.status_model import StatusModel

from .chat_page import ChatPage
from .chat_settings_panel import ChatSettingsPanel
from .models_page import ModelsPage
from .monitor_panel import MonitorPanel
from .sidebar import Sidebar
from .status_line import StatusLine
from .theme import NARROW_WIDTH, PANEL_WIDTH, Theme
from .toast import Toast


class WindowBody(QWidget):
    """Shows one of two pages, one of two panels beside it or none, and the sidebar.

    Signals:
        sidebar_shown, settings_shown, monitor_shown: whether they stand there now.
    """

    sidebar_shown = Signal(bool)
    settings_shown = Signal(bool)
    monitor_shown = Signal(bool)

    def __init__(
        self,
        theme: Theme,
        conversation: ConversationModel,
        chats: ChatListModel,
        status: StatusModel,
        models: DownloadModel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sidebar_wanted = self._is_wide = True
        self.sidebar = Sidebar(theme, chats)
        self.page = ChatPage(theme, conversation)
        self.models = ModelsPage(theme, models)
        self.settings = ChatSettingsPanel(theme)
        self.monitor = MonitorPanel(theme, MonitorModel(status, self))
        self.toast = Toast(theme)
        self.toast.setObjectName("windowToast")
        self.status = StatusLine(theme)
        self._pages = QStackedWidget()
        self._build()
        theme.changed.connect(self._fit)

    @property
    def sidebar_wanted(self) -> bool:
        """Whether the sidebar stands there whenever there is room."""
        return self._sidebar_wanted

    @property
    def models_are_shown(self) -> bool:
        """Whether the models stand where the chat would."""
        return self._pages.currentWidget() is self.models

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give up the sidebar where there is no room for it, and bring it back."""
        super().resizeEvent(event)
        self._fit()

    def show_side_parts(self, sidebar: bool, settings: bool) -> None:
        """Show the sidebar and the settings of the chat, or not."""
        self._sidebar_wanted = sidebar
        self._show_panels(settings, not settings and not self.monitor.isHidden())

    @Slot()
    def toggle_sidebar(self) -> None:
        """Show the sidebar, even where there is little room, or no longer."""
        self._sidebar_wanted = self.sidebar.isHidden()
        self._show_sidebar(self._sidebar_wanted)

    @Slot()
    def toggle_settings(self) -> None:
        """Show the settings of the chat in place of the monitor, or no longer."""
        shown = self.settings.isHidden()
        self.show_side_parts(self._sidebar_wanted, shown)
        (self.settings if shown else self.page.composer).setFocus()

    @Slot()
    def toggle_monitor(self) -> None:
        """Show the monitor in place of the settings, or no longer."""
        shown = self.monitor.isHidden()
        self._show_panels(not shown and not self.settings.isHidden(), shown)

    @Slot()
    def toggle_models(self) -> None:
        """Show the models in place of the chat; from there, go back."""
        if self.models_are_shown:
            self.show_chat_page()
            return
        self._pages.setCurrentWidget(self.models)
        self.models.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def show_chat_page(self) -> None:
        """Show the chat, and let one write."""
        self.put_chat_in_front()
        self.page.composer.setFocus()

    def put_chat_in_front(self) -> None:
        """Show the chat; the focus stays."""
        self._pages.setCurrentWidget(self.page)

    def _build(self) -> None:
        for page in (self.page, self.models):
            self._pages.addWidget(page)
        upper = QHBoxLayout()
        upper.addWidget(self.sidebar)
        upper.addWidget(self._pages, 1)
        for panel in (self.settings, self.monitor):
            upper.addWidget(panel)
            panel.hide()
        whole = QVBoxLayout(self)
        whole.addLayout(upper, 1)
        whole.addWidget(self.toast)
        whole.addWidget(self.status)
        for layout in (upper, whole):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)

    def _show_sidebar(self, shown: bool) -> None:
        self.sidebar.setVisible(shown)
        self.sidebar_shown.emit(shown)

    def _show_panels(self, settings: bool, monitor: bool) -> None:
        """There is room for one of them."""
        self.settings.setVisible(settings)
        self.settings_shown.emit(settings)
        self.monitor.setVisible(monitor)
        self.monitor_shown.emit(monitor)
        self._fit()
        self._show_sidebar(self._is_wide and self._sidebar_wanted)

    @Slot()
    def _fit(self) -> None:
        px = self._theme.px
        beside = not (self.settings.isHidden() and self.monitor.isHidden())
        narrow = beside and self.width() < px(NARROW_WIDTH)  # no room for both: one at a time
        self._pages.setHidden(narrow)
        for panel in (self.settings, self.monitor):
            panel.set_filling(narrow)
        is_wide = self.width() >= px(NARROW_WIDTH + (PANEL_WIDTH if beside else 0))
        if is_wide is not self._is_wide:
            self._is_wide = is_wide
            self._show_sidebar(is_wide and self._sidebar_wanted)

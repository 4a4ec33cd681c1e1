"""The main window: builds its parts, then connects them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QHideEvent, QIcon, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ternchat.app.core import model_wording
from ternchat.app.core.model_card import Place
from ternchat.app.core.turn import Phase
from ternchat.app.core.wording import size_text
from ternchat.app.models.download_model import DownloadModel
from ternchat.app.models.monitor_model import MonitorModel

from . import icons
from .chat_page import ChatPage
from .chat_settings_panel import ChatSettingsPanel
from .close_question import CloseQuestion
from .file_drop import FileDrop
from .menus import Menus
from .models_page import ModelsPage
from .monitor_panel import MonitorPanel
from .shortcut_sheet import ShortcutSheet
from .sidebar import Sidebar
from .status_line import StatusLine
from .theme import NARROW_WIDTH, PANEL_WIDTH, SMALLEST_WINDOW, Theme
from .toast import Toast

if TYPE_CHECKING:
    from ternchat.app.answer_runner import AnswerRunner
    from ternchat.app.chat_controller import ChatController
    from ternchat.app.core.conversation import Chat
    from ternchat.app.core.model_overview import Overview
    from ternchat.app.core.statistics import Snapshot
    from ternchat.app.models.chat_list_model import ChatListModel
    from ternchat.app.models.conversation_model import ConversationModel
    from ternchat.app.models.status_model import StatusModel


MODEL_ENDINGS = (".safetensors", ".gguf")  # files that can only be meant as a model


class MainWindow(QMainWindow):
    """Everything one sees.

    Signals:
        painted: the window stands on the screen for the first time.
        seen: True when the window appears, False when it is hidden.
        folder_chosen: the folder of a model to use.
    """

    painted = Signal()
    seen = Signal(bool)
    folder_chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        controller: ChatController,
        runner: AnswerRunner,
        conversation: ConversationModel,
        chats: ChatListModel,
        status: StatusModel,
        models: DownloadModel | None = None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._sidebar_wanted = self._is_wide = True
        self._was_painted = self._answering = self._may_close = False
        self.sidebar = Sidebar(theme, chats)
        self.page = ChatPage(theme, conversation)
        self.panel = ChatSettingsPanel(theme)
        self.models = ModelsPage(theme, models or DownloadModel(self))
        self._pages = QStackedWidget()
        self.toast = Toast(theme)
        self.toast.setObjectName("windowToast")
        self.monitor = MonitorPanel(theme, MonitorModel(status, self))
        self.status = StatusLine(theme)
        self.menus = Menus(self)
        self.drop = FileDrop(self)
        self._build()
        self._connect(controller, runner, status)
        self._show_chat(None)
        self._show_status(status.snapshot)
        self.page.composer.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once that there is something to see."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that somebody looks."""
        super().showEvent(event)
        self.seen.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that nobody looks any more."""
        super().hideEvent(event)
        self.seen.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give up the sidebar where there is no room for it, and bring it back."""
        super().resizeEvent(event)
        self._fit_sidebar()
        self.page.composer.fit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask first when an answer would be cut off."""
        if self._may_close or not self._answering:
            super().closeEvent(event)
            return
        event.ignore()
        if self.findChild(CloseQuestion) is None:
            question = CloseQuestion(self)
            question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            question.confirmed.connect(self._close_for_good)
            question.open()

    @property
    def sidebar_wanted(self) -> bool:
        """Whether the sidebar stands there whenever there is room."""
        return self._sidebar_wanted

    def show_side_parts(self, sidebar: bool, panel: bool) -> None:
        """Show the sidebar and the settings of the chat, or not."""
        self._sidebar_wanted = sidebar
        self.panel.setVisible(panel)
        if panel:  # there is room for one of them
            self._show_monitor(False)
        self.menus.chat_settings.setChecked(panel)
        self._fit_sidebar()
        self._show_sidebar(self._is_wide and sidebar)

    def _build(self) -> None:
        self.setWindowIcon(QIcon(icons.pixmap("tern-app", "", 256)))
        self._limit_size()
        self.resize(1160, 780)
        upper = QHBoxLayout()
        upper.addWidget(self.sidebar)
        for page in (self.page, self.models):
            self._pages.addWidget(page)
        upper.addWidget(self._pages, 1)
        upper.addWidget(self.panel)
        upper.addWidget(self.monitor)
        self.panel.hide()
        self.monitor.hide()
        central = QWidget()
        whole = QVBoxLayout(central)
        whole.addLayout(upper, 1)
        whole.addWidget(self.toast)
        whole.addWidget(self.status)
        for layout in (upper, whole):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        self.setCentralWidget(central)
        self._show_sidebar(True)

    def _connect(
        self, controller: ChatController, runner: AnswerRunner, status: StatusModel
    ) -> None:
        page, menus = self.page, self.menus
        # Messages
        page.composer.submitted.connect(controller.send)
        page.composer.stop_requested.connect(controller.stop)
        page.composer.draft_changed.connect(controller.set_draft)
        page.empty.prompt_chosen.connect(controller.send)
        self._connect_messages(controller)
        controller.draft_changed.connect(page.composer.set_draft)
        controller.busy_changed.connect(page.composer.set_busy)
        controller.repeating_changed.connect(page.composer.show_repeating)
        controller.answering_changed.connect(self._set_answering)
        page.composer.edit_last_requested.connect(controller.begin_edit_last)
        page.composer.edit_cancelled.connect(controller.end_edit)
        controller.editing_changed.connect(page.composer.set_editing)
        controller.files_returned.connect(page.composer.attachments.put_back)
        controller.files_moved.connect(page.composer.attachments.move)
        self.drop.dropped.connect(self._on_dropped)
        self.drop.hovering.connect(page.composer.set_drop_target)
        status.changed.connect(page.meter.set_status)
        # Chats
        self.sidebar.new_chat_requested.connect(controller.new_chat)
        self.sidebar.chat_chosen.connect(controller.open_chat)
        page.errors.new_chat_requested.connect(controller.new_chat)
        controller.chat_changed.connect(self._show_chat)
        # Models, numbers, errors
        self.sidebar.models_requested.connect(self.show_models)
        self.sidebar.settings_requested.connect(menus.settings.trigger)
        menus.models.triggered.connect(self.show_models)
        self.models.close_requested.connect(self.show_chat_page)
        page.empty.models_requested.connect(self.show_models)
        page.empty.built_in_requested.connect(controller.use_built_in)
        page.empty.folder_requested.connect(self._choose_folder)
        self.folder_chosen.connect(controller.use_model)
        status.changed.connect(self._show_status)
        controller.problem_raised.connect(page.errors.show_problem)
        # Settings
        controller.settings_changed.connect(self.panel.show_settings)
        controller.settings_changed.connect(page.meter.set_settings)
        self.panel.settings_changed.connect(controller.set_settings)
        self.panel.close_requested.connect(self._toggle_panel)
        page.header.chat_settings_toggled.connect(self._toggle_panel)
        menus.chat_settings.triggered.connect(self._toggle_panel)
        # Monitor
        menus.monitor.triggered.connect(self._toggle_monitor)
        page.header.monitor_toggled.connect(self._toggle_monitor)
        self.monitor.close_requested.connect(self._toggle_monitor)
        # Menus
        menus.new_chat.triggered.connect(controller.new_chat)
        menus.open_folder.triggered.connect(self._choose_folder)
        menus.stop.triggered.connect(controller.stop)
        menus.stop.setEnabled(False)
        controller.busy_changed.connect(menus.stop.setEnabled)
        menus.regenerate.triggered.connect(controller.regenerate_last)
        menus.temporary_chat.triggered.connect(controller.new_temporary_chat)
        controller.temporary_changed.connect(page.header.set_temporary)
        menus.write.triggered.connect(self._focus_composer)
        menus.attach.triggered.connect(page.composer.attach_requested)
        menus.edit_last.triggered.connect(page.composer.edit_last_requested)
        menus.shortcuts.triggered.connect(self._show_shortcuts)
        menus.next_chat.triggered.connect(self._next_chat)
        menus.previous_chat.triggered.connect(self._previous_chat)
        menus.copy_answer.triggered.connect(page.copy_last_answer)
        menus.find.triggered.connect(page.find)
        menus.older_version.triggered.connect(self._older_version)
        menus.newer_version.triggered.connect(self._newer_version)
        menus.quit.triggered.connect(QApplication.quit)
        # Window
        menus.sidebar.triggered.connect(self._toggle_sidebar)
        page.header.sidebar_toggled.connect(self._toggle_sidebar)
        menus.zoom_in.triggered.connect(self._theme.zoom_in)
        menus.zoom_out.triggered.connect(self._theme.zoom_out)
        menus.zoom_reset.triggered.connect(self._theme.zoom_reset)
        menus.full_screen.triggered.connect(self._toggle_full_screen)
        self._theme.changed.connect(self._limit_size)
        self._theme.changed.connect(self._fit_sidebar)

    def _connect_messages(self, controller: ChatController) -> None:
        page, actions = self.page.conversation, controller.actions
        page.edit_requested.connect(controller.begin_edit)
        page.take_back_requested.connect(controller.take_back)
        page.position_changed.connect(controller.set_read_position)
        page.retry_requested.connect(actions.retry)
        page.regenerate_requested.connect(actions.regenerate)
        page.continue_requested.connect(actions.continue_answer)
        page.branch_requested.connect(actions.branch)
        page.delete_requested.connect(actions.delete)
        page.pin_requested.connect(actions.pin)
        page.sibling_requested.connect(actions.show_sibling)

    @Slot()
    def show_models(self) -> None:
        """Show the models in place of the chat; from there, go back."""
        if self._pages.currentWidget() is self.models:
            self.show_chat_page()
            return
        self._pages.setCurrentWidget(self.models)
        self.models.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def show_chat_page(self) -> None:
        """Show the chat."""
        self._pages.setCurrentWidget(self.page)
        self.page.composer.setFocus()

    @Slot(object)
    def offer_best_model(self, overview: Overview) -> None:
        """Offer the best model in an empty chat, as long as only the built-in one is here."""
        cards = overview.cards
        best = next((card for card in cards if card.place is Place.OFFERED), None)
        if best is None or any(card.path and not card.built_in for card in cards):
            self.page.empty.offer_download("", "")
            return
        context = self.models.surroundings.context
        facts = [
            self.tr("{size} to download").format(size=model_wording.size_fact(best)),
            self.tr("{size} of memory").format(size=size_text(best.memory_bytes(context) or 0)),
        ]
        speed = best.tokens_per_second(overview.speed)
        if speed is not None:
            facts.append(model_wording.speed_fact(speed, measuring=False))
        self.page.empty.offer_download(best.title, f"{best.summary} {', '.join(facts)}.")

    @Slot(str)
    def show_waiting(self, text: str) -> None:
        """Say which model is on its way to answer."""
        self.page.composer.set_model(text)
        if text:
            self.page.empty.offer_models(False)

    @Slot(list)
    def _on_dropped(self, paths: list[str]) -> None:
        """A model is asked about on its page; everything else belongs to the message."""
        on_models = self._pages.currentWidget() is self.models
        if on_models or paths[0].lower().endswith(MODEL_ENDINGS):
            if not on_models:
                self.show_models()
            self.models.ask_import(paths[0])
        else:
            self.page.composer.attachments.add_paths(paths)

    @Slot(object)
    def _show_chat(self, chat: Chat | None) -> None:
        self._pages.setCurrentWidget(self.page)
        self.sidebar.show_chat(chat.id if chat else None)
        self.page.composer.show_chat(chat)
        title = chat.title if chat else ""
        self.page.header.title.setText(title)
        self.setWindowTitle(f"{title} – Ternchat" if chat else "Ternchat")
        if chat is None:
            self.page.composer.setFocus()

    @Slot(object)
    def show_title(self, chat: Chat) -> None:
        """The chat on the screen may have another title."""
        if self.sidebar.shown == chat.id:
            self.page.header.title.setText(chat.title)
            self.setWindowTitle(f"{chat.title} – Ternchat")

    @Slot(object)
    def _show_status(self, now: Snapshot) -> None:
        self.status.show_status(now)
        title = now.facts.model.title if now.facts else ""
        if now.phase is Phase.LOADING:
            title = now.model_title
        self.page.composer.set_model(title)
        self.page.empty.offer_models(now.facts is None and now.phase is not Phase.LOADING)

    @Slot(bool)
    def _set_answering(self, answering: bool) -> None:
        self._answering = answering

    @Slot()
    def _close_for_good(self) -> None:
        self._may_close = True
        self.close()

    @Slot()
    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Open model folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.folder_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def come_forward(self) -> None:
        """Show the window before all others, minimised or not."""
        self.setWindowState(
            self.windowState() & ~Qt.WindowState.WindowMinimized | Qt.WindowState.WindowActive
        )
        self.show()
        self.raise_()
        self.activateWindow()

    @Slot()
    def _focus_composer(self) -> None:
        self.page.composer.setFocus()

    @Slot()
    def _older_version(self) -> None:
        self.page.conversation.step_version(-1)

    @Slot()
    def _newer_version(self) -> None:
        self.page.conversation.step_version(1)

    @Slot()
    def _next_chat(self) -> None:
        self.sidebar.step(1)

    @Slot()
    def _previous_chat(self) -> None:
        self.sidebar.step(-1)

    @Slot()
    def _toggle_sidebar(self) -> None:
        self._sidebar_wanted = self.sidebar.isHidden()
        self._show_sidebar(self._sidebar_wanted)

    def _show_sidebar(self, shown: bool) -> None:
        self.sidebar.setVisible(shown)
        self.menus.sidebar.setChecked(shown)

    @Slot()
    def _toggle_panel(self) -> None:
        shown = self.panel.isHidden()
        self.show_side_parts(self._sidebar_wanted, shown)
        (self.panel if shown else self.page.composer).setFocus()

    @Slot()
    def _toggle_monitor(self) -> None:
        shown = self.monitor.isHidden()
        self._show_monitor(shown)
        if shown:
            self.panel.hide()
            self.menus.chat_settings.setChecked(False)
        self._fit_sidebar()
        self._show_sidebar(self._is_wide and self._sidebar_wanted)

    def _show_monitor(self, shown: bool) -> None:
        self.monitor.setVisible(shown)
        self.menus.monitor.setChecked(shown)

    @Slot()
    def _show_shortcuts(self) -> None:
        sheet = ShortcutSheet(self._theme, self.menus, self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    @Slot()
    def _toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    @Slot()
    def _limit_size(self) -> None:
        """Grow with the zoom, as far as the screen goes."""
        least = QSize(*(self._theme.px(side) for side in SMALLEST_WINDOW))
        self.setMinimumSize(least.boundedTo(self.screen().availableSize()))

    @Slot()
    def _fit_sidebar(self) -> None:
        px = self._theme.px
        panel = not (self.panel.isHidden() and self.monitor.isHidden())
        narrow = panel and self.width() < px(NARROW_WIDTH)  # no room for both: one at a time
        self._pages.setHidden(narrow)
        self.panel.set_filling(narrow)
        self.monitor.set_filling(narrow)
        is_wide = self.width() >= px(NARROW_WIDTH + (PANEL_WIDTH if panel else 0))
        if is_wide is not self._is_wide:
            self._is_wide = is_wide
            self._show_sidebar(is_wide and self._sidebar_wanted)

"""The main window: its parts, and what it does as a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QHideEvent, QIcon, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow

from ternchat.app.core.turn import Phase
from ternchat.app.models.download_model import DownloadModel

from . import icons
from .best_offer import best_offer
from .close_question import CloseQuestion
from .file_drop import FileDrop
from .menus import Menus
from .shortcut_sheet import ShortcutSheet
from .theme import SMALLEST_WINDOW, Theme
from .window_body import WindowBody
from .window_place import PlaceKeeper
from .window_wiring import connect_window

if TYPE_CHECKING:
    from ternchat.app.chat_controller import ChatController
    from ternchat.app.core.conversation import Chat
    from ternchat.app.core.model_overview import Overview
    from ternchat.app.core.statistics import Snapshot
    from ternchat.app.models.chat_list_model import ChatListModel
    from ternchat.app.models.conversation_model import ConversationModel
    from ternchat.app.models.status_model import StatusModel


MODEL_ENDINGS = (".safetensors", ".gguf")  # files that can only be meant as a model
FIRST_SIZE = QSize(1160, 780)


class MainWindow(QMainWindow):
    """Everything one sees; `window_wiring.py` says what leads where.

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
        conversation: ConversationModel,
        chats: ChatListModel,
        status: StatusModel,
        models: DownloadModel | None = None,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._was_painted = self._answering = self._may_close = False
        self.body = WindowBody(theme, conversation, chats, status, models or DownloadModel(self))
        self.sidebar, self.page, self.models = self.body.sidebar, self.body.page, self.body.models
        self.panel, self.monitor = self.body.settings, self.body.monitor
        self.toast, self.status = self.body.toast, self.body.status
        self.menus = Menus(self)
        self.drop = FileDrop(self)
        self.setWindowIcon(QIcon(icons.pixmap("tern-app", "", 256)))
        self.limit_size()
        self.resize(FIRST_SIZE.boundedTo(self.screen().availableSize()))
        self.place = PlaceKeeper(self)
        self.setCentralWidget(self.body)
        connect_window(self, theme, controller, status)
        self.show_chat(None)
        self.show_status(status.snapshot)
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

    def changeEvent(self, event: QEvent) -> None:
        """Mark in the menu whether the window fills the screen, whoever made it so."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self.menus.full_screen.setChecked(self.isFullScreen())

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

    # ---- What is shown --------------------------------------------------------------------------

    @Slot(object)
    def show_chat(self, chat: Chat | None) -> None:
        """Show another chat; None is the one that does not exist yet."""
        self.body.put_chat_in_front()
        self.sidebar.show_chat(chat.id if chat else None)
        self.page.composer.show_chat()
        self._set_title(chat.title if chat else "")
        if chat is None:
            self.page.composer.setFocus()

    @Slot(object)
    def show_title(self, chat: Chat) -> None:
        """The chat on the screen may have another title."""
        if self.sidebar.shown == chat.id:
            self._set_title(chat.title)

    @Slot(object)
    def show_status(self, now: Snapshot) -> None:
        """Say what the engine does, and with which model."""
        self.status.show_status(now)
        title = now.facts.model.title if now.facts else ""
        if now.phase is Phase.LOADING:
            title = now.model_title
        self.page.composer.set_model(title)
        self.page.empty.offer_models(now.facts is None and now.phase is not Phase.LOADING)

    @Slot(str)
    def show_waiting(self, text: str) -> None:
        """Say which model is on its way to answer."""
        self.page.composer.set_model(text)
        if text:
            self.page.empty.offer_models(False)

    @Slot(object)
    def offer_best_model(self, overview: Overview) -> None:
        """Offer the best model in an empty chat, as long as only the built-in one is here."""
        offer = best_offer(overview, self.models.surroundings.context)
        self.page.empty.offer_download(offer.title, offer.text)

    @Slot(bool)
    def set_answering(self, answering: bool) -> None:
        """Know whether closing would cut an answer off."""
        self._answering = answering

    # ---- What is asked of the window itself -----------------------------------------------------

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
    def toggle_full_screen(self) -> None:
        """Fill the screen, or no longer; a maximised window is maximised again then."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def show_shortcuts(self) -> None:
        """Show the sheet of keyboard shortcuts."""
        sheet = ShortcutSheet(self._theme, self.menus, self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    @Slot()
    def choose_folder(self) -> None:
        """Ask for the folder of a model."""
        dialog = QFileDialog(self, self.tr("Open model folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.folder_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot(list)
    def take_files(self, paths: list[str]) -> None:
        """A model is asked about on its page; everything else belongs to the message."""
        is_model = paths[0].lower().endswith(MODEL_ENDINGS)
        if is_model and not self.body.models_are_shown:
            self.body.toggle_models()
        if self.body.models_are_shown:
            self.models.ask_import(paths[0])
        else:
            self.page.composer.attachments.add_paths(paths)

    @Slot()
    def limit_size(self) -> None:
        """Grow with the zoom, as far as the screen goes."""
        least = QSize(*(self._theme.px(side) for side in SMALLEST_WINDOW))
        self.setMinimumSize(least.boundedTo(self.screen().availableSize()))

    def _set_title(self, title: str) -> None:
        self.page.header.title.setText(title)
        self.setWindowTitle(f"{title} – Ternchat" if title else "Ternchat")

    @Slot()
    def _close_for_good(self) -> None:
        self._may_close = True
        self.close()

"""The sidebar: brand, New chat, and the list of chats."""

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from ternchat.app.models.chat_list_model import ChatListModel

from . import icons
from .buttons import IconButton, TextButton
from .chat_delegate import ChatDelegate
from .keys import with_keys
from .labels import PlainLabel
from .theme import BY_KEYBOARD, SIDEBAR_WIDTH, Theme, set_style_property


class Sidebar(QFrame):
    """Lists the chats.

    Signals:
        new_chat_requested: begin an empty chat.
        search_requested: look for words in all chats.
        chat_chosen: the id of the chat to show.
        models_requested: show the models page.
        pin_requested: keep a chat at the top of the list, or no longer.
        delete_requested, export_requested: ids of chats.
        settings_requested: show the settings of the program.
    """

    new_chat_requested = Signal()
    search_requested = Signal()
    chat_chosen = Signal(int)
    models_requested = Signal()
    pin_requested = Signal(int, bool)
    delete_requested = Signal(object)
    export_requested = Signal(object)
    settings_requested = Signal()

    def __init__(self, theme: Theme, model: ChatListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self._theme = theme
        self._model = model
        self._shown: int | None = None
        self._logo = QLabel()
        self._logo.setAccessibleName(self.tr("Ternchat's tern"))
        self.new_chat = IconButton(theme, "square-pen", self.tr("New chat"), role="text")
        self.new_chat.setToolTip(with_keys(self.tr("New chat"), "Ctrl+N"))
        self.search = TextButton(self.tr("Search"), "plain")
        self.search.setAccessibleName(self.tr("Search"))
        self.search.setToolTip(with_keys(self.tr("Search all chats"), "Ctrl+K"))
        self.chats = ChatList()
        self.chats.setModel(model)
        self.chats.setItemDelegate(ChatDelegate(theme, self.chats))
        head = QHBoxLayout()
        head.addWidget(self._logo)
        head.addWidget(PlainLabel("Ternchat", "brand"), 1)
        head.addWidget(self.new_chat)
        self._box = QVBoxLayout(self)
        self._box.addLayout(head)
        self._box.addWidget(self.search)
        self._box.addWidget(self.chats)
        self.models = TextButton(self.tr("Models"), "side")
        self.models.setToolTip(with_keys(self.tr("Models"), "Ctrl+M"))
        self.models.clicked.connect(self.models_requested)
        self._box.addWidget(self.models)
        self.settings = TextButton(self.tr("Settings"), "side")
        self.settings.setToolTip(with_keys(self.tr("Settings"), "Ctrl+,"))
        self.settings.clicked.connect(self.settings_requested)
        self._box.addWidget(self.settings)
        self.new_chat.clicked.connect(self.new_chat_requested)
        self.search.clicked.connect(self.search_requested)
        self.chats.customContextMenuRequested.connect(self._open_menu)
        self.chats.selectionModel().currentChanged.connect(self._on_current)
        model.rowsInserted.connect(self._select_shown)
        model.modelReset.connect(self._select_shown)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def model(self) -> ChatListModel:
        """What the list shows."""
        return self._model

    @property
    def shown(self) -> int | None:
        """The chat on the screen."""
        return self._shown

    def show_chat(self, chat_id: int | None) -> None:
        """Mark the chat that is on the screen; None for a new one."""
        self._shown = chat_id
        self._select_shown()

    @Slot(int)
    def step(self, rows: int) -> None:
        """Go to a chat further down or up the list."""
        count = self._model.rowCount()
        if count:
            row = self._model.row_of(self._shown)
            row = (row + rows) % count if row >= 0 else (0 if rows > 0 else count - 1)
            self.chats.setCurrentIndex(self._model.index(row))

    @Slot()
    def rename_shown(self) -> None:
        """Let the title of the chat on the screen be typed anew."""
        self._edit(self._model.row_of(self._shown))

    @Slot()
    def pin_shown(self) -> None:
        """Ask to pin the chat on the screen, or to unpin it."""
        chat = self._model.chat_at(self._model.row_of(self._shown))
        if chat is not None:
            self.pin_requested.emit(chat.id, not chat.pinned)

    @Slot()
    def delete_shown(self) -> None:
        """Ask to delete the chat on the screen."""
        if self._shown is not None:
            self.delete_requested.emit([self._shown])

    @Slot()
    def export_shown(self) -> None:
        """Ask to export the chat on the screen."""
        if self._shown is not None:
            self.export_requested.emit([self._shown])

    def _edit(self, row: int) -> None:
        if row >= 0:
            self.chats.edit(self._model.index(row))

    @Slot(QPoint)
    def _open_menu(self, place: QPoint) -> None:
        chat = self._model.chat_at(self.chats.indexAt(place).row())
        if chat is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        row, pin = self._model.row_of(chat.id), not chat.pinned
        name = self.tr("Pin") if pin else self.tr("Unpin")
        menu.addAction(self.tr("Rename")).triggered.connect(lambda: self._edit(row))
        menu.addAction(name).triggered.connect(lambda: self.pin_requested.emit(chat.id, pin))
        menu.addAction(self.tr("Export…")).triggered.connect(
            lambda: self.export_requested.emit([chat.id])
        )
        menu.addSeparator()
        menu.addAction(self.tr("Delete")).triggered.connect(
            lambda: self.delete_requested.emit([chat.id])
        )
        menu.popup(self.chats.viewport().mapToGlobal(place))

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        chat_id = current.data(ChatListModel.ChatIdRole)
        if chat_id is not None and chat_id != self._shown:
            self.chat_chosen.emit(chat_id)

    @Slot()
    def _select_shown(self) -> None:
        row = self._model.row_of(self._shown)
        self.chats.setCurrentIndex(self._model.index(row) if row >= 0 else QModelIndex())
        if row < 0:
            self.chats.clearSelection()

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self.setFixedWidth(px(SIDEBAR_WIDTH))
        self._box.setContentsMargins(px(12), px(10), px(8), px(8))
        self._box.setSpacing(px(8))
        colour = self._theme.colours.text
        for button, icon in ((self.models, "box"), (self.settings, "settings")):
            button.setIcon(self._theme.icon(icon, "muted"))
            button.setIconSize(QSize(px(18), px(18)))
        self._logo.setPixmap(icons.pixmap("tern", colour, px(22), self.devicePixelRatioF()))


class ChatList(QListView):
    """The chats, named for screen readers; its ring shows when the keyboard moved here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chats")
        self.setAccessibleName(self.tr("Chats"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)  # F2 is in the menu
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show a ring when it was the keyboard."""
        super().focusInEvent(event)
        set_style_property(self, "keyboard", event.reason() in BY_KEYBOARD)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        set_style_property(self, "keyboard", False)

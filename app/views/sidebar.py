"""The sidebar: brand, New chat, and the list of chats."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ternchat.app.models.chat_list_model import ChatListModel

from . import icons
from .buttons import IconButton, TextButton
from .keys import with_keys
from .labels import PlainLabel
from .theme import BY_KEYBOARD, SIDEBAR_WIDTH, Theme, set_style_property


class Sidebar(QFrame):
    """Lists the chats.

    Signals:
        new_chat_requested: begin an empty chat.
        chat_chosen: the id of the chat to show.
        models_requested: show the models page.
    """

    new_chat_requested = Signal()
    chat_chosen = Signal(int)
    models_requested = Signal()

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
        self.chats = ChatList()
        self.chats.setModel(model)
        self.chats.setItemDelegate(MarkDelegate(theme, self.chats))
        head = QHBoxLayout()
        head.addWidget(self._logo)
        head.addWidget(PlainLabel("Ternchat", "brand"), 1)
        head.addWidget(self.new_chat)
        self._box = QVBoxLayout(self)
        self._box.addLayout(head)
        self._box.addWidget(self.chats)
        self.models = TextButton(self.tr("Models"), "side")
        self.models.setToolTip(with_keys(self.tr("Models"), "Ctrl+M"))
        self.models.clicked.connect(self.models_requested)
        self._box.addWidget(self.models)
        self.new_chat.clicked.connect(self.new_chat_requested)
        self.chats.selectionModel().currentChanged.connect(self._on_current)
        model.rowsInserted.connect(self._select_shown)
        model.modelReset.connect(self._select_shown)
        theme.changed.connect(self._restyle)
        self._restyle()

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
        self.models.setIcon(self._theme.icon("box", "muted"))
        self.models.setIconSize(QSize(px(18), px(18)))
        self._logo.setPixmap(icons.pixmap("tern", colour, px(22), self.devicePixelRatioF()))


class ChatList(QListView):
    """The chats, named for screen readers; its ring shows when the keyboard moved here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chats")
        self.setAccessibleName(self.tr("Chats"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
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


class MarkDelegate(QStyledItemDelegate):
    """Paints a chat's title, and a mark for an answer being written or not yet seen."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """As high with a mark as without."""
        height = option.fontMetrics.height() + 2 * self._theme.px(8)
        return QSize(super().sizeHint(option, index).width(), height)

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Add the mark on the right."""
        super().initStyleOption(option, index)
        mark = index.data(ChatListModel.MarkRole)
        if mark:
            size = self._theme.px(16)
            name, role = ("ellipsis", "muted") if mark == "answering" else ("dot", "accent")
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
            option.decorationPosition = QStyleOptionViewItem.Position.Right
            option.decorationSize = QSize(size, size)
            option.icon = self._theme.icon(name, role, 16)

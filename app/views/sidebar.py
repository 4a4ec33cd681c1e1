"""The sidebar: brand, New chat, the list of chats and folders, ways to everything else."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ternchat.app.models.chat_list_model import ChatListModel

from . import icons
from .buttons import IconButton, TextButton
from .chat_delegate import ChatDelegate
from .chat_list import ChatList
from .chat_menu import ARCHIVED_KEYS, NEW_FOLDER_KEYS, TRASH_KEYS
from .chat_requests import ChatRequests
from .keys import with_keys
from .labels import PlainLabel
from .theme import SIDEBAR_WIDTH, Theme


class Sidebar(QFrame):
    """Lists the chats.

    Attributes:
        requests: what is asked for in the list.

    Signals:
        new_chat_requested: begin an empty chat.
        search_requested: look for words in all chats.
        chat_chosen: the id of the chat to show.
        models_requested, settings_requested, archive_opened, trash_opened: show these.
    """

    new_chat_requested = Signal()
    search_requested = Signal()
    chat_chosen = Signal(int)
    models_requested = Signal()
    settings_requested = Signal()
    archive_opened = Signal()
    trash_opened = Signal()

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
        self.search = TextButton(self.tr("Search"), "field")
        self.search.setToolTip(with_keys(self.tr("Search all chats"), "Ctrl+K"))
        self.new_folder = IconButton(theme, "folder-plus", self.tr("New folder"))
        self.new_folder.setToolTip(with_keys(self.tr("New folder"), NEW_FOLDER_KEYS))
        self.chats = ChatList(theme, model)
        self.chats.setItemDelegate(ChatDelegate(theme, model, self.chats))
        self.models = TextButton(self.tr("Models"), "side")
        self.models.setToolTip(with_keys(self.tr("Models"), "Ctrl+M"))
        self.settings = TextButton(self.tr("Settings"), "side")
        self.settings.setToolTip(with_keys(self.tr("Settings"), "Ctrl+,"))
        self.archived = IconButton(theme, "archive", self.tr("Archive"))
        self.archived.setToolTip(with_keys(self.tr("Archive"), ARCHIVED_KEYS))
        self.trash = IconButton(theme, "trash", self.tr("Trash"))
        self.trash.setToolTip(with_keys(self.tr("Trash"), TRASH_KEYS))
        self.requests = ChatRequests(self.chats, model, lambda: self._shown)
        self._build()
        self._connect()
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
        self._model.reach(chat_id)
        self._mark_shown()

    @Slot(int)
    def step(self, rows: int) -> None:
        """Go to a chat further down or up the list."""
        there = [row for row in range(self._model.rowCount()) if self._model.chat_at(row)]
        if there:
            row = self._model.row_of(self._shown)
            place = there.index(row) + rows if row >= 0 else min(0, rows)
            self._select(self._model.index(there[place % len(there)]))

    # ---- Building -------------------------------------------------------------------------------

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._logo)
        head.addWidget(PlainLabel("Ternchat", "brand", self), 1)
        head.addWidget(self.new_chat)
        finding = QHBoxLayout()
        finding.addWidget(self.search, 1)
        finding.addWidget(self.new_folder)
        foot = QHBoxLayout()
        foot.addWidget(self.settings, 1)
        foot.addWidget(self.archived)
        foot.addWidget(self.trash)
        self._box = QVBoxLayout(self)
        self._box.addLayout(head)
        self._box.addLayout(finding)
        self._box.addWidget(self.chats)
        self._box.addWidget(self.models)
        self._box.addLayout(foot)

    def _connect(self) -> None:
        self.new_chat.clicked.connect(self.new_chat_requested)
        self.new_folder.clicked.connect(self.requests.make_folder)
        self.search.clicked.connect(self.search_requested)
        self.models.clicked.connect(self.models_requested)
        self.settings.clicked.connect(self.settings_requested)
        self.archived.clicked.connect(self.archive_opened)
        self.trash.clicked.connect(self.trash_opened)
        self.chats.selectionModel().selectionChanged.connect(self._on_selected)
        for changed in (self._model.rowsInserted, self._model.modelReset):
            changed.connect(self._on_rows_changed)
        self._theme.changed.connect(self._restyle)

    # ---- The list -------------------------------------------------------------------------------

    @Slot()
    def _on_selected(self) -> None:
        selected = self.chats.selected()
        if len(selected) == 1 and selected[0] != self._shown:
            self.chat_chosen.emit(selected[0])

    @Slot()
    def _on_rows_changed(self) -> None:
        if len(self.chats.selected()) < 2:
            self._mark_shown()

    def _mark_shown(self) -> None:
        row = self._model.row_of(self._shown)
        if row < 0:
            self.chats.selectionModel().clear()
            return
        index = self._model.index(row)
        if self.chats.selectionModel().selectedIndexes() != [index]:
            self._select(index)

    def _select(self, index: QModelIndex) -> None:
        # Not the view's own way, which does something else while Ctrl is held down.
        self.chats.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self.setFixedWidth(px(SIDEBAR_WIDTH))
        self._box.setContentsMargins(self._theme.margins(12, 10, 8, 8))
        self._box.setSpacing(px(8))
        colour = self._theme.colours.text
        for button, name, icon in (
            (self.models, self.tr("Models"), "box"),
            (self.settings, self.tr("Settings"), "settings"),
        ):
            button.show_words(name, self._theme.icon(icon, "muted"), px(18))
        self.search.show_words(self.tr("Search"), self._theme.icon("search", "muted"), px(16))
        self._logo.setPixmap(icons.pixmap("tern", colour, px(22), self.devicePixelRatioF()))

"""The sidebar: brand, New chat, the list of chats and folders, ways to everything else."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QSize, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ternchat.app.core.conversation import Chat
from ternchat.app.models.chat_list_model import ChatListModel

from . import icons
from .buttons import IconButton, TextButton
from .chat_delegate import ChatDelegate
from .chat_list import ChatList
from .chat_menu import ARCHIVED_KEYS, NEW_FOLDER_KEYS, TRASH_KEYS, ChatMenu, FolderRowMenu
from .folder_menu import FolderMenu
from .keys import with_keys
from .labels import PlainLabel
from .theme import SIDEBAR_WIDTH, Theme


class Sidebar(QFrame):
    """Lists the chats.

    Attributes:
        menu, folder_menu, places: what can be done with chats, with a folder, and where chats can
            be moved to; their signals ask for it.

    Signals:
        new_chat_requested: begin an empty chat.
        new_folder_requested: ids of the chats that are to be in it.
        search_requested: look for words in all chats.
        chat_chosen: the id of the chat to show.
        pin_requested, archive_requested: ids of chats, and whether they are to be.
        move_requested: ids of chats, and a folder; None for none.
        delete_requested, export_requested: ids of chats.
        fold_requested: a folder, and whether it is to be folded.
        models_requested, settings_requested, archive_opened, trash_opened: show these.
    """

    new_chat_requested = Signal()
    new_folder_requested = Signal(object)
    search_requested = Signal()
    chat_chosen = Signal(int)
    pin_requested = Signal(object, bool)
    archive_requested = Signal(object, bool)
    move_requested = Signal(object, object)
    delete_requested = Signal(object)
    export_requested = Signal(object)
    fold_requested = Signal(str, bool)
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
        self.search = TextButton(self.tr("Search"), "plain")
        self.search.setAccessibleName(self.tr("Search"))
        self.search.setToolTip(with_keys(self.tr("Search all chats"), "Ctrl+K"))
        self.new_folder = IconButton(theme, "folder-plus", self.tr("New folder"))
        self.new_folder.setToolTip(with_keys(self.tr("New folder"), NEW_FOLDER_KEYS))
        self.chats = ChatList(theme, model)
        self.chats.setItemDelegate(ChatDelegate(theme, self.chats))
        self.models = TextButton(self.tr("Models"), "side")
        self.models.setToolTip(with_keys(self.tr("Models"), "Ctrl+M"))
        self.settings = TextButton(self.tr("Settings"), "side")
        self.settings.setToolTip(with_keys(self.tr("Settings"), "Ctrl+,"))
        self.archived = IconButton(theme, "archive", self.tr("Archive"))
        self.archived.setToolTip(with_keys(self.tr("Archive"), ARCHIVED_KEYS))
        self.trash = IconButton(theme, "trash", self.tr("Trash"))
        self.trash.setToolTip(with_keys(self.tr("Trash"), TRASH_KEYS))
        self.menu = ChatMenu(self)
        self.folder_menu = FolderRowMenu(self)
        self.places = FolderMenu(self)
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
        self._mark_shown()

    def targets(self) -> list[int]:
        """The chats that a menu or a key is about: several selected ones, or the one shown."""
        selected = self.chats.selected()
        if len(selected) > 1:
            return selected
        return [] if self._shown is None else [self._shown]

    @Slot(int)
    def step(self, rows: int) -> None:
        """Go to a chat further down or up the list."""
        there = [row for row in range(self._model.rowCount()) if self._model.chat_at(row)]
        if there:
            row = self._model.row_of(self._shown)
            place = there.index(row) + rows if row >= 0 else min(0, rows)
            self._select(self._model.index(there[place % len(there)]))

    # ---- What keys and menus are for ------------------------------------------------------------

    @Slot()
    def rename_shown(self) -> None:
        """Let a title be typed anew: of the chat on the screen, or the folder gone to."""
        current = self.chats.currentIndex()
        if self.chats.hasFocus() and self.chats.folder_at(current) is not None:
            self.chats.edit(current)
        elif self._shown is not None:
            self.edit_title(self._shown)

    @Slot(int)
    def edit_title(self, chat_id: int) -> None:
        """Let the title of a chat be typed anew, where it stands."""
        row = self._model.row_of(chat_id)
        chat = self._model.chat(chat_id)
        if row < 0 and chat is not None and chat.folder is not None and not chat.archived:
            self.fold_requested.emit(chat.folder, False)
            row = self._model.row_of(chat_id)
        if row >= 0:
            self._edit(row)

    @Slot(str)
    def edit_folder(self, name: str) -> None:
        """Let the name of a folder be typed anew, where it stands."""
        row = self._model.row_of_folder(name)
        if row >= 0:
            self.chats.setCurrentIndex(self._model.index(row))
            self._edit(row)

    @Slot()
    def pin_shown(self) -> None:
        """Ask to pin chats, or to unpin them."""
        chats = self._target_chats()
        if chats:
            pin = not all(chat.pinned for chat in chats)
            self.pin_requested.emit([chat.id for chat in chats], pin)

    @Slot()
    def move_shown(self) -> None:
        """Open the menu of places for chats."""
        chats = self._target_chats()
        if chats:
            self.places.fill(chats, self._model.folders)
            row = max(self._model.row_of(chats[0].id), 0)
            rect = self.chats.visualRect(self._model.index(row))
            self.places.popup(self.chats.viewport().mapToGlobal(rect.center()))

    @Slot()
    def archive_shown(self) -> None:
        """Ask to archive chats, or to bring them back."""
        chats = self._target_chats()
        if chats:
            archive = not all(chat.archived for chat in chats)
            self.archive_requested.emit([chat.id for chat in chats], archive)

    @Slot()
    def delete_shown(self) -> None:
        """Ask to delete chats."""
        if self.targets():
            self.delete_requested.emit(self.targets())

    @Slot()
    def export_shown(self) -> None:
        """Ask to export chats."""
        if self.targets():
            self.export_requested.emit(self.targets())

    @Slot()
    def make_folder(self) -> None:
        """Ask for an empty folder."""
        self.new_folder_requested.emit([])

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
        self.new_folder.clicked.connect(self.make_folder)
        self.search.clicked.connect(self.search_requested)
        self.models.clicked.connect(self.models_requested)
        self.settings.clicked.connect(self.settings_requested)
        self.archived.clicked.connect(self.archive_opened)
        self.trash.clicked.connect(self.trash_opened)
        self.chats.menu_requested.connect(self._open_menu)
        self.chats.dropped.connect(self.move_requested)
        self.chats.fold_requested.connect(self.fold_requested)
        self.chats.selectionModel().selectionChanged.connect(self._on_selected)
        self.menu.rename_requested.connect(self.edit_title)
        self.menu.pin_requested.connect(self.pin_requested)
        self.menu.archive_requested.connect(self.archive_requested)
        self.menu.export_requested.connect(self.export_requested)
        self.menu.delete_requested.connect(self.delete_requested)
        self.folder_menu.rename_requested.connect(self.edit_folder)
        for places in (self.places, self.menu.folders):
            places.move_requested.connect(self.move_requested)
            places.new_folder_requested.connect(self.new_folder_requested)
        for changed in (self._model.rowsInserted, self._model.modelReset):
            changed.connect(self._on_rows_changed)
        self._theme.changed.connect(self._restyle)

    # ---- The list -------------------------------------------------------------------------------

    def _target_chats(self) -> list[Chat]:
        found = [self._model.chat(chat_id) for chat_id in self.targets()]
        return [chat for chat in found if chat is not None]

    def _edit(self, row: int) -> None:
        index = self._model.index(row)
        self.chats.scrollTo(index)
        self.chats.edit(index)

    @Slot(QModelIndex, QPoint)
    def _open_menu(self, index: QModelIndex, place: QPoint) -> None:
        folder = self.chats.folder_at(index)
        chat_id = index.data(ChatListModel.ChatIdRole)
        if folder is not None:
            self.folder_menu.show_for(folder, place)
        elif chat_id is not None:
            selected = self.chats.selected()
            ids = selected if chat_id in selected else [chat_id]
            chats = [chat for chat in map(self._model.chat, ids) if chat is not None]
            self.menu.show_for(chats, self._model.folders, place)

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
        self._box.setContentsMargins(px(12), px(10), px(8), px(8))
        self._box.setSpacing(px(8))
        colour = self._theme.colours.text
        for button, icon in ((self.models, "box"), (self.settings, "settings")):
            button.setIcon(self._theme.icon(icon, "muted"))
            button.setIconSize(QSize(px(18), px(18)))
        self._logo.setPixmap(icons.pixmap("tern", colour, px(22), self.devicePixelRatioF()))

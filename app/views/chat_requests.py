"""What a person asks for in the list of chats, by key or by menu, and about which of them."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPoint, Signal, Slot

from ternchat.app.core.conversation import Chat
from ternchat.app.models.chat_list_model import ChatListModel

from .chat_list import ChatList
from .chat_menu import ChatMenu, FolderRowMenu
from .folder_menu import FolderMenu


class ChatRequests(QObject):
    """Finds out which chats are meant, and asks for what is to be done with them.

    Attributes:
        menu, folder_menu, places: what can be done with chats, with a folder, and where chats can
            be moved to.

    Signals:
        new_folder_requested: ids of the chats that are to be in it.
        pin_requested, archive_requested: ids of chats, and whether they are to be.
        move_requested: ids of chats, and a folder; None for none.
        delete_requested, export_requested: ids of chats.
        fold_requested: a folder, and whether it is to be folded.
        folder_delete_requested: a folder.
    """

    new_folder_requested = Signal(object)
    pin_requested = Signal(object, bool)
    archive_requested = Signal(object, bool)
    move_requested = Signal(object, object)
    delete_requested = Signal(object)
    export_requested = Signal(object)
    fold_requested = Signal(str, bool)
    folder_delete_requested = Signal(str)

    def __init__(
        self, view: ChatList, model: ChatListModel, shown: Callable[[], int | None]
    ) -> None:
        super().__init__(view)
        self._view, self._model, self._get_shown = view, model, shown
        self.menu = ChatMenu(view)
        self.folder_menu = FolderRowMenu(view)
        self.places = FolderMenu(view)
        view.menu_requested.connect(self._open_menu)
        view.dropped.connect(self.move_requested)
        view.fold_requested.connect(self.fold_requested)
        self.menu.rename_requested.connect(self.edit_title)
        self.menu.pin_requested.connect(self.pin_requested)
        self.menu.archive_requested.connect(self.archive_requested)
        self.menu.export_requested.connect(self.export_requested)
        self.menu.delete_requested.connect(self.delete_requested)
        self.folder_menu.rename_requested.connect(self.edit_folder)
        self.folder_menu.delete_requested.connect(self.folder_delete_requested)
        for places in (self.places, self.menu.folders):
            places.move_requested.connect(self.move_requested)
            places.new_folder_requested.connect(self.new_folder_requested)

    def targets(self) -> list[int]:
        """The chats that a menu or a key is about: several selected ones, or the one shown."""
        selected = self._view.selected()
        if len(selected) > 1:
            return selected
        shown = self._get_shown()
        return [] if shown is None else [shown]

    @Slot()
    def rename_shown(self) -> None:
        """Let a title be typed anew: of the chat on the screen, or the folder gone to."""
        current = self._view.currentIndex()
        if self._view.hasFocus() and self._view.folder_at(current) is not None:
            self._view.edit(current)
        elif (shown := self._get_shown()) is not None:
            self.edit_title(shown)

    @Slot(int)
    def edit_title(self, chat_id: int) -> None:
        """Let the title of a chat be typed anew, where it stands."""
        row = self._model.row_of(chat_id)
        chat = self._model.chat(chat_id)
        if row < 0 and chat is not None and chat.folder is not None and not chat.archived:
            self.fold_requested.emit(chat.folder, False)
        self._model.reach(chat_id)
        row = self._model.row_of(chat_id)
        if row >= 0:
            self._edit(row)

    @Slot(str)
    def edit_folder(self, name: str) -> None:
        """Let the name of a folder be typed anew, where it stands."""
        self._model.reach(name)
        row = self._model.row_of_folder(name)
        if row >= 0:
            self._view.setCurrentIndex(self._model.index(row))
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
            rect = self._view.visualRect(self._model.index(row))
            self.places.popup(self._view.viewport().mapToGlobal(rect.center()))

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

    def _target_chats(self) -> list[Chat]:
        found = [self._model.chat(chat_id) for chat_id in self.targets()]
        return [chat for chat in found if chat is not None]

    def _edit(self, row: int) -> None:
        index = self._model.index(row)
        self._view.scrollTo(index)
        self._view.edit(index)

    @Slot(QModelIndex, QPoint)
    def _open_menu(self, index: QModelIndex, place: QPoint) -> None:
        folder = self._view.folder_at(index)
        chat_id = index.data(ChatListModel.ChatIdRole)
        if folder is not None:
            self.folder_menu.show_for(folder, place)
        elif chat_id is not None:
            selected = self._view.selected()
            ids = selected if chat_id in selected else [chat_id]
            chats = [chat for chat in map(self._model.chat, ids) if chat is not None]
            self.menu.show_for(chats, self._model.folders, place)

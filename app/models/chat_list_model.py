"""The list of chats and folders."""

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt, Signal, Slot

from ternchat.app.core.chat_groups import ChatGroup, FolderRow, Groups, Row, arranged
from ternchat.app.core.conversation import Chat
from ternchat.app.core.folders import Folder
from ternchat.app.core.language import translate

from .keyed_list_model import Index, KeyedListModel

CHATS_MIME = "application/x-ternchat-chats"


class ChatListModel(KeyedListModel):
    """One row per chat, the one used last on top, and one per folder; see `arranged`.

    `ChatIdRole` is None and `FolderRole` a FolderRow in the row of a folder; for a chat
    `FolderRole` is None and `InsideRole` tells whether it stands below its folder. `MarkRole` is
    "answering" while an answer is being written, "unread" when one was finished while another chat
    was on the screen, and otherwise empty; a folded folder carries the mark of what is in it.
    `HeadingRole` is what stands above the first chat of a group, and empty for the others.
    `TemporaryRole` tells whether the chat will never touch the disk.

    Signals:
        rename_requested: the id of a chat and the title a person typed for it.
        folder_rename_requested: the name of a folder and the one a person typed for it.
    """

    ChatIdRole = Qt.ItemDataRole.UserRole
    MarkRole = Qt.ItemDataRole.UserRole + 1
    HeadingRole = Qt.ItemDataRole.UserRole + 2
    FolderRole = Qt.ItemDataRole.UserRole + 3
    InsideRole = Qt.ItemDataRole.UserRole + 4
    TemporaryRole = Qt.ItemDataRole.UserRole + 5

    rename_requested = Signal(int, str)
    folder_rename_requested = Signal(str, str)

    def __init__(
        self, parent: QObject | None = None, today: Callable[[], date] = date.today
    ) -> None:
        super().__init__(key_of, parent)
        self._today = today
        self._chats: list[Chat] = []
        self._folders: list[Folder] = []
        self._answering: int | None = None
        self._headings: dict[Hashable, str] = {}
        self._headings_day: date | None = None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, id, mark, or the words a screen reader says."""
        if not index.isValid() or not 0 <= index.row() < len(self.rows):
            return None
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return _name_of(row)
            case Qt.ItemDataRole.ToolTipRole:
                return f"<qt>{escape(_name_of(row))}</qt>"  # or Qt takes some for markup
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(self._spoken(row))
            case self.HeadingRole:
                return self._heading(row)
            case self.ChatIdRole:
                return row.id if isinstance(row, Chat) else None
            case self.FolderRole:
                return row if isinstance(row, FolderRow) else None
            case self.InsideRole:
                return isinstance(row, Chat) and row.folder is not None
            case self.MarkRole:
                return self._mark(row)
            case self.TemporaryRole:
                return isinstance(row, Chat) and row.temporary
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """What a person can change in its place, select and drag."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsEditable
        if isinstance(self.rows[index.row()], Chat):
            flags |= Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        return flags | Qt.ItemFlag.ItemNeverHasChildren

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for another title or name; it is shown once it is stored."""
        if role == Qt.ItemDataRole.EditRole and index.isValid():
            row = self.rows[index.row()]
            if isinstance(row, Chat):
                self.rename_requested.emit(row.id, str(value))
            else:
                self.folder_rename_requested.emit(row.folder.name, str(value))
        return False

    def supportedDragActions(self) -> Qt.DropAction:
        """Chats are moved into folders."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Ids, which mean something inside this program only."""
        return [CHATS_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The chats that are dragged."""
        data = QMimeData()
        data.setData(CHATS_MIME, json.dumps([i.data(self.ChatIdRole) for i in indexes]).encode())
        return data

    @staticmethod
    def dragged(data: QMimeData) -> list[int]:
        """The ids of chats that are dragged; none where it is something else."""
        return json.loads(data.data(CHATS_MIME).data()) if data.hasFormat(CHATS_MIME) else []

    def set_chats(self, chats: list[Chat]) -> None:
        """Show these chats, archived ones apart."""
        self._chats = list(chats)
        self._arrange()

    def set_places(self, chats: list[Chat], folders: list[Folder]) -> None:
        """Show these chats, and these folders."""
        self._folders = list(folders)
        self.set_chats(chats)

    @Slot(str, str)
    def rename_folder(self, name: str, new_name: str) -> None:
        """Let a folder's row stand for it under its new name: it is the same row."""
        place = self.row_of_folder(name)
        if place >= 0:
            row = self.rows[place]
            self.rows[place] = replace(row, folder=replace(row.folder, name=new_name))
            self.whole[self.whole.index(row)] = self.rows[place]
            self.dataChanged.emit(self.index(place), self.index(place))

    @property
    def folders(self) -> list[Folder]:
        """The folders, by name."""
        return [row.folder for row in self.whole if isinstance(row, FolderRow)]

    def row_of(self, chat_id: int | None) -> int:
        """The chat's row; -1 when it has none."""
        return next((n for n, chat in enumerate(self.rows) if self._is(chat, chat_id)), -1)

    def row_of_folder(self, name: str | None) -> int:
        """The folder's row; -1 when there is no such folder."""
        rows = enumerate(self.rows)
        return next((n for n, r in rows if isinstance(r, FolderRow) and r.folder.name == name), -1)

    def chat_at(self, row: int) -> Chat | None:
        """The chat in a row."""
        found = self.rows[row] if 0 <= row < len(self.rows) else None
        return found if isinstance(found, Chat) else None

    def folder_at(self, row: int) -> str | None:
        """The folder that a row stands for or is below of."""
        found = self.rows[row] if 0 <= row < len(self.rows) else None
        return found.folder.name if isinstance(found, FolderRow) else found and found.folder

    def chat(self, chat_id: int | None) -> Chat | None:
        """The chat, in the list, in a folded folder or archived."""
        return next((chat for chat in self._chats if chat.id == chat_id), None)

    def set_answering(self, chat_id: int | None) -> None:
        """Mark the one chat whose answer is being written."""
        before, self._answering = self._answering, chat_id
        for changed in {before, chat_id}:
            chat = self.chat(changed)
            self._announce(self.row_of(changed))
            self._announce(self.row_of_folder(chat.folder if chat else None))

    def has_heading(self, row: int) -> bool:
        """Whether something stands above a row; asked for every row when they are laid out."""
        return key_of(self.rows[row]) in self._headings

    def _arrange(self) -> None:
        rows = arranged(self._chats, self._folders)
        self._find_headings(rows)
        self.set_rows(rows)

    def _is(self, row: Row, chat_id: int | None) -> bool:
        return isinstance(row, Chat) and row.id == chat_id

    def _heading(self, row: Row) -> str:
        """The name of the group, where it begins with this row."""
        if self._headings_day != self._today():
            self._find_headings(self.rows)
        return self._headings.get(key_of(row), "")

    def _find_headings(self, rows: Sequence[Row]) -> None:
        """Remember where groups begin: a view asks for each row whenever it looks for its place."""
        self._headings_day = today = self._today()
        self._headings = {}
        groups = Groups(today)
        before = None
        for row in rows:
            is_free = isinstance(row, Chat) and row.folder is None
            group = groups.of(row) if is_free else None
            if group is not None and group is not before:
                self._headings[key_of(row)] = heading_of(group)
            before = group

    def _spoken(self, row: Chat | FolderRow) -> Iterator[str]:
        """What a screen reader says of a row."""
        if isinstance(row, FolderRow):
            yield self._folder_words(row)
        else:
            yield row.title
            if row.temporary:
                yield self.tr("temporary")
        mark = self._mark(row)
        if mark:
            yield self.tr("answering") if mark == "answering" else self.tr("unread")

    def _folder_words(self, row: FolderRow) -> str:
        count = translate("ChatListModel", "%n chat(s)", len(row.chats))
        state = self.tr("folded") if row.folder.folded else self.tr("unfolded")
        return self.tr("{name}, folder, {count}, {state}").format(
            name=row.folder.name, count=count, state=state
        )

    def _mark(self, row: Row) -> str:
        chats: Iterable[Chat] = (row,)
        if isinstance(row, FolderRow):
            chats = row.chats if row.folder.folded else ()
        marks = {
            "answering" if chat.id == self._answering else "unread" if chat.unread else ""
            for chat in chats
        }
        return next((mark for mark in ("answering", "unread") if mark in marks), "")

    def _announce(self, row: int) -> None:
        if row >= 0:
            roles = [self.MarkRole, Qt.ItemDataRole.AccessibleTextRole]
            self.dataChanged.emit(self.index(row), self.index(row), roles)


def _name_of(row: Row) -> str:
    return row.title if isinstance(row, Chat) else row.folder.name


def key_of(row: Row) -> Hashable:
    """A chat's id, a folder's name."""
    return row.id if isinstance(row, Chat) else row.folder.name


def heading_of(group: ChatGroup) -> str:
    """The words above a group."""
    words = {
        ChatGroup.PINNED: translate("ChatListModel", "Pinned"),
        ChatGroup.TODAY: translate("ChatListModel", "Today"),
        ChatGroup.YESTERDAY: translate("ChatListModel", "Yesterday"),
        ChatGroup.WEEK: translate("ChatListModel", "Previous 7 days"),
        ChatGroup.OLDER: translate("ChatListModel", "Older"),
    }
    return words[group]

"""The list of chats."""

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from ternchat.app.core.chat_groups import ChatGroup, group_of
from ternchat.app.core.conversation import Chat

Index = QModelIndex | QPersistentModelIndex


class ChatListModel(QAbstractListModel):
    """One row per chat, the one used last on top, with a mark for what happens in it.

    `MarkRole` is "answering" while its answer is being written, "unread" when an answer was
    finished while another chat was on the screen, and otherwise empty. `HeadingRole` is what
    stands above the first chat of a group, and empty for the others.

    Signals:
        rename_requested: the id of a chat and the title a person typed for it.
    """

    ChatIdRole = Qt.ItemDataRole.UserRole
    MarkRole = Qt.ItemDataRole.UserRole + 1
    HeadingRole = Qt.ItemDataRole.UserRole + 2

    rename_requested = Signal(int, str)

    def __init__(
        self, parent: QObject | None = None, today: Callable[[], date] = date.today
    ) -> None:
        super().__init__(parent)
        self._today = today
        self._chats: list[Chat] = []
        self._answering: int | None = None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of chats."""
        return 0 if parent.isValid() else len(self._chats)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, id, mark, or the words a screen reader says."""
        if not index.isValid() or not 0 <= index.row() < len(self._chats):
            return None
        chat = self._chats[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return chat.title
            case Qt.ItemDataRole.EditRole:
                return chat.title
            case Qt.ItemDataRole.AccessibleTextRole:
                mark = self._mark(chat)
                return f"{chat.title}, {mark}" if mark else chat.title
            case self.HeadingRole:
                return self._heading(index.row())
            case self.ChatIdRole:
                return chat.id
            case self.MarkRole:
                return self._mark(chat)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A title can be changed in its place."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for another title; it is shown once it is stored."""
        if role == Qt.ItemDataRole.EditRole and index.isValid():
            self.rename_requested.emit(self._chats[index.row()].id, str(value))
        return False

    def set_chats(self, chats: list[Chat]) -> None:
        """Bring the rows into the order of `chats`, with the smallest change that does it."""
        before, ids = [chat.id for chat in self._chats], [chat.id for chat in chats]
        if ids == before:
            changed = [row for row, chat in enumerate(chats) if chat != self._chats[row]]
            self._chats = list(chats)
        elif ids[1:] == before:
            self.beginInsertRows(QModelIndex(), 0, 0)
            self._chats = list(chats)
            self.endInsertRows()
            changed = list(range(len(chats)))
        elif (row := self._row_moved_to_top(ids)) > 0:
            self.beginMoveRows(QModelIndex(), row, row, QModelIndex(), 0)
            self._chats = list(chats)
            self.endMoveRows()
            changed = list(range(len(chats)))
        else:
            self.beginResetModel()
            self._chats = list(chats)
            self.endResetModel()
            return
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def row_of(self, chat_id: int | None) -> int:
        """The chat's row; -1 when it has none."""
        return next((row for row, chat in enumerate(self._chats) if chat.id == chat_id), -1)

    def chat_at(self, row: int) -> Chat | None:
        """The chat in a row."""
        return self._chats[row] if 0 <= row < len(self._chats) else None

    def set_answering(self, chat_id: int | None) -> None:
        """Mark the one chat whose answer is being written."""
        before, self._answering = self._answering, chat_id
        for changed in {before, chat_id}:
            self._announce(changed)

    def _row_moved_to_top(self, ids: list[int]) -> int:
        row = self.row_of(ids[0]) if ids else -1
        others = [chat.id for chat in self._chats[:row] + self._chats[row + 1 :]]
        return row if others == ids[1:] else -1

    def _heading(self, row: int) -> str:
        today = self._today()
        group = group_of(self._chats[row], today)
        if row and group_of(self._chats[row - 1], today) is group:
            return ""
        return {
            ChatGroup.PINNED: self.tr("Pinned"),
            ChatGroup.TODAY: self.tr("Today"),
            ChatGroup.YESTERDAY: self.tr("Yesterday"),
            ChatGroup.WEEK: self.tr("Previous 7 days"),
            ChatGroup.OLDER: self.tr("Older"),
        }[group]

    def _mark(self, chat: Chat) -> str:
        if chat.id == self._answering:
            return "answering"
        return "unread" if chat.unread else ""

    def _announce(self, chat_id: int | None) -> None:
        row = self.row_of(chat_id)
        if row >= 0:
            roles = [self.MarkRole, Qt.ItemDataRole.AccessibleTextRole]
            self.dataChanged.emit(self.index(row), self.index(row), roles)

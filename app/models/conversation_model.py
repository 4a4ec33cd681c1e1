"""The messages of the chat on the screen."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from ternchat.app.core.conversation import Message, State

Index = QModelIndex | QPersistentModelIndex


class ConversationModel(QAbstractListModel):
    """One row per message; the text of a row grows with `append_text`.

    Signals:
        text_appended: row and the piece of text added, so that a view can append it too.
    """

    MessageRole = Qt.ItemDataRole.UserRole
    ActivityRole = Qt.ItemDataRole.UserRole + 1

    text_appended = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._messages: list[Message] = []
        self._activity = ""

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of messages."""
        return 0 if parent.isValid() else len(self._messages)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, message, or what is being done about a message that is being written."""
        if not index.isValid() or not 0 <= index.row() < len(self._messages):
            return None
        message = self._messages[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return message.shown_text
            case self.MessageRole:
                return message
            case self.ActivityRole:
                return self._activity if message.state is State.WRITING else ""
        return None

    def messages(self) -> list[Message]:
        """A copy of all rows."""
        return list(self._messages)

    def set_messages(self, messages: list[Message]) -> None:
        """Show another chat."""
        self.beginResetModel()
        self._messages = list(messages)
        self.endResetModel()

    def insert(self, message: Message) -> None:
        """Add a message behind the one it follows, or at the end."""
        row = next(
            (i + 1 for i, m in enumerate(self._messages) if m.id == message.parent),
            len(self._messages),
        )
        if message.state is State.QUEUED:
            row = len(self._messages)
        self.beginInsertRows(QModelIndex(), row, row)
        self._messages.insert(row, message)
        self.endInsertRows()

    def update(self, message: Message) -> None:
        """Replace the row of the same id, if it is on the screen."""
        row = self._row(message.id)
        if row is not None:
            self._messages[row] = message
            self._announce(row)

    def remove(self, message_id: int) -> None:
        """Take a message out."""
        row = self._row(message_id)
        if row is not None:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._messages[row]
            self.endRemoveRows()

    def append_text(self, message_id: int, text: str) -> None:
        """Let a message grow."""
        row = self._row(message_id)
        if row is None or not text:
            return
        message = self._messages[row]
        self._messages[row] = replace(message, text=message.text + text)
        self.text_appended.emit(row, text)
        self._announce(row, Qt.ItemDataRole.DisplayRole, self.MessageRole)

    def set_activity(self, text: str) -> None:
        """What is being done for the message that is being written: "Reading 3 of 8"."""
        if text == self._activity:
            return
        self._activity = text
        for row, message in enumerate(self._messages):
            if message.state is State.WRITING:
                self._announce(row, self.ActivityRole)

    def _row(self, message_id: int) -> int | None:
        # The message that changes is nearly always among the last ones.
        for row in range(len(self._messages) - 1, -1, -1):
            if self._messages[row].id == message_id:
                return row
        return None

    def _announce(self, row: int, *roles: int) -> None:
        index = self.index(row)
        self.dataChanged.emit(index, index, list(roles))

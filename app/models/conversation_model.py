"""The messages of the chat on the screen."""

from collections.abc import Collection, Iterable, Mapping
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

from ternchat.app.core.conversation import Message, ReadPosition, State

from .code_choices import CodeChoices

Index = QModelIndex | QPersistentModelIndex


class ConversationModel(QAbstractListModel):
    """One row per message; the text of a row grows with `append_text`.

    `SiblingsRole` is (position from 1, count) among the versions of a message. `ContextRole` is
    False for what the model that answers does not read any more.

    Attributes:
        code_choices: how a reader wants to see the blocks of code in messages.

    Signals:
        text_appended: row and the piece of text added, so that a view can append it too.
    """

    MessageRole = Qt.ItemDataRole.UserRole
    ActivityRole = Qt.ItemDataRole.UserRole + 1
    SiblingsRole = Qt.ItemDataRole.UserRole + 2
    ContextRole = Qt.ItemDataRole.UserRole + 3

    text_appended = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.code_choices = CodeChoices()
        self._messages: list[Message] = []
        self._activity = ""
        self._siblings: dict[int, tuple[int, int]] = {}
        self._left_out: frozenset[int] = frozenset()
        self._position: ReadPosition | None = None

    @property
    def position(self) -> ReadPosition | None:
        """Where somebody stopped reading this chat when it was opened; None is the end."""
        return self._position

    def rowCount(self, parent: Index = QModelIndex()) -> int:
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
                return self._activity if message.state is self._state_in_hand else ""
            case self.SiblingsRole:
                return self._siblings.get(message.id, (1, 1))
            case self.ContextRole:
                return message.id not in self._left_out
        return None

    def messages(self) -> list[Message]:
        """A copy of all rows."""
        return list(self._messages)

    def set_messages(
        self,
        messages: list[Message],
        *,
        siblings: Mapping[int, tuple[int, int]] | None = None,
        left_out: Iterable[int] = (),
        position: ReadPosition | None = None,
    ) -> None:
        """Show another chat, or another branch of it, from where somebody stopped reading."""
        self.beginResetModel()
        self._messages = list(messages)
        self._siblings = dict(siblings or {})
        self._left_out = frozenset(left_out)
        self._position = position
        self.endResetModel()

    def set_siblings(self, siblings: Mapping[int, tuple[int, int]]) -> None:
        """Tell which version of how many each message is; those not named are the only one."""
        before, self._siblings = self._siblings, dict(siblings)
        changed = {id_ for id_ in before | self._siblings if before.get(id_) != siblings.get(id_)}
        self._announce_some(changed, self.SiblingsRole)

    def set_left_out(self, message_ids: Iterable[int]) -> None:
        """Tell which messages the model that answers does not read any more."""
        before, self._left_out = self._left_out, frozenset(message_ids)
        self._announce_some(before ^ self._left_out, self.ContextRole)

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
        """What is being done for the message that is being written: "Reading 3 of 8".

        Where none is, the questions that wait are what it is done for: "Loading 40 %".
        """
        if text == self._activity:
            return
        self._activity = text
        for row, message in enumerate(self._messages):
            if message.state in (State.WRITING, State.QUEUED):
                self._announce(row, self.ActivityRole)

    @property
    def _state_in_hand(self) -> State:
        """Which messages the engine works for: the one being written, or those that wait."""
        # Where one is being written, no more than the questions that wait stand below it.
        for message in reversed(self._messages):
            if message.state is not State.QUEUED:
                return State.WRITING if message.state is State.WRITING else State.QUEUED
        return State.QUEUED

    def _row(self, message_id: int) -> int | None:
        # The message that changes is nearly always among the last ones.
        for row in range(len(self._messages) - 1, -1, -1):
            if self._messages[row].id == message_id:
                return row
        return None

    def _announce_some(self, message_ids: Collection[int], role: int) -> None:
        if message_ids:
            for row, message in enumerate(self._messages):
                if message.id in message_ids:
                    self._announce(row, role)

    def _announce(self, row: int, *roles: int) -> None:
        index = self.index(row)
        self.dataChanged.emit(index, index, list(roles))

"""Where somebody reads a chat: told when it changes, found again when the chat is opened."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ternchat.app.core.conversation import Message, ReadPosition
from ternchat.app.models.conversation_model import ConversationModel

from .message_area import MessageArea

_POSITION_MS = 400


class ReadingPlace(QObject):
    """Keeps the place of the reader over changes of the page.

    Signals:
        changed: the chat's id and where somebody reads it (ReadPosition, None: the end).
    """

    changed = Signal(int, object)

    def __init__(self, page: MessageArea, model: ConversationModel) -> None:
        super().__init__(page)
        self._page, self._model = page, model
        self._left: tuple[Message, bool, int, float] | None = None  # before another chat came
        self._told: tuple[int, ReadPosition | None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_POSITION_MS)
        self._timer.timeout.connect(self._tell)
        page.read_on.connect(self._timer.start)
        model.modelAboutToBeReset.connect(self._leave)

    def find(self) -> None:
        """Begin where somebody reads: in the same chat here, in another where they stopped."""
        page, position, left = self._page, self._model.position, self._left
        count = page.row_count()
        if left is not None and count and left[0].chat_id == self._message(0).chat_id:
            message, following, row, fraction = left
            found = self._row_of(message.id)
            row = min(row, count - 1) if found is None else found
        else:
            found = self._row_of(position.message_id) if position is not None else None
            following, row = found is None, found or 0
            fraction = position.fraction if position is not None else 0.0
        if following:
            page.follow.start()
            page.lay_out()
        else:
            page.open_at(row, fraction)

    def _message(self, row: int) -> Message:
        message: Message = self._model.index(row).data(ConversationModel.MessageRole)
        return message

    def _row_of(self, message_id: int) -> int | None:
        rows = range(self._page.row_count())
        return next((row for row in rows if self._message(row).id == message_id), None)

    @Slot()
    def _leave(self) -> None:
        row, fraction = self._page.reading()
        self._left = None
        if row < self._page.row_count():
            self._left = (self._message(row), self._page.follow.following, row, fraction)
        if self._timer.isActive():
            self._timer.stop()
            self._tell()

    @Slot()
    def _tell(self) -> None:
        row, fraction = self._page.reading()
        if row >= self._page.row_count():
            return
        message = self._message(row)
        bar = self._page.verticalScrollBar()
        place = None if bar.value() >= bar.maximum() else ReadPosition(message.id, fraction)
        if (message.chat_id, place) != self._told:
            self._told = (message.chat_id, place)
            self.changed.emit(message.chat_id, place)

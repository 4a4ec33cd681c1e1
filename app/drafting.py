"""What the composer holds: the draft of the chat on the screen, or an earlier message."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.chat_store import ChatStore
from ternchat.app.core.conversation import Message
from ternchat.app.core.drafts import Drafts, Place

SAVE_INTERVAL_MS = 500


class Drafting(QObject):
    """Keeps a draft for every chat, while one of them or an edited message is in the composer.

    Signals:
        place_changed: whose draft the composer holds (Place), and the files that go with it.
        draft_changed: the text the composer should hold.
        editing_changed: whether that is an earlier message, and its attachments.
        files_returned: the chat, and the files of its messages that go back into the composer.
        files_moved: from which chat's composer to which other's they go.
    """

    place_changed = Signal(object, object)
    draft_changed = Signal(str)
    editing_changed = Signal(bool, object)
    files_returned = Signal(object, object)
    files_moved = Signal(object, object)

    def __init__(self, store: ChatStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._drafts = Drafts(store)
        self._place: Place = None
        self._editing: Message | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_INTERVAL_MS)
        self._timer.timeout.connect(self.save)

    @property
    def editing(self) -> Message | None:
        """The earlier message in the composer."""
        return self._editing

    def show(self, place: Place) -> None:
        """Hold another draft."""
        self.save()
        self._place, self._editing = place, None
        self.place_changed.emit(place, self._drafts.files(place))
        self._tell()

    def set(self, text: str) -> None:
        """The person typed."""
        if self._editing is None:
            self._drafts.set(self._place, text)
            if not self._timer.isActive():
                self._timer.start()

    def set_files(self, place: Place, files: tuple[Attachment, ...]) -> None:
        """The person attached something, or took it away."""
        self._drafts.set_files(place, files)

    def begin_edit(self, message: Message) -> None:
        """Hold an earlier message; the draft waits."""
        self._editing = message
        self.editing_changed.emit(True, message.attachments)
        self.draft_changed.emit(message.text)

    def end_edit(self) -> None:
        """Hold the draft again."""
        if self._editing is not None:
            self._editing = None
            self.editing_changed.emit(False, ())
            self._tell()

    def sent(self, chat_id: int) -> None:
        """The draft has become a message of that chat, which may be new."""
        for place in (self._place, chat_id):
            self._drafts.set(place, "")
        self.show(chat_id)

    def go_along(self, chat_id: int) -> None:
        """Hand what is typed to a new chat that began with other words."""
        place = self._place
        text, files = self._drafts.of(place), self._drafts.files(place)
        self.files_moved.emit(place, chat_id)
        for whose, words, attached in ((chat_id, text, files), (place, "", ())):
            self._drafts.set(whose, words)
            self._drafts.set_files(whose, attached)
        self.show(chat_id)

    def take_back(self, messages: list[Message]) -> None:
        """Put messages in front of the drafts of their chats, and store that."""
        for message in reversed(messages):
            self._drafts.put_before(message.chat_id, message.text, message.attachments)
            if message.attachments:
                self.files_returned.emit(message.chat_id, message.attachments)
        self.save()
        if self._editing is None:
            self._tell()

    def move(self, source: int, target: Place) -> None:
        """Hand the draft of a chat that is gone to another."""
        self._drafts.move(source, target)
        self.files_moved.emit(source, target)

    @Slot()
    def save(self) -> None:
        """Store what is not stored yet."""
        self._drafts.save()

    def _tell(self) -> None:
        self.draft_changed.emit(self._drafts.of(self._place))

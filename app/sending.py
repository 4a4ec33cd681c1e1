"""From the composer into a chat, and back: sent, edited, queued, taken back."""

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.answer_queue import AnswerQueue
from ternchat.app.chat_screen import ChatScreen
from ternchat.app.core.attachments import Attachment
from ternchat.app.core.chat_store import ChatStore
from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.core.errors import AppError
from ternchat.app.drafting import Drafting
from ternchat.app.message_actions import MessageActions
from ternchat.app.models.conversation_model import ConversationModel


class Sending(QObject):
    """Makes messages of what is typed, and drafts of messages that are not answered after all.

    Signals:
        began: a new chat, which has its first message now.
        added: a message came to the chat on the screen.
        removed: messages were taken out of chats.
    """

    began = Signal(object)
    added = Signal()
    removed = Signal()

    def __init__(
        self,
        store: ChatStore,
        queue: AnswerQueue,
        screen: ChatScreen,
        conversation: ConversationModel,
        drafting: Drafting,
        actions: MessageActions,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._queue = queue
        self._screen = screen
        self._conversation = conversation
        self._drafting = drafting
        self._actions = actions
        queue.returned.connect(self.return_to_drafts)

    def send(self, text: str, attachments: tuple[Attachment, ...], *, typed: bool = True) -> None:
        """Store the person's message, then answer it, or queue it while something runs.

        Words that were not `typed` leave the draft alone.
        """
        text = text.strip("\n")
        if not text.strip() and not attachments:
            return
        if self._drafting.editing is not None:
            self._send_edited(self._drafting.editing, text, attachments)
            return
        chat, is_new = self._screen.chat, self._screen.chat is None
        if chat is None:
            chat = self._screen.create_chat(text.strip() or attachments[0].name)
        path = [m.id for m in self._store.messages(chat.id) if m.state is not State.QUEUED]
        state = State.DONE if self._queue.idle else State.QUEUED
        parent = path[-1] if path else None
        try:
            message = self._store.add(chat.id, parent, Role.USER, text, state, attachments)
        except AppError:
            if is_new:
                self._store.purge([chat.id])
            raise
        if is_new:
            self._screen.chat = chat
            self.began.emit(chat)
        self._conversation.insert(message)
        if typed:
            self._drafting.sent(chat.id)
        else:
            self._drafting.go_along(chat.id)
        self.added.emit()
        self._queue.add(message)

    def begin_edit(self, message_id: int) -> None:
        """Put an earlier message into the composer; one that still waits is taken back."""
        message = self._store.message(message_id)
        if message.state is State.QUEUED:
            self.take_back(message_id)
        elif message.role is Role.USER and message.chat_id == self._screen.chat_id:
            self._drafting.begin_edit(message)

    def take_back(self, message_id: int) -> None:
        """Return a queued message to the composer."""
        message = self._queue.take_back(message_id)
        if message is not None:
            self.return_to_drafts([message])

    @Slot(object)
    def return_to_drafts(self, waiting: list[Message]) -> None:
        """Make drafts of messages that nobody will answer."""
        self._drafting.take_back(waiting)
        for message in waiting:
            self._store.remove(message.id)
            self._conversation.remove(message.id)
        self.removed.emit()

    def reclaim_queued(self, chat_id: int) -> None:
        """What still waited when the program ended goes back into the composer."""
        messages = self._store.messages(chat_id)
        lost = [m for m in messages if m.state is State.QUEUED and not self._queue.holds(m.id)]
        if lost:
            self._drafting.take_back(lost)
        for message in lost:
            self._store.remove(message.id)

    def _send_edited(
        self, message: Message, text: str, attachments: tuple[Attachment, ...]
    ) -> None:
        self._queue.stop_answer(message.chat_id)
        question = self._store.add(
            message.chat_id, message.parent, Role.USER, text, State.DONE, attachments
        )
        self._drafting.end_edit()
        self.added.emit()
        self._actions.answer_anew(question)

"""The chat on the screen: its messages, in step with the store and with what is being written."""

from ternchat.app.answer_runner import AnswerRunner
from ternchat.app.core.chat_store import ChatStore
from ternchat.app.core.conversation import Chat, Message, Role, State
from ternchat.app.models.conversation_model import ConversationModel


class ChatScreen:
    """Keeps the conversation model showing one chat, or none.

    Attributes:
        chat: what is shown; None is a chat that does not exist yet.

    """

    def __init__(
        self, store: ChatStore, conversation: ConversationModel, runner: AnswerRunner
    ) -> None:
        self.chat: Chat | None = None
        self._store = store
        self._conversation = conversation
        self._runner = runner
        self._left_out: dict[int, frozenset[int]] = {}  # chat -> messages not read any more

    @property
    def chat_id(self) -> int | None:
        """The chat's id; None for one that does not exist yet."""
        return self.chat.id if self.chat else None

    def show(self, chat: Chat | None) -> None:
        """Show another chat, from where somebody stopped reading it."""
        self.chat = chat
        if chat is None:
            self._conversation.set_messages([])
            return
        self._conversation.set_messages(
            self._messages(chat),
            siblings=self._store.versions(chat.id),
            left_out=self._left_out.get(chat.id, ()),
            position=self._store.read_position(chat.id),
        )

    def refresh(self) -> None:
        """Bring the messages up to date with the least change."""
        if self.chat is None:
            return
        old, new = self._conversation.messages(), self._messages(self.chat)
        same = 0
        while same < min(len(old), len(new)) and old[same].id == new[same].id:
            same += 1
        for message in reversed(old[same:]):
            self._conversation.remove(message.id)
        for message in new[same:]:
            self._conversation.insert(message)
        for before, message in zip(old[:same], new[:same], strict=True):
            if before != message:
                self._conversation.update(message)
        self._conversation.set_siblings(self._store.versions(self.chat.id))

    def set_read(self, chat_id: int, read: frozenset[int]) -> None:
        """Of a chat, the model reads these messages now."""
        messages = self._store.messages(chat_id)
        there = {m.id for m in messages if m.state not in (State.QUEUED, State.WRITING)}
        self._left_out[chat_id] = frozenset(there - read)
        if chat_id == self.chat_id:
            self._conversation.set_left_out(self._left_out[chat_id])

    def last(self, role: Role) -> Message | None:
        """The last message of the person, or of the model."""
        messages = reversed(self._conversation.messages())
        return next((m for m in messages if m.role is role), None)

    def _messages(self, chat: Chat) -> list[Message]:
        return [self._runner.newest(m) for m in self._store.messages(chat.id)]

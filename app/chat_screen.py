"""The chat on the screen: its messages, in step with the store and with what is being written."""

from ternchat.app.answer_runner import AnswerRunner
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.chat_store import ChatStore
from ternchat.app.core.conversation import Chat, Message, Role, State, title_of
from ternchat.app.core.left_out import left_out
from ternchat.app.models.conversation_model import ConversationModel


class ChatScreen:
    """Keeps the conversation model showing one chat, or none.

    Attributes:
        chat: what is shown; None is a chat that does not exist yet.
        settings: how it is answered.

    """

    def __init__(
        self, store: ChatStore, conversation: ConversationModel, runner: AnswerRunner
    ) -> None:
        self.chat: Chat | None = None
        self.settings = ChatSettings()
        self._store = store
        self._conversation = conversation
        self._runner = runner
        self._temporary = False  # whether a chat that does not exist yet will be
        self._without: dict[int, frozenset[int]] = {}  # answer on its way -> messages not read

    @property
    def chat_id(self) -> int | None:
        """The chat's id; None for one that does not exist yet."""
        return self.chat.id if self.chat else None

    @property
    def temporary(self) -> bool:
        """Whether the chat is, or will be, one that never touches the disk."""
        return self._temporary if self.chat is None else self.chat.temporary

    def show(self, chat: Chat | None, *, temporary: bool = False) -> None:
        """Show another chat, from where somebody stopped reading it."""
        self.chat, self._temporary = chat, temporary
        self.settings = ChatSettings.from_dict(self._store.settings(chat.id) if chat else {})
        if chat is None:
            self._conversation.set_messages([])
            return
        messages = self._messages(chat)
        self._conversation.set_messages(
            messages,
            siblings=self._store.versions(chat.id),
            left_out=self._left_out(messages),
            position=self._store.read_position(chat.id),
        )

    def create_chat(self, words: str) -> Chat:
        """Store the chat that did not exist yet; it is shown once it holds a message."""
        chat = self._store.create_chat(title_of(words), temporary=self._temporary)
        self._store.set_settings(chat.id, self.settings.to_dict())
        return chat

    def set_settings(self, settings: ChatSettings) -> None:
        """Answer like that from the next message on."""
        self.settings = settings
        if self.chat is not None:
            self._store.set_settings(self.chat.id, settings.to_dict())

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
        self._conversation.set_left_out(self._left_out(new))

    def set_left_out(self, answer: Message, message_ids: frozenset[int]) -> None:
        """The answer on its way is written without these messages."""
        self._without = {answer.id: message_ids}
        if self.chat is not None and answer.chat_id == self.chat.id:
            self._conversation.set_left_out(self._left_out(self._conversation.messages()))

    def last(self, role: Role) -> Message | None:
        """The last message of the person, or of the model."""
        messages = reversed(self._conversation.messages())
        return next((m for m in messages if m.role is role), None)

    def _left_out(self, messages: list[Message]) -> frozenset[int]:
        """What the last answer on the screen was, or is being, written without."""
        path = [message for message in messages if message.state is not State.QUEUED]
        on_its_way = self._without.get(path[-1].id) if path else None
        return left_out(path) if on_its_way is None else on_its_way

    def _messages(self, chat: Chat) -> list[Message]:
        return [self._runner.newest(m) for m in self._store.messages(chat.id)]

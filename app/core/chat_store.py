"""Where chats are kept: the interface, and the one that forgets them when the program ends."""

from dataclasses import replace
from itertools import count
from typing import Protocol

from .conversation import Chat, Message, Role, State


class ChatStore(Protocol):
    """Keeps chats and their messages; every call has taken effect when it returns."""

    def chats(self) -> list[Chat]:
        """All chats, the one last added to first."""

    def create_chat(self, title: str) -> Chat:
        """A new chat without messages."""

    def messages(self, chat_id: int) -> list[Message]:
        """The chat from its first message to its newest, then what waits in the queue."""

    def add(self, chat_id: int, parent: int | None, role: Role, text: str, state: State) -> Message:
        """A new message."""

    def save(self, message: Message) -> None:
        """Replace the stored message of the same id."""

    def remove(self, message_id: int) -> None:
        """Take a message that nothing follows out of its chat; an emptied chat goes too."""


class MemoryChatStore:
    """Keeps chats in memory."""

    def __init__(self) -> None:
        self._ids = count(1)
        self._chats: dict[int, Chat] = {}  # in order of last use
        self._messages: dict[int, Message] = {}

    def chats(self) -> list[Chat]:
        """All chats, the one last added to first."""
        return list(reversed(self._chats.values()))

    def create_chat(self, title: str) -> Chat:
        """A new chat without messages."""
        chat = Chat(next(self._ids), title)
        self._chats[chat.id] = chat
        return chat

    def messages(self, chat_id: int) -> list[Message]:
        """The chat from its first message to its newest, then what waits in the queue."""
        mine = [m for m in self._messages.values() if m.chat_id == chat_id]
        queued = [m for m in mine if m.state is State.QUEUED]
        # Of several messages that follow the same one, the newest is the one shown.
        following = {m.parent: m for m in mine if m.state is not State.QUEUED}
        path: list[Message] = []
        message = following.get(None)
        while message is not None:
            path.append(message)
            message = following.get(message.id)
        return path + queued

    def add(self, chat_id: int, parent: int | None, role: Role, text: str, state: State) -> Message:
        """A new message."""
        message = Message(next(self._ids), chat_id, parent, role, text, state)
        self._messages[message.id] = message
        self._chats[chat_id] = self._chats.pop(chat_id)
        return message

    def save(self, message: Message) -> None:
        """Replace the stored message of the same id."""
        self._messages[message.id] = replace(message)

    def remove(self, message_id: int) -> None:
        """Take a message that nothing follows out of its chat; an emptied chat goes too."""
        chat_id = self._messages.pop(message_id).chat_id
        if all(m.chat_id != chat_id for m in self._messages.values()):
            del self._chats[chat_id]

"""The trees of messages in memory."""

from collections.abc import Iterable
from dataclasses import replace

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.core.message_tree import (
    children_of,
    shown_path,
    storable,
    storable_attachments,
    subtree,
    versions,
)

from .records import Records


class MessagesInMemory(Records):
    """The part of a store that keeps messages; see `ChatStore`."""

    def messages(self, chat_id: int) -> list[Message]:
        """The shown branch from its first message to its newest, then what waits in the queue."""
        return shown_path(self.there(chat_id), self.chosen)

    def message(self, message_id: int) -> Message:
        """One message, shown or not."""
        return self.messages_by_id[message_id]

    def siblings(self, message_id: int) -> list[int]:
        """The messages that follow the same one, itself included, in order of creation."""
        message = self.messages_by_id[message_id]
        if message.state is State.QUEUED:
            return []
        return [m.id for m in children_of(message.parent, self.there(message.chat_id))]

    def versions(self, chat_id: int) -> dict[int, tuple[int, int]]:
        """Of each message that has siblings its place among them, from 1, and their number."""
        return versions(self.there(chat_id))

    def select(self, message_id: int) -> None:
        """Show the branch that holds the message, now and later."""
        choice = next(self.choices)
        above: int | None = self.messages_by_id[message_id].id
        while above is not None:
            self.chosen[above] = choice
            above = self.messages_by_id[above].parent

    def add(
        self,
        chat_id: int,
        parent: int | None,
        role: Role,
        text: str,
        state: State,
        attachments: Iterable[Attachment] = (),
    ) -> Message:
        """A new message; among its siblings it is the one shown."""
        chat = self.chats_by_id[chat_id]
        if parent is not None and all(m.id != parent for m in self.there(chat_id)):
            raise KeyError(parent)
        message = Message(
            next(self.ids), chat_id, parent, role, storable(text), state,
            created=self.clock(), attachments=storable_attachments(attachments),
        )  # fmt: skip
        self.messages_by_id[message.id] = message
        self.chosen[message.id] = next(self.choices)
        archived = chat.archived and role is not Role.USER
        self.change_chat(chat.id, used=message.created, archived=archived)
        return message

    def save(self, message: Message) -> None:
        """Replace the stored message of the same id."""
        before = self.messages_by_id[message.id]
        self.messages_by_id[message.id] = replace(
            message,
            text=storable(message.text),
            attachments=storable_attachments(message.attachments),
        )
        if before.state is State.QUEUED and message.state is not State.QUEUED:
            self.chosen[message.id] = next(self.choices)

    def append_text(self, message_id: int, text: str) -> None:
        """Let an answer grow."""
        message = self.messages_by_id[message_id]
        self.messages_by_id[message_id] = replace(message, text=message.text + storable(text))

    def pin_message(self, message_id: int, pinned: bool) -> None:
        """Keep a message in the model's view, or no longer."""
        self.messages_by_id[message_id] = replace(self.messages_by_id[message_id], pinned=pinned)

    def delete_message(self, message_id: int) -> None:
        """Take away a message with all that follows it, until it is restored or 30 days old."""
        message, moment = self.messages_by_id[message_id], self.clock()
        if message_id not in self.deleted:
            for below in subtree(message_id, self.there(message.chat_id)):
                self.deleted[below.id] = (message_id, moment)

    def restore_message(self, message_id: int) -> None:
        """Bring back what `delete_message` took away."""
        above: int | None = self.messages_by_id[message_id].id
        while above is not None:
            if above in self.deleted:
                deleted_with, _ = self.deleted[above]
                for other, (with_, _) in list(self.deleted.items()):
                    if with_ == deleted_with:
                        del self.deleted[other]
            above = self.messages_by_id[above].parent

    def remove(self, message_id: int) -> None:
        """Take out, for ever, a message that nothing follows; an emptied chat goes too."""
        chat_id = self.messages_by_id[message_id].chat_id
        if any(m.parent == message_id for m in self.messages_by_id.values()):
            raise ValueError(f"message {message_id} is followed by others")
        self.forget_message(message_id)
        if not self.all_of(chat_id):
            self.forget_chat(chat_id)

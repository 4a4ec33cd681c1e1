"""The trees of messages on the disk."""

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

from .tables import Tables


class StoredMessages(Tables):
    """The part of a store that keeps messages; see `ChatStore`."""

    def messages(self, chat_id: int) -> list[Message]:
        """The shown branch from its first message to its newest, then what waits in the queue."""
        return shown_path(self.there(chat_id), self.message_table.chosen(chat_id))

    def message(self, message_id: int) -> Message:
        """One message, shown or not."""
        return self.message_table.get(message_id)

    def siblings(self, message_id: int) -> list[int]:
        """The messages that follow the same one, itself included, in order of creation."""
        message = self.message_table.get(message_id)
        if message.state is State.QUEUED:
            return []
        return [m.id for m in children_of(message.parent, self.there(message.chat_id))]

    def versions(self, chat_id: int) -> dict[int, tuple[int, int]]:
        """Of each message that has siblings its place among them, from 1, and their number."""
        return versions(self.there(chat_id))

    def select(self, message_id: int) -> None:
        """Show the branch that holds the message, now and later."""
        message = self.message_table.get(message_id)
        with self.database.writing():
            path = self._path_to(message)
            self.message_table.choose([m.id for m in path], self.next_choice(message.chat_id))

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
        chat = self.chat_table.get(chat_id)
        if parent is not None:
            followed = self.message_table.get(parent)
            if followed.chat_id != chat_id or self.message_table.deleted_with(parent) is not None:
                raise KeyError(parent)
        message = Message(
            0, chat_id, parent, role, storable(text), state,
            created=self.clock(), attachments=storable_attachments(attachments),
        )  # fmt: skip
        with self.database.writing():
            message_id = self.message_table.insert(message, self.next_choice(chat_id))
            message = replace(message, id=message_id)
            archived = chat.archived and role is not Role.USER
            self.chat_table.change(chat.id, used=message.created, archived=archived)
            self.enter(message)
        return message

    def save(self, message: Message) -> None:
        """Replace the stored message of the same id."""
        before = self.message_table.get(message.id)
        with self.database.writing():
            self.write(message)
            if before.state is State.QUEUED and message.state is not State.QUEUED:
                choice = self.next_choice(message.chat_id)
                self.message_table.choose([message.id], choice)

    def append_text(self, message_id: int, text: str) -> None:
        """Let an answer grow."""
        message = self.message_table.get(message_id)
        with self.database.writing():
            if message.state is State.WRITING:
                self.message_table.append(message_id, storable(text))
            else:
                self.write(replace(message, text=message.text + storable(text)))

    def pin_message(self, message_id: int, pinned: bool) -> None:
        """Keep a message in the model's view, or no longer."""
        with self.database.writing():
            self.message_table.pin(message_id, pinned)

    def delete_message(self, message_id: int) -> None:
        """Take away a message with all that follows it, until it is restored or 30 days old."""
        message = self.message_table.get(message_id)
        if self.message_table.deleted_with(message_id) is not None:
            return
        below = [m.id for m in subtree(message_id, self.there(message.chat_id))]
        with self.database.writing():
            self.message_table.mark_deleted(below, message_id, self.clock())

    def restore_message(self, message_id: int) -> None:
        """Bring back what `delete_message` took away."""
        with self.database.writing():
            for message in self._path_to(self.message_table.get(message_id)):
                root = self.message_table.deleted_with(message.id)
                if root is not None:
                    self.message_table.unmark_deleted(root)

    def remove(self, message_id: int) -> None:
        """Take out, for ever, a message that nothing follows; an emptied chat goes too."""
        message = self.message_table.get(message_id)
        if self.message_table.has_followers(message_id):
            raise ValueError(f"message {message_id} is followed by others")
        with self.database.writing():
            self.delete_branch(message_id, message.chat_id)
            if not self.message_table.of_chat(message.chat_id, deleted=True):
                self.chat_table.make_gone([message.chat_id])

    def _path_to(self, message: Message) -> list[Message]:
        """A message and all those it follows."""
        by_id = {m.id: m for m in self.message_table.of_chat(message.chat_id, deleted=True)}
        path = [message]
        while path[-1].parent is not None:
            path.append(by_id[path[-1].parent])
        return path

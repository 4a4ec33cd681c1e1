"""The tables of the database together, and what all parts of a store do with them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from ternchat.app.core.conversation import Chat, ChatTree, Message, State
from ternchat.app.core.message_tree import (
    storable,
    storable_attachments,
    storable_chat,
    subtree,
)

from .chat_table import GONE, ChatTable
from .connection import Database
from .draft_file_table import DraftFileTable
from .folder_table import FolderTable
from .message_table import MessageTable
from .records import json_text
from .word_index import WordIndex


class Tables:
    """Changes tables and the index of words in step; what is public here is for the store."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self.database = database
        self.clock = clock
        self.chat_table = ChatTable(database)
        self.draft_file_table = DraftFileTable(database)
        self.folder_table = FolderTable(database)
        self.message_table = MessageTable(database)
        self.index = WordIndex(database)

    # Chats

    def insert_chat(self, chat: Chat) -> Chat:
        """Add a chat; it has an id of its own."""
        chat = replace(chat, id=self.chat_table.insert(chat))
        self.index.put_title(chat.id, chat.title)
        return chat

    def change_chat(self, chat_id: int, **columns: Any) -> None:
        """Replace columns of one chat, as a transaction."""
        with self.database.writing():
            self.chat_table.change(chat_id, **columns)

    def insert_tree(self, tree: ChatTree, **more: Any) -> Iterator[int]:
        """Add a whole chat, a message a step; its id comes first. It is in no folder yet."""
        chat = storable_chat(tree.chat)
        settings, draft = json_text(tree.settings), storable(tree.draft)
        chat_id = self.chat_table.insert(chat, settings=settings, draft=draft, **more)
        self.index.put_title(chat_id, chat.title)
        self.draft_file_table.replace(chat_id, storable_attachments(tree.draft_files))
        yield chat_id
        choices = {message_id: choice for choice, message_id in enumerate(tree.shown, 1)}
        new_ids: dict[int | None, int | None] = {None: None}
        for message in tree.messages:
            copy = replace(
                message,
                chat_id=chat_id,
                parent=new_ids[message.parent],
                text=storable(message.text),
                attachments=storable_attachments(message.attachments),
            )
            new_ids[message.id] = new_id = self.message_table.insert(copy, choices[message.id])
            self.enter(replace(copy, id=new_id))
            yield chat_id

    # Messages

    def there(self, chat_id: int) -> list[Message]:
        """The chat's messages in order of creation, without what was deleted."""
        self.chat_table.get(chat_id)
        return self.message_table.of_chat(chat_id)

    def next_choice(self, chat_id: int) -> int:
        """The number for what is put on the screen now."""
        return self.message_table.highest_choice(chat_id) + 1

    def write(self, message: Message) -> None:
        """Replace a message."""
        message = replace(
            message,
            text=storable(message.text),
            attachments=storable_attachments(message.attachments),
        )
        self.message_table.replace(message)
        self.enter(message)

    def enter(self, message: Message) -> None:
        """Keep the index of words in step with a message; a growing one is not in it."""
        if message.state is State.WRITING:
            self.index.remove_message(message.id)
        else:
            self.index.put_message(message.id, message.text)

    def delete_branch(self, message_id: int, chat_id: int) -> set[int]:
        """Delete a message with all that follows it; their ids."""
        messages = self.message_table.of_chat(chat_id, deleted=True)
        below = [m.id for m in subtree(message_id, messages)]
        self.message_table.delete(below)
        for gone in below:
            self.index.remove_message(gone)
        # A sign that the index still holds their words.
        self.chat_table.insert(Chat(0, ""), trashed=GONE)
        return set(below)

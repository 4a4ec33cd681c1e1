"""What a store in memory holds, and what all its parts do with it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from ternchat.app.core.conversation import Chat, ChatTree, Message, ReadPosition

if TYPE_CHECKING:
    from ternchat.app.core.attachments import Attachment
    from ternchat.app.core.folders import Folder


class Records:
    """The dictionaries of a store; what is public here is for the parts of the store."""

    def __init__(self, clock: Callable[[], datetime], id_step: int) -> None:
        self.clock = clock
        self.ids = count(id_step, id_step)
        self.choices = count(1)
        self.chats_by_id: dict[int, Chat] = {}
        self.arriving: dict[int, ChatTree] = {}
        self.folders_by_name: dict[str, Folder] = {}
        self.messages_by_id: dict[int, Message] = {}  # in order of creation
        self.chosen: dict[int, int] = {}  # message -> when it was last chosen, as a number
        self.deleted: dict[int, tuple[int, datetime]] = {}  # message -> deleted with which, when
        self.drafts: dict[int | None, str] = {}
        self.draft_files_of: dict[int | None, tuple[Attachment, ...]] = {}
        self.settings_of: dict[int, dict[str, Any]] = {}
        self.positions: dict[int, ReadPosition | None] = {}

    def require_chat(self, chat_id: int | None) -> None:
        """A KeyError for a chat that is not there; None is the one that does not exist yet."""
        if chat_id is not None and chat_id not in self.chats_by_id:
            raise KeyError(chat_id)

    def change_chat(self, chat_id: int, **values: Any) -> None:
        """Replace a chat's record."""
        self.chats_by_id[chat_id] = replace(self.chats_by_id[chat_id], **values)

    def all_of(self, chat_id: int) -> list[Message]:
        """The chat's messages in order of creation, deleted or not."""
        return [m for m in self.messages_by_id.values() if m.chat_id == chat_id]

    def there(self, chat_id: int) -> list[Message]:
        """The chat's messages in order of creation, without what was deleted."""
        self.require_chat(chat_id)
        return [m for m in self.all_of(chat_id) if m.id not in self.deleted]

    def forget_chat(self, chat_id: int) -> None:
        """Drop a chat with all that belongs to it."""
        for message in self.all_of(chat_id):
            self.forget_message(message.id)
        del self.chats_by_id[chat_id]
        for kept in (self.drafts, self.draft_files_of, self.settings_of, self.positions):
            kept.pop(chat_id, None)

    def forget_message(self, message_id: int) -> None:
        """Drop one message."""
        del self.messages_by_id[message_id], self.chosen[message_id]
        self.deleted.pop(message_id, None)

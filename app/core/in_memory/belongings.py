"""What belongs to a chat in memory beside its messages."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import ReadPosition
from ternchat.app.core.message_tree import storable, storable_attachments

from .records import Records


class BelongingsInMemory(Records):
    """The part of a store that keeps drafts, settings and places; see `ChatStore`."""

    def draft(self, chat_id: int | None) -> str:
        """What is typed but not sent; None is the chat that does not exist yet."""
        self.require_chat(chat_id)
        return self.drafts.get(chat_id, "")

    def set_draft(self, chat_id: int | None, text: str) -> None:
        """Replace the draft."""
        self.require_chat(chat_id)
        self.drafts[chat_id] = storable(text)

    def draft_files(self, chat_id: int | None) -> tuple[Attachment, ...]:
        """The files that are to go with it."""
        self.require_chat(chat_id)
        return self.draft_files_of.get(chat_id, ())

    def set_draft_files(self, chat_id: int | None, files: Iterable[Attachment]) -> None:
        """Replace them."""
        self.require_chat(chat_id)
        self.draft_files_of[chat_id] = storable_attachments(files)

    def settings(self, chat_id: int) -> dict[str, Any]:
        """The chat's settings as they were given to `set_settings`; empty at first."""
        self.require_chat(chat_id)
        return deepcopy(self.settings_of.get(chat_id, {}))

    def set_settings(self, chat_id: int, settings: Mapping[str, Any]) -> None:
        """Replace the settings: anything that JSON can hold."""
        self.require_chat(chat_id)
        self.settings_of[chat_id] = deepcopy(dict(settings))

    def read_position(self, chat_id: int) -> ReadPosition | None:
        """Where somebody stopped reading; None is the end."""
        position = self.positions.get(chat_id)
        there = {message.id for message in self.there(chat_id)}
        return position if position is not None and position.message_id in there else None

    def set_read_position(self, chat_id: int, position: ReadPosition | None) -> None:
        """Remember where somebody stopped reading."""
        self.require_chat(chat_id)
        self.positions[chat_id] = position

"""What belongs to a chat on the disk beside its messages."""

from collections.abc import Iterable, Mapping
from typing import Any

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import ReadPosition
from ternchat.app.core.message_tree import storable, storable_attachments

from .records import json_text, mapping_of
from .tables import Tables


class StoredBelongings(Tables):
    """The part of a store that keeps drafts, settings and places; see `ChatStore`."""

    def draft(self, chat_id: int | None) -> str:
        """What is typed but not sent; None is the chat that does not exist yet."""
        if chat_id is None:
            return self.chat_table.new_chat_draft()
        return str(self.chat_table.value(chat_id, "draft"))

    def set_draft(self, chat_id: int | None, text: str) -> None:
        """Replace the draft."""
        if self.draft(chat_id) == storable(text):
            return
        with self.database.writing():
            if chat_id is None:
                self.chat_table.set_new_chat_draft(storable(text))
            else:
                self.chat_table.change(chat_id, draft=storable(text))

    def draft_files(self, chat_id: int | None) -> tuple[Attachment, ...]:
        """The files that are to go with it."""
        if chat_id is not None:
            self.chat_table.get(chat_id)
        return self.draft_file_table.of_chat(chat_id)

    def set_draft_files(self, chat_id: int | None, files: Iterable[Attachment]) -> None:
        """Replace them."""
        files = storable_attachments(files)
        if self.draft_files(chat_id) != files:
            with self.database.writing():
                self.draft_file_table.replace(chat_id, files)

    def settings(self, chat_id: int) -> dict[str, Any]:
        """The chat's settings as they were given to `set_settings`; empty at first."""
        return mapping_of(self.chat_table.value(chat_id, "settings"))

    def set_settings(self, chat_id: int, settings: Mapping[str, Any]) -> None:
        """Replace the settings: anything that JSON can hold."""
        self.change_chat(chat_id, settings=json_text(settings))

    def read_position(self, chat_id: int) -> ReadPosition | None:
        """Where somebody stopped reading; None is the end."""
        message_id = self.chat_table.value(chat_id, "read_message")
        if message_id is None:
            return None
        try:
            there = self.message_table.get(message_id).chat_id == chat_id
        except KeyError:
            there = False
        if not there or self.message_table.deleted_with(message_id) is not None:
            return None
        return ReadPosition(message_id, self.chat_table.value(chat_id, "read_fraction"))

    def set_read_position(self, chat_id: int, position: ReadPosition | None) -> None:
        """Remember where somebody stopped reading."""
        if self.read_position(chat_id) == position:
            return
        message_id, fraction = (position.message_id, position.fraction) if position else (None, 0.0)
        self.change_chat(chat_id, read_message=message_id, read_fraction=fraction)

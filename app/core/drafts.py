"""What is typed but not sent, per chat: in memory at once, in the store a little later."""

import logging

from .chat_store import ChatStore
from .errors import AppError

log = logging.getLogger(__name__)


class Drafts:
    """One text per chat; None is the chat that does not exist yet."""

    def __init__(self, store: ChatStore) -> None:
        self._store = store
        self._texts: dict[int | None, str] = {}
        self._unsaved: set[int | None] = set()

    def of(self, chat_id: int | None) -> str:
        """The chat's draft; empty when there is none."""
        if chat_id not in self._texts:
            self._texts[chat_id] = self._store.draft(chat_id)
        return self._texts[chat_id]

    def set(self, chat_id: int | None, text: str) -> None:
        """Replace the chat's draft."""
        if text != self.of(chat_id):
            self._texts[chat_id] = text
            self._unsaved.add(chat_id)

    def put_before(self, chat_id: int | None, text: str) -> None:
        """Add a text in front of what is typed already."""
        self.set(chat_id, "\n".join(part for part in (text, self.of(chat_id)) if part))

    def move(self, source: int, target: int | None) -> None:
        """Hand the draft of a chat that is gone to another."""
        self._unsaved.discard(source)
        self.set(target, self._texts.pop(source, ""))

    def save(self) -> None:
        """Write to the store what it does not have yet."""
        while self._unsaved:
            chat_id = self._unsaved.pop()
            try:
                self._store.set_draft(chat_id, self._texts[chat_id])
            except KeyError:
                del self._texts[chat_id]  # the chat is gone, and its draft with it
            except AppError as error:  # typing goes on; what is sent is told
                log.warning("a draft cannot be saved: %s", error)

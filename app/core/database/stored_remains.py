"""What is left on the disk of what was deleted for ever, until it is wiped."""

from collections.abc import Iterator

from .slices import in_slices
from .tables import Tables

MESSAGES_AT_ONCE = 50


class StoredRemains(Tables):
    """The part of a store that wipes; see `ChatStore`.

    Rows of chats that are gone are the sign that something is to do, and go last: what the end of
    the program interrupts is done after its next start.
    """

    def clean_up(self) -> Iterator[None]:
        """Wipe, in steps, what was deleted for ever, and arrivals nobody has welcomed."""
        gone = self.chat_table.gone()
        if gone:
            yield from in_slices(self.database, self._empty(gone))
            yield from in_slices(self.database, self.index.forget_deleted())
            self.database.empty_log()
            yield from in_slices(self.database, self._delete(gone))

    def _empty(self, gone: list[int]) -> Iterator[None]:
        for chat_id in gone:
            self.index.remove_title(chat_id)
            self.chat_table.blank(chat_id)
            yield
            while some := self.message_table.some_of(chat_id, MESSAGES_AT_ONCE):
                for message_id in some:
                    self.index.remove_message(message_id)
                    self.message_table.tear_out(message_id)
                    yield

    def _delete(self, gone: list[int]) -> Iterator[None]:
        for chat_id in gone:
            self.chat_table.delete(chat_id)
            yield

"""The store that keeps chats on the disk."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ternchat.app.core.conversation import State, now

from .connection import Database
from .stored_whole_chats import StoredWholeChats


class SqliteChatStore(StoredWholeChats):
    """Keeps chats in a database of the newest version.

    See `ChatStore` for what calls mean; the parts by subject are in `stored_*.py`.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = now) -> None:
        super().__init__(database, clock)

    def end_unfinished(self) -> None:
        """Mark the answers that an earlier run left unfinished as interrupted.

        A question that waited goes back into the composer when its chat is opened.
        """
        with self.database.writing():
            for message in self.message_table.unfinished():
                if message.state is State.WRITING:
                    self.write(replace(message, state=State.INTERRUPTED))

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

"""Chats that are forgotten when the program ends."""

from collections.abc import Callable
from datetime import datetime

from .conversation import now
from .in_memory.whole_chats import WholeChatsInMemory


class MemoryChatStore(WholeChatsInMemory):
    """Keeps chats in memory: temporary ones, and all where no database can be had.

    `id_step` is -1 where the ids must differ from those of another store. See `ChatStore` for what
    calls mean; the parts by subject are in `in_memory`.
    """

    def __init__(self, clock: Callable[[], datetime] = now, id_step: int = 1) -> None:
        super().__init__(clock, id_step)

    def close(self) -> None:
        """Nothing to let go of."""

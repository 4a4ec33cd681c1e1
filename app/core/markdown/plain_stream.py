"""Text that is shown as it was typed, in pieces that can be laid out one by one."""

from __future__ import annotations

from ternchat.app.core.safe_text import safe_text

from .flow import FlowItem, pieces, plain


class PlainStream:
    """Takes text at its end, as `MarkdownStream` does, and leaves every sign in it alone.

    Attributes:
        settled: items that will not change any more.
        open: the item that still grows.

    """

    def __init__(self) -> None:
        self.settled: list[FlowItem] = []
        self.open: list[FlowItem] = []
        self._tail = ""

    def append(self, text: str) -> None:
        """Take the next piece."""
        *settled, self._tail = pieces(self._tail + safe_text(text))
        self.settled += map(plain, settled)
        self.open = [plain(self._tail)]

    def finish(self) -> None:
        """Nothing follows."""
        self.settled += self.open
        self.open, self._tail = [], ""

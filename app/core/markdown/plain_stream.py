"""Text that grows and is shown as it was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ternchat.app.core.safe_text import safe_text

from .plain_text import parts

if TYPE_CHECKING:
    from .items import FlowItem, Joint


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
        self._joint: Joint | None = None

    def append(self, text: str) -> None:
        """Take the next piece."""
        *settled, last = parts(self._tail + safe_text(text), self._joint)
        self.settled += settled
        self.open, self._joint = [last], last.joint
        self._tail = "".join(run.text for run in last.runs)

    def finish(self) -> None:
        """Nothing follows."""
        self.settled += self.open
        self.open, self._tail, self._joint = [], "", None

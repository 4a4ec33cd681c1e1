"""Words found in all messages of a chat, counted little by little."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ternchat.app.core.conversation import Message, Role
from ternchat.app.core.markdown.find import count, may_contain, pattern_for
from ternchat.app.core.markdown.plain_stream import PlainStream
from ternchat.app.core.markdown.stream import MarkdownStream

if TYPE_CHECKING:
    import re

_SLICE_SECONDS = 0.008


class Finder(QObject):
    """Counts in which messages words stand, beginning with the one on the screen.

    Signals:
        counted: which of how many places one is at, and whether all are counted.
        moved: there is another place to look at, in a row, the how manieth there.
    """

    counted = Signal(int, int, bool)
    moved = Signal(int, int)

    def __init__(self, message: Callable[[int], Message], parent: QObject) -> None:
        super().__init__(parent)
        self._message = message
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._count_some)
        self._counts: list[int] = []
        self._waiting: list[int] = []  # rows to be counted, the next one last
        self._start = 0
        self._current: tuple[int, int] | None = None
        self.pattern: re.Pattern[str] | None = None
        self._words = ""

    @property
    def current(self) -> tuple[int, int] | None:
        """The place one is at: the row, and the how manieth there."""
        return self._current

    def start(self, words: str, rows: int, first: int) -> None:
        """Look for words in that many rows, the row `first` first."""
        self._words = words
        self.pattern = pattern_for(words) if words else None
        self._counts = [0] * rows
        self._start, self._current = first, None
        order = [*range(first, rows), *range(first)] if words else []
        self._waiting = order[::-1]
        self._timer.start()
        self._count_some()

    def count_again(self, rows: int) -> None:
        """Messages came, went or grew; the place one is at stays."""
        if self._current is not None and self._current[0] >= rows:
            self._current = None
        self._counts = [0] * rows
        self._waiting = list(range(rows))[::-1]
        self._timer.start()

    def stop(self) -> None:
        """Look for nothing."""
        self._timer.stop()
        self.pattern, self._current, self._waiting = None, None, []

    def step(self, step: int) -> None:
        """Go to the next place, or with -1 to the one before; around the ends."""
        found = [row for row, n in enumerate(self._counts) if n]
        if not found:
            return
        if self._current is None:
            self._current = (found[0], 0)
        else:
            row, number = self._current
            number += step
            if not 0 <= number < self._counts[row]:
                at = found.index(row) if row in found else 0
                row = found[(at + step) % len(found)]
                number = 0 if step > 0 else self._counts[row] - 1
            self._current = (row, number)
        self._announce()
        self.moved.emit(*self._current)

    @Slot()
    def _count_some(self) -> None:
        end = time.perf_counter() + _SLICE_SECONDS
        while self._waiting and time.perf_counter() < end:
            row = self._waiting.pop()
            self._counts[row] = self._count(self._message(row))
            if self._counts[row] and self._current is None:
                self._current = (row, 0)
                self.moved.emit(row, 0)
        if not self._waiting:
            self._timer.stop()
        self._announce()

    def _announce(self) -> None:
        number = 0
        if self._current is not None:
            row, at = self._current
            number = sum(self._counts[:row]) + at + 1
        self.counted.emit(number, sum(self._counts), not self._waiting)

    def _count(self, message: Message) -> int:
        asked = message.role is Role.USER
        if self.pattern is None or not (asked or may_contain(message.text, self._words)):
            return 0
        stream = PlainStream() if asked else MarkdownStream()
        stream.append(message.shown_text)
        stream.finish()
        return count(stream.settled, self.pattern)

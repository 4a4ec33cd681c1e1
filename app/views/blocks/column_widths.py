"""How wide the columns of a table are, also of one that is shown in several parts."""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtGui import QFontMetricsF

from ternchat.app.core.markdown.blocks import Run, Runs

# Where a line may be broken: behind blanks, and nearly anywhere in scripts written without them.
_ANYWHERE = r"\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff"
_WORD = re.compile(rf"[{_ANYWHERE}]|\s+|[^\s{_ANYWHERE}]+")


@dataclass(frozen=True, slots=True)
class Column:
    """What the cells of a column need: for their longest word, and for their longest line."""

    word: float = 0
    line: float = 0

    def beside(self, other: "Column") -> "Column":
        """What the cells of both need."""
        return Column(max(self.word, other.word), max(self.line, other.line))


Columns = tuple[Column, ...]


def column_of(runs: Runs, metrics: Callable[[Run], QFontMetricsF]) -> Column:
    """What one cell needs."""
    word = line = longest_word = longest_line = 0.0
    for run in runs:
        measure = metrics(run).horizontalAdvance
        for number, text in enumerate(run.text.split("\n")):
            if number:
                word = line = 0.0
            for piece in _WORD.findall(text):
                width = measure(piece)
                word = 0.0 if piece.isspace() else word + width
                line += width
                longest_word = max(longest_word, word)
            longest_line = max(longest_line, line)
    return Column(longest_word, longest_line)


def together(tables: Iterable[Columns]) -> Columns:
    """What the cells of several tables of the same columns need."""
    first, *others = tables
    for columns in others:
        first = tuple(one.beside(other) for one, other in zip(first, columns, strict=True))
    return first


def widths(columns: Columns, room: int, extra: float, step: int, most: int) -> tuple[int, ...]:
    """The widths of the columns of a table, each with `extra` pixels around its words.

    In steps, so that rows that come later seldom change them. No word makes a column wider than
    `most`; where all words need more than the room there is, the table is wider than that.
    """
    lines = [_up(column.line + extra, step) for column in columns]
    if sum(lines) <= room:
        return tuple(lines)
    words = [min(_up(column.word + extra, step), most, line)
             for column, line in zip(columns, lines, strict=True)]  # fmt: skip
    left = room - sum(words)
    if left <= 0:
        return tuple(words)
    wanted = [min(line, room) - word for line, word in zip(lines, words, strict=True)]
    return tuple(
        word + left * want // sum(wanted) for word, want in zip(words, wanted, strict=True)
    )


def _up(width: float, step: int) -> int:
    return math.ceil(width / step) * step

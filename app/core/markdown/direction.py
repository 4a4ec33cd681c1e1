"""From which side a text is read."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .blocks import Runs, Table

_LETTER = re.compile(r"[^\W\d_]")
_FROM_RIGHT = ("R", "AL")


def is_from_right(text: str) -> bool:
    """Whether the first letter of a text belongs to a script read from the right."""
    letter = _LETTER.search(text)
    return letter is not None and unicodedata.bidirectional(letter.group()) in _FROM_RIGHT


def has_letters(runs: Runs) -> bool:
    """Whether there is anything that could tell."""
    return any(_LETTER.search(run.text) for run in runs)


def runs_from_right(runs: Runs) -> bool:
    """The same of runs."""
    return next((is_from_right(run.text) for run in runs if _LETTER.search(run.text)), False)


def table_from_right(table: Table) -> bool:
    """Whether the first cell of a table, the one with letters in it, is read from the right."""
    cells = (cell for row in (table.header, *table.rows[:1]) for cell in row)
    return next((runs_from_right(cell) for cell in cells if has_letters(cell)), False)

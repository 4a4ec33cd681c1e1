"""A table whose end has not come: it only grows, row by row."""

from __future__ import annotations

import re
from dataclasses import replace

from .blocks import Table
from .grammar import MAX_ROWS
from .reader import parse_lines

# Whether this begins a formula, and so ends the table, is known some lines later.
_DOUBTFUL = re.compile(r"^[ \t]*(\$\$|\\\[)", re.MULTILINE)


class OpenTable:
    """Takes the rows of one table until its end.

    Attributes:
        closed: its end has come.

    """

    def __init__(self, source: str, table: Table) -> None:
        self.closed = False
        self.table = table
        self._head = "".join(_lines(source)[:2])
        self._read = [source]

    @classmethod
    def of(cls, source: str, table: Table) -> OpenTable | None:
        """The table these complete lines are; None when it ended before the last of them."""
        rows = source.count("\n") - 2
        return cls(source, table) if _rows_of(table) == rows else None

    @property
    def source(self) -> str:
        """The lines that were taken."""
        return "".join(self._read)

    def read(self, text: str) -> str | None:
        """Take the complete lines, up to the end of the table; what is left.

        None when it cannot be told from these lines alone what they are.
        """
        complete = text[: text.rfind("\n") + 1]
        if not complete:
            return text
        if _DOUBTFUL.search(complete):
            return None
        (grown, _), *_others = parse_lines(self._head + complete)
        assert isinstance(grown, Table)
        taken = "".join(_lines(complete)[: _rows_of(grown)])
        self.closed = len(taken) < len(complete)
        if taken:
            self._read.append(taken)
            self._add(grown)
        return text[len(taken) :]

    def _add(self, grown: Table) -> None:
        rows = (*self.table.rows, *grown.rows)[:MAX_ROWS]
        hidden = _rows_of(self.table) + _rows_of(grown) - len(rows)
        self.table = replace(self.table, rows=rows, hidden_rows=hidden)


def _lines(text: str) -> list[str]:
    """Complete lines; `splitlines` would also part them at signs that end none here."""
    return [f"{line}\n" for line in text.split("\n")[:-1]]


def _rows_of(table: Table) -> int:
    return len(table.rows) + table.hidden_rows

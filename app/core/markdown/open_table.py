"""A table whose end has not come: it only grows, row by row."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from .blocks import Table
from .pages import Above, pages
from .reader import parse_lines

if TYPE_CHECKING:
    from .items import TableItem

# Whether this begins a formula, and so ends the table, is known some lines later.
_DOUBTFUL = re.compile(r"^[ \t]*(\$\$|\\\[)", re.MULTILINE)


class OpenTable:
    """Takes the rows of one table until its end.

    Attributes:
        closed: its end has come.
        above: the rows that were given away.

    """

    def __init__(self, source: str, table: Table, above: Above) -> None:
        self.closed = False
        self.above = above
        self._table = table
        lines = _lines(source)
        self._head, self._rows = "".join(lines[:2]), lines[2:]

    @classmethod
    def of(cls, source: str, table: Table, above: Above) -> OpenTable | None:
        """The table these complete lines are; None when it ended before the last of them."""
        rows = source.count("\n") - 2
        return cls(source, table, above) if _rows_of(table) == rows else None

    @property
    def source(self) -> str:
        """The lines of the header and of the rows that were not given away."""
        return self._head + "".join(self._rows)

    def items(self) -> list[TableItem]:
        """What is shown of the rows that were not given away."""
        return pages(self._table, above=self.above)

    def full(self) -> list[TableItem]:
        """Those of the items that will not change any more."""
        return self.items()[:-1]

    def give_away(self) -> None:
        """Forget what is full, and of rows that are not shown all but their number."""
        *done, last = self.items()
        given = sum(len(item.table.rows) for item in done)
        hidden = last.table.hidden_rows
        self.above = Above(self.above.rows + given, last.joint, hidden)
        self._table = replace(last.table, hidden_rows=0)
        self._rows = self._rows[given : given + len(last.table.rows)]

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
            self._rows += _lines(taken)
            self._add(grown)
        return text[len(taken) :]

    def _add(self, grown: Table) -> None:
        rows = (*self._table.rows, *grown.rows)
        hidden = self._table.hidden_rows + grown.hidden_rows
        self._table = replace(self._table, rows=rows, hidden_rows=hidden)


def _lines(text: str) -> list[str]:
    """Complete lines; `splitlines` would also part them at signs that end none here."""
    return [f"{line}\n" for line in text.split("\n")[:-1]]


def _rows_of(table: Table) -> int:
    return len(table.rows) + table.hidden_rows

"""A long table in several items, each short enough to be laid out whenever it grows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .direction import table_from_right
from .grammar import MAX_ROWS
from .items import Joint, Place, TableItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .blocks import Runs, Table

    Rows = tuple[tuple[Runs, ...], ...]

ROWS = 25  # of one item
LENGTH = 3000  # characters, with which an item is full, too


@dataclass(frozen=True, slots=True)
class Above:
    """The rows of a table that stand above others.

    Attributes:
        rows: how many are shown.
        joint: how other rows go on with them; None where there are none.
        hidden: how many are not shown.

    """

    rows: int = 0
    joint: Joint | None = None
    hidden: int = 0


NOTHING = Above()
PAGE = Place()


def pages(table: Table, place: Place = PAGE, above: Above = NOTHING) -> list[TableItem]:
    """The rows of a table below those above, no more than one table may have."""
    rows = table.rows[: MAX_ROWS - above.rows]
    hidden = above.hidden + table.hidden_rows + len(table.rows) - len(rows)
    joint = above.joint
    behind = replace(place, first=False)
    following = joint or Joint("", table_from_right(table))
    found = []
    for part in _parted(rows):
        page = replace(table, rows=part, hidden_rows=0)
        found.append(TableItem(page, place if joint is None else behind, joint))
        joint = following
    found[-1] = replace(found[-1], table=replace(found[-1].table, hidden_rows=hidden))
    return found


def _parted(rows: Rows) -> Iterator[Rows]:
    """The rows in parts of a bounded size; at least one, which may be empty."""
    begin = length = 0
    for at, row in enumerate(rows):
        if at - begin >= ROWS or length >= LENGTH:
            yield rows[begin:at]
            begin, length = at, 0
        length += sum(len(run.text) for cell in row for run in cell)
    yield rows[begin:]

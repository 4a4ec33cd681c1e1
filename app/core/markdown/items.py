"""What a page shows below each other, without nesting."""

from __future__ import annotations

from dataclasses import dataclass

from .blocks import Run, Runs, Table
from .direction import runs_from_right, table_from_right

BULLETS = ("•", "◦", "▪")
BOXES = {True: "☑", False: "☐"}
LIST, QUOTE = "l", "q"


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the page something stands.

    Attributes:
        inside: the lists and quotes around it from the outside in, as "l" and "q".
        marker: the bullet, number or box before it; it begins an entry of the innermost list.
        first: it begins the outermost block it belongs to.

    """

    inside: str = ""
    marker: str = ""
    first: bool = True


@dataclass(frozen=True, slots=True)
class Joint:
    """How a text goes on with the one before.

    Attributes:
        text: what stands between them and is not shown: a blank, a line's end, nothing.
        from_right: from which side all of it is read; None: as each part demands.

    """

    text: str
    from_right: bool | None = None


@dataclass(frozen=True, slots=True)
class TextItem:
    """A paragraph; a heading with a level above 0; a formula of its own; text as it was typed.

    With a joint it is no paragraph of its own: the one before was too long for one item.
    """

    runs: Runs
    place: Place = Place()
    level: int = 0
    math: bool = False
    plain: bool = False
    joint: Joint | None = None


@dataclass(frozen=True, slots=True)
class CodeItem:
    """A block of code."""

    code: str
    language: str = ""
    closed: bool = True
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class TableItem:
    """A table, or with a joint more rows of the one before; their header is not shown again."""

    table: Table
    place: Place = Place()
    joint: Joint | None = None


@dataclass(frozen=True, slots=True)
class RuleItem:
    """A line from side to side."""

    place: Place = Place()


FlowItem = TextItem | CodeItem | TableItem | RuleItem


def plain(text: str, joint: Joint | None = None) -> TextItem:
    """Text that is shown as it was typed."""
    return TextItem((Run(text),) if text else (), plain=True, joint=joint)


def item_from_right(item: FlowItem) -> bool:
    """Whether an item is read from the right; code and lines are the same from both sides."""
    match item:
        case TextItem(joint=Joint(from_right=bool(from_right))):
            return from_right
        case TableItem(joint=Joint(from_right=bool(from_right))):
            return from_right
        case TableItem(table):
            return table_from_right(table)
        case TextItem(runs):
            return runs_from_right(runs)
    return False

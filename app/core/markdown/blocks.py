"""What Markdown is made of: a tree of frozen blocks whose leaves are runs of text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style; a line feed in it breaks the line.

    Attributes:
        math: the TeX it was made of, when it is a formula.
        link: where it leads; only web and mail addresses come this far.

    """

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    math: str | None = None
    link: str | None = None

    def saying(self, text: str) -> Run:
        """Other text in the same style."""
        return Run(text, self.bold, self.italic, self.strike, self.code, self.math, self.link)

    def looks_like(self, other: Run) -> bool:
        """Whether both are in the same style."""
        return (
            self.bold == other.bold
            and self.italic == other.italic
            and self.strike == other.strike
            and self.code == other.code
            and self.math == other.math
            and self.link == other.link
        )


Runs = tuple[Run, ...]
Lines = tuple[int, ...]  # on which of the text parsed each block begins


def joined(runs: Iterable[Run]) -> Runs:
    """Neighbours of the same style as one run; none is empty."""
    found: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        last = found[-1] if found else None
        if last is not None and run.math is None and last.looks_like(run):
            found[-1] = last.saying(last.text + run.text)
        else:
            found.append(run)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text."""

    runs: Runs
    source: str = field(default="", compare=False, repr=False)  # without the marks around it


@dataclass(frozen=True, slots=True)
class Heading:
    """Text above other text; level 1 is the highest."""

    level: int
    runs: Runs


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Lines of code; `closed` is False while its end has not come."""

    code: str
    language: str = ""
    closed: bool = True


@dataclass(frozen=True, slots=True)
class MathBlock:
    """A formula on lines of its own, as TeX."""

    source: str
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A line between two parts."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Blocks that somebody else said."""

    blocks: tuple[Block, ...]
    lines: Lines = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ListItem:
    """One entry of a list; `checked` is None unless it is a task."""

    blocks: tuple[Block, ...]
    checked: bool | None = None
    line: int = field(default=0, compare=False, repr=False)
    lines: Lines = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ListBlock:
    """Entries below each other, numbered from `start` unless that is None."""

    items: tuple[ListItem, ...]
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Cells in rows; rows have as many cells as the header.

    Attributes:
        alignments: "left", "center", "right" or "" per column.
        hidden_rows: how many more rows there were than are kept.

    """

    header: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]
    alignments: tuple[str, ...]
    hidden_rows: int = 0


Block = Paragraph | Heading | CodeBlock | MathBlock | Rule | Quote | ListBlock | Table

"""Blocks laid out below each other: what a page shows, without nesting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ternchat.app.core.safe_text import safe_code

from .blocks import (
    Block,
    CodeBlock,
    Heading,
    ListBlock,
    ListItem,
    MathBlock,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Table,
)
from .grammar import MAX_INLINE
from .math_text import MAX_LENGTH, readable_math

if TYPE_CHECKING:
    from collections.abc import Iterator

BULLETS = ("•", "◦", "▪")
BOXES = {True: "☑", False: "☐"}
LIST, QUOTE = "l", "q"
PLAIN_LENGTH = 2000  # characters of one item of plain text
LONGEST_LINE = 8000  # of it that is left whole


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
class TextItem:
    """A paragraph; a heading with a level above 0; a formula of its own; text as it was typed."""

    runs: Runs
    place: Place = Place()
    level: int = 0
    math: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class CodeItem:
    """A block of code."""

    code: str
    language: str = ""
    closed: bool = True
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class TableItem:
    """A table."""

    table: Table
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class RuleItem:
    """A line from side to side."""

    place: Place = Place()


FlowItem = TextItem | CodeItem | TableItem | RuleItem


def flow(block: Block, number: int | None = None) -> list[FlowItem]:
    """What a block shows; `number` is that of a list's first item when it is not its own."""
    if number is not None and isinstance(block, ListBlock) and block.start is not None:
        block = replace(block, start=number)
    items = list(_flow(block, ""))
    return [_behind(item) if at else item for at, item in enumerate(items)]


def plain(text: str) -> TextItem:
    """Text that is shown as it was typed."""
    return TextItem((Run(text),) if text else (), plain=True)


def pieces(text: str) -> Iterator[str]:
    """A long text in pieces short enough to be laid out one by one, cut at line ends if it can."""
    while len(text) > PLAIN_LENGTH:
        cut = text.rfind("\n", 0, PLAIN_LENGTH) + 1
        cut = cut or text.find("\n", PLAIN_LENGTH, LONGEST_LINE) + 1
        if not cut and len(text) <= LONGEST_LINE:
            break
        cut = cut or LONGEST_LINE
        yield text[:cut].removesuffix("\n")
        text = text[cut:]
    yield text


def _flow(block: Block, inside: str) -> Iterator[FlowItem]:
    place = Place(inside)
    match block:
        case Paragraph(runs) if sum(len(run.text) for run in runs) > MAX_INLINE:
            for piece in pieces("".join(run.text for run in runs)):
                yield TextItem((Run(piece),), place, plain=True)
        case Paragraph(runs):
            yield TextItem(runs, place)
        case Heading(level, runs):
            yield TextItem(runs, place, level=level)
        case MathBlock(source) if len(source) > MAX_LENGTH:  # shown as it was typed
            for piece in pieces(f"$$\n{source}\n$$"):
                yield TextItem((Run(piece),), place, plain=True)
        case MathBlock(source):
            yield TextItem((Run(readable_math(source), math=source),), place, math=True)
        case CodeBlock(code, language, closed):
            yield CodeItem(safe_code(code), language, closed, place)
        case Table():
            yield TableItem(block, place)
        case Rule():
            yield RuleItem(place)
        case Quote(blocks):
            for one in blocks:
                yield from _flow(one, inside + QUOTE)
        case ListBlock(entries, start):
            for at, entry in enumerate(entries):
                number = None if start is None else start + at
                yield from _entry(entry, number, inside + LIST)


def _entry(entry: ListItem, number: int | None, inside: str) -> Iterator[FlowItem]:
    marker = BULLETS[(inside.count(LIST) - 1) % len(BULLETS)]
    if entry.checked is not None:
        marker = BOXES[entry.checked]
    elif number is not None:
        marker = f"{number}."
    items = [item for block in entry.blocks for item in _flow(block, inside)]
    first = items[0] if items else None
    if isinstance(first, TextItem) and first.place == Place(inside) and not first.math:
        yield replace(first, place=replace(first.place, marker=marker))
        items.pop(0)
    else:  # code or another list: the marker stands alone
        yield TextItem((), Place(inside, marker))
    yield from items


def _behind(item: FlowItem) -> FlowItem:
    return replace(item, place=replace(item.place, first=False))

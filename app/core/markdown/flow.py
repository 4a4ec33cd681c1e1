"""Blocks laid out below each other."""

from __future__ import annotations

from dataclasses import replace
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
    Table,
)
from .items import (
    BOXES,
    BULLETS,
    LIST,
    QUOTE,
    CodeItem,
    FlowItem,
    Place,
    RuleItem,
    TextItem,
)
from .math_text import readable_math
from .pages import pages
from .parting import parted

if TYPE_CHECKING:
    from collections.abc import Iterator


def flow(block: Block) -> list[FlowItem]:
    """What a block shows."""
    return parted(unparted(block))


def unparted(block: Block) -> list[FlowItem]:
    """The same, with each paragraph in one item, however long it is."""
    return [_behind(item) if at else item for at, item in enumerate(_flow(block, ""))]


def _flow(block: Block, inside: str) -> Iterator[FlowItem]:
    place = Place(inside)
    match block:
        case Paragraph(runs):
            yield TextItem(runs, place)
        case Heading(level, runs):
            yield TextItem(runs, place, level=level)
        case MathBlock(source):
            yield TextItem((Run(readable_math(source), math=source),), place, math=True)
        case CodeBlock(code, language, closed):
            yield CodeItem(safe_code(code), language, closed, place)
        case Table():
            yield from pages(block, place)
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

"""The quotes and lists around the end of a text, opened anew by lines of their own.

What stands in a long list or quote is read by itself once it is settled: behind a head that opens
the same quotes and entries. The head says nothing but an empty heading in each entry, which never
goes on in the next line, and whose items are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .blocks import Block, ListBlock, Quote
from .flow import unparted
from .items import LIST, QUOTE, FlowItem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_STUB = "#"
_QUOTE_MARK = re.compile(r" {0,3}> ?")
_ENTRY_MARK = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])(?: {1,4}(?=[^ \t])| (?= {4})|(?= *$))")


@dataclass(frozen=True, slots=True)
class Level:
    """A quote or an entry of a list that is open at the end of a text.

    Attributes:
        kind: QUOTE or LIST.
        line: where it begins.
        number: the number that is shown before the entry.

    """

    kind: str
    line: int
    number: int | None = None


@dataclass(frozen=True, slots=True)
class End:
    """The end of a block: what it is, and what is open around it.

    Attributes:
        levels: from the outside in.
        block: the innermost block, neither quote nor list.
        line: where that begins.
        before: what is open around the place where the last of several neighbours begins.
        last: the line of that place; None where there are no neighbours.

    """

    levels: tuple[Level, ...]
    block: Block | None
    line: int
    before: tuple[Level, ...] = ()
    last: int | None = None


def end_of(block: Block, line: int) -> End:
    """The end of a block that begins on that line."""
    levels: list[Level] = []
    before: tuple[Level, ...] = ()
    last = None
    found: Block | None = block
    while isinstance(found, Quote | ListBlock):
        if isinstance(found, Quote):
            blocks, lines = found.blocks, found.lines
            levels.append(Level(QUOTE, line))
        else:
            entry, start = found.items[-1], found.start
            number = None if start is None else start + len(found.items) - 1
            if len(found.items) > 1:
                earlier = Level(LIST, found.items[-2].line, None if number is None else number - 1)
                before, last = (*levels, earlier), entry.line
            levels.append(Level(LIST, entry.line, number))
            blocks, lines, line = entry.blocks, entry.lines, entry.line
        found = blocks[-1] if blocks else None
        line = lines[-1] if lines else line
        if len(blocks) > 1:
            before, last = tuple(levels), line
    return End(tuple(levels), found, line, before, last)


@dataclass(frozen=True, slots=True)
class Around:
    """What is open around a text.

    Attributes:
        head: lines that open it.
        prefix: what a line begins with to stand inside of it.
        numbers: those shown before its entries.
        skipped: how many items are those of the head.

    """

    head: str = ""
    prefix: str = ""
    numbers: tuple[int | None, ...] = ()
    skipped: int = 0

    @classmethod
    def of(
        cls,
        levels: Sequence[Level],
        lines: Sequence[str],
        parse: Callable[[str], list[tuple[Block, int]]],
    ) -> Around | None:
        """The same quotes and entries as those opened in these lines; None if it is unclear how."""
        openings: dict[int, str] = {}  # by their lines: the beginning up to the words
        widths: list[int] = []
        for at, level in enumerate(levels):
            text = lines[level.line]
            begin = openings.get(level.line) or _inside(levels[:at], widths, text)
            if begin is None:
                return None
            mark = _QUOTE_MARK if level.kind == QUOTE else _ENTRY_MARK
            found = mark.match(text, len(begin))
            if found is None:
                return None
            opening = found.group()
            if level.kind == LIST and not opening.endswith(" "):
                opening += " "
            openings[level.line] = begin + opening
            widths.append(len(opening))
        if any("\t" in opening for opening in openings.values()):
            return None
        head = "".join(f"{opening}{_STUB}\n" for opening in openings.values())
        prefix = "".join(
            "> " if level.kind == QUOTE else " " * width
            for level, width in zip(levels, widths, strict=True)
        )
        numbers = tuple(level.number for level in levels if level.kind == LIST)
        blocks = parse(head) if head else []
        return cls(head, prefix, numbers, sum(len(unparted(block)) for block, _ in blocks))

    def items(self, block: Block) -> list[FlowItem]:
        """What a block behind the head shows, long paragraphs in one item."""
        return unparted(_numbered(block, self.numbers))[self.skipped :]

    def numbered(self, block: Block) -> Block:
        """A block behind the head, its entries numbered as they are shown."""
        return _numbered(block, self.numbers)


def _inside(levels: Sequence[Level], widths: Sequence[int], text: str) -> str | None:
    """What a line begins with to stand inside of quotes and entries opened above it."""
    at = 0
    for level, width in zip(levels, widths, strict=True):
        if level.kind == QUOTE:
            mark = _QUOTE_MARK.match(text, at)
            if mark is None:
                return None
            at = mark.end()
        elif text[at : at + width] == " " * width:
            at += width
        else:
            return None
    return text[:at]


def _numbered(block: Block, numbers: tuple[int | None, ...]) -> Block:
    """The lists the head has opened, with these numbers for their first entries."""
    if not numbers:
        return block
    if isinstance(block, Quote):
        at = _opened(block.blocks)
        inner = _numbered(block.blocks[at], numbers)
        return replace(block, blocks=(*block.blocks[:at], inner, *block.blocks[at + 1 :]))
    assert isinstance(block, ListBlock)
    number, *others = numbers
    entries = block.items
    if others:
        first = entries[0]
        at = _opened(first.blocks)
        inner = _numbered(first.blocks[at], tuple(others))
        first = replace(first, blocks=(*first.blocks[:at], inner, *first.blocks[at + 1 :]))
        entries = (first, *entries[1:])
    return replace(block, items=entries, start=number)


def _opened(blocks: Sequence[Block]) -> int:
    """Which of the blocks the next line of the head has opened."""
    return 0 if isinstance(blocks[0], Quote | ListBlock) else 1

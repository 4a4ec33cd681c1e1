"""Markdown that arrives in pieces, parsed at a cost that does not depend on what came before.

All text but the last block is settled: it is parsed once and never looked at again. A block is
settled when another one begins behind it on a line that is complete; so is each entry of a list.
Nothing that may still come can then change it: grammar.py leaves out the two things of Markdown
that could. The open block is parsed again whenever it grows, except for code and tables, which
only grow: tables by whole rows.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, pairwise

from ternchat.app.core.safe_text import safe_text

from .blocks import Block, CodeBlock, ListBlock, MathBlock, Table
from .flow import CodeItem, FlowItem, TableItem, flow, pieces, plain
from .open_fence import OpenFence
from .open_table import OpenTable
from .reader import parse_lines

SLICE = 16 * 1024
MAX_LENGTH = 256 * 1024  # characters of one message that are parsed
MAX_BLOCK = 32 * 1024  # of one block
MAX_ITEMS = 4000  # that one message may show as Markdown
MAX_FRAMES = 300  # code blocks and tables among them: each takes a widget


class MarkdownStream:
    """Takes text at its end; gives the items to show.

    Attributes:
        settled: items that will not change any more.
        open: the items of the block being written.

    """

    def __init__(self) -> None:
        self.settled: list[FlowItem] = []
        self.open: list[FlowItem] = []
        self._tail = ""  # the text that is not settled
        self._held = ""  # a carriage return whose line feed may still come
        self._length = self._frames = 0
        self._number: int | None = None  # of the list entry the tail begins with
        self._goes_on = False  # the tail begins inside a list
        self._fence: OpenFence | None = None  # the code the tail belongs to
        self._table: OpenTable | None = None  # the table the tail goes on with
        self._is_shown = False  # `open` holds what the tail says
        self._is_plain = False  # too much for one page: the rest is shown as it stands

    def append(self, text: str) -> None:
        """Take the next piece."""
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        text = text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
        while text:
            # At fixed places of the text, so that what is decided there depends on it alone.
            room = SLICE - self._length % SLICE
            piece, text = text[:room], text[room:]
            self._length += len(piece)
            self._grow(safe_text(piece))
            if self._length % SLICE == 0 and not self._is_plain and self._fence is None:
                self._give_up_if_too_long()
        self._show_open()

    def finish(self) -> None:
        """Nothing follows."""
        if self._held:
            self._held = ""
            self._grow("\n")
        self._settle_open()

    def _give_up_if_too_long(self) -> None:
        read = len(self._table.source) if self._table is not None else 0
        if self._length >= MAX_LENGTH or read + len(self._tail) > MAX_BLOCK:
            self._settle_open()
            self._is_plain = True

    def _grow(self, text: str) -> None:
        self._tail += text
        self._is_shown = False
        if self._fence is not None:
            self._read_code()
        if self._table is not None:
            self._read_rows()
        is_free = self._fence is None and self._table is None
        if is_free and "\n" in text and not self._is_plain:
            self._settle()

    def _settle(self) -> None:
        """Settle what cannot change any more, judged by complete lines alone."""
        complete = self._tail[: self._tail.rfind("\n") + 1]
        blocks = parse_lines(complete)
        if not blocks:
            self._tail = self._tail[len(complete) :]
            return
        last = blocks[-1][0]
        if isinstance(last, MathBlock) and not last.closed:
            return  # it may still turn out to be text of the block before
        starts = [0, *accumulate(len(line) + 1 for line in complete.split("\n"))]
        begin = 0
        for (block, _), (_, next_line) in pairwise(blocks):
            if not self._take(block):
                break
            begin = starts[next_line]
        else:
            begin = self._settle_entries(last, complete, starts) or begin
        is_all = len(complete) == len(self._tail)
        self._tail, complete = self._tail[begin:], complete[begin:]
        if self._is_plain:
            return
        if isinstance(last, CodeBlock) and not last.closed:
            self._open_fence(last)
        elif begin == starts[blocks[-1][1]]:
            if isinstance(last, Table):
                self._open_table(last, complete)
            elif is_all:
                self._show(self._flow(last))

    def _settle_entries(self, block: Block, text: str, starts: list[int]) -> int:
        """Settle all entries of a list but its last one; where the text behind them begins."""
        if not isinstance(block, ListBlock):
            return 0
        # What an indented marker means depends on the first one of its list.
        clear = [at for at, e in enumerate(block.items) if not text[starts[e.line]].isspace()]
        if not clear or clear[0] != 0 or clear[-1] == 0:
            return 0
        number = self._number if self._number is not None else block.start
        if not self._take(replace(block, items=block.items[: clear[-1]])):
            return 0
        self._goes_on = True
        self._number = None if number is None else number + clear[-1]
        return starts[block.items[clear[-1]].line]

    def _take(self, block: Block) -> bool:
        """Settle the block the tail begins with; False when the page has no room for it."""
        items = self._flow(block)
        frames = sum(isinstance(item, CodeItem | TableItem) for item in items)
        if len(self.settled) + len(items) > MAX_ITEMS or self._frames + frames > MAX_FRAMES:
            self._is_plain = True
            return False
        self._frames += frames
        self.settled += map(_closed, items)
        self._number, self._goes_on = None, False
        return True

    def _flow(self, block: Block) -> list[FlowItem]:
        """The items of the block the tail begins with."""
        items = flow(block, self._number)
        if self._goes_on:
            items[0] = replace(items[0], place=replace(items[0].place, first=False))
        return items

    def _open_fence(self, block: CodeBlock) -> None:
        opened = OpenFence.at_start_of(self._tail, block.language)
        if opened is None:
            return
        self._frames += 1
        if self._frames > MAX_FRAMES:
            self._is_plain = True
            return
        self._fence, self._tail = opened
        self._read_code()

    def _read_code(self) -> None:
        assert self._fence is not None
        self._tail = self._fence.read(self._tail)
        if self._fence.closed:
            self.settled.append(self._fence.item())
            self._fence = None
            self._number, self._goes_on = None, False

    def _open_table(self, table: Table, source: str) -> None:
        self._table = OpenTable.of(source, table)
        if self._table is not None:
            self._tail = self._tail[len(source) :]

    def _read_rows(self) -> None:
        assert self._table is not None
        left = self._table.read(self._tail)
        if left is None:  # it is read as one block again
            self._tail, self._table = self._table.source + self._tail, None
        elif self._table.closed:
            table, self._table = self._table, None
            self._tail = left if self._take(table.table) else table.source + left
        else:
            self._tail = left

    def _show_open(self) -> None:
        if self._is_shown:
            return
        if self._is_plain:
            self._is_shown = True
            *settled, self._tail = pieces(self._tail)
            self.settled += map(plain, settled)
            self.open = [plain(self._tail)] if self._tail else []
        elif self._fence is not None:
            self._show([self._fence.item(self._tail)])
        elif self._table is not None:
            self._show(self._flow(self._table.table))
        else:
            items = []
            for at, (block, _) in enumerate(parse_lines(self._tail)):
                items += flow(block) if at else self._flow(block)
            self._show(items)

    def _show(self, items: list[FlowItem]) -> None:
        self._is_shown = True
        self.open = items
        if len(items) > MAX_ITEMS:
            self.open = [plain(piece) for piece in pieces(self._tail)]

    def _settle_open(self) -> None:
        if self._fence is not None and self._tail.strip(" \t"):
            self._tail += "\n"  # perhaps it is the end of the code
            self._read_code()
            self._is_shown = False
        if self._table is not None and self._tail:
            self._grow("\n")  # the last row
        self._show_open()
        self.settled += map(_closed, self.open)
        self.open = []
        self._tail = ""
        self._number, self._goes_on = None, False
        self._fence = self._table = None


def _closed(item: FlowItem) -> FlowItem:
    return item if not isinstance(item, CodeItem) or item.closed else replace(item, closed=True)

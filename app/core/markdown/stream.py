"""Markdown that arrives in pieces, parsed at a cost that does not depend on what came before.

All text but the last block is settled: it is parsed once and never looked at again. A block is
settled when another one begins behind it on a line that is complete; so is each block and each
entry inside of quotes and lists (around.py), and each part of a long paragraph (chunks.py). Nothing
that may still come can then change it: grammar.py leaves out what of Markdown could. What is open
is parsed again whenever it grows, except for code and tables, which only grow: tables by whole
rows.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, pairwise

from ternchat.app.core.safe_text import safe_text

from .around import Around, end_of
from .blocks import Block, CodeBlock, MathBlock, Paragraph, Table, joined
from .chunks import CHUNK, GUARD
from .flow import unparted
from .grammar import MAX_FIRST_CELL
from .items import BOXES, CodeItem, FlowItem, Joint, TableItem, TextItem
from .open_fence import OpenFence
from .open_table import OpenTable
from .pages import NOTHING, pages
from .parting import parted
from .plain_text import parts
from .reader import cuts_of, parse_lines, runs_of

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
        self._around = Around()  # the quotes and lists the tail stands in
        self._begun: TextItem | None = None  # the paragraph the tail goes on with
        self._fence: OpenFence | None = None  # the code the tail belongs to
        self._table: OpenTable | None = None  # the table the tail goes on with
        self._above = NOTHING  # rows of the table the tail begins with
        self._read: tuple[str, list[tuple[Block, int]]] = ("", [])  # what was parsed last
        self._doubts: set[int] = set()  # lines of it that may turn out to begin formulas
        self._is_shown = False  # `open` holds what the tail says
        self._is_plain = False  # too much for one page: the rest is shown as it stands
        self._joint: Joint | None = None  # of what is plain

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
        if self._is_free and "\n" in text:
            self._settle()
        if self._is_free and len(self._tail) > CHUNK:
            self._settle_words()

    @property
    def _is_free(self) -> bool:
        """Whether the tail is Markdown of no known kind."""
        return self._fence is None and self._table is None and not self._is_plain

    @property
    def _lead(self) -> str:
        """What the parser has to know before the tail."""
        head = self._around.head
        return head if self._begun is None else head + self._around.prefix + GUARD

    def _parse(self, text: str) -> list[tuple[Block, int]]:
        """The blocks of the tail, or of its beginning."""
        source = self._lead + text
        if source != self._read[0]:
            self._doubts = set()
            self._read = source, parse_lines(source, self._doubts)
        return self._read[1]

    def _settle(self) -> None:
        """Settle what cannot change any more, judged by complete lines alone."""
        complete = self._tail[: self._tail.rfind("\n") + 1]
        blocks = self._parse(complete)
        if not blocks:
            self._tail = self._tail[len(complete) :]
            return
        last = blocks[-1][0]
        if isinstance(last, MathBlock) and not last.closed:
            return  # it may still turn out to be text of the block before
        lead, starts = len(self._lead), _starts(self._lead + complete)
        begin = 0 if lead else starts[blocks[0][1]]
        for (block, _), (_, next_line) in pairwise(blocks):
            if not self._take(self._items(block)):
                break
            self._leave()
            begin = starts[next_line] - lead
        self._tail = self._tail[begin:]
        if self._is_plain:
            return
        if begin:
            self._settle()
        elif self._lead:
            self._settle_inside(*blocks[-1], complete)
        elif isinstance(last, CodeBlock) and not last.closed:
            self._open_fence(last)
        elif isinstance(last, Table):
            self._open_table(last, complete)
        else:
            self._settle_inside(*blocks[-1], complete)

    def _settle_inside(self, block: Block, line: int, complete: str) -> None:
        """Settle what stands in quotes and lists before the last block in them."""
        end = end_of(self._around.numbered(block), line)
        source = self._lead + complete
        starts = _starts(source)
        if end.last is None or (begin := starts[end.last] - len(self._lead)) <= 0:
            return
        if any(line < end.last for line in self._doubts):
            return
        around = Around.of(end.before, source.split("\n"), parse_lines)
        rest = parse_lines(around.head + complete[begin:]) if around is not None else []
        if around is None or not rest:
            return
        left = parted(around.items(rest[0][0]))
        items = self._items(block)
        if left and items[-len(left) :] == left and self._take(items[: -len(left)]):
            self._leave(around)
            self._tail = self._tail[begin:]

    def _settle_words(self) -> None:
        """Settle what cannot change any more of a paragraph that is still being written."""
        blocks = self._parse(self._tail)
        if not blocks:
            return
        source = self._lead + self._tail
        block = self._around.numbered(blocks[0][0]) if len(blocks) == 1 else blocks[-1][0]
        end = end_of(block, blocks[-1][1])
        if not isinstance(end.block, Paragraph):
            return
        words, lines = end.block.source, source.split("\n")
        cuts = cuts_of(words)
        while cuts and not self._is_surely_text(words, cuts[-1], end.line):
            cuts.pop()
        place = _place_of(words, cuts[-1], lines[end.line :]) if cuts else None
        around = Around.of(end.levels, lines, parse_lines) if place is not None else None
        if place is None or around is None:
            return
        *before, last = self._unparted(blocks)
        if not isinstance(last, TextItem) or not self._take(parted(before)):
            return
        known = self._begun.runs if self._begun is not None and not before else ()
        task = not known and last.place.marker in BOXES.values()
        runs = joined([*known, *runs_of(words[: cuts[-1]], task=task)])
        *done, begun = parted([replace(last, runs=runs)])
        assert isinstance(begun, TextItem)
        self.settled += done
        self._begun = begun
        row, column = place
        self._tail = source[_starts(source)[end.line + row] + column :]
        self._around = around

    def _is_surely_text(self, paragraph: str, place: int, line: int) -> bool:
        """Whether a place in a paragraph that begins on that line can never be anything else."""
        begin = paragraph.rfind("\n", 0, place) + 1
        row = line + paragraph.count("\n", 0, place)
        if any(doubt <= row for doubt in self._doubts):
            return False
        if paragraph.count("\n", place) > 1:
            return True  # a table's header stands directly above its second line
        is_long = place - begin > MAX_FIRST_CELL
        return is_long and "|" not in paragraph[begin : begin + MAX_FIRST_CELL]

    def _take(self, items: list[FlowItem]) -> bool:
        """Settle the items the tail begins with; False when the page has no room for them."""
        frames = sum(isinstance(item, CodeItem | TableItem) for item in items)
        if len(self.settled) + len(items) > MAX_ITEMS or self._frames + frames > MAX_FRAMES:
            self._is_plain = True
            return False
        self._frames += frames
        self.settled += map(_closed, items)
        return True

    def _leave(self, around: Around | None = None) -> None:
        """The tail begins with a block, inside of other quotes and lists or of none."""
        self._around, self._begun, self._above = around or Around(), None, NOTHING

    def _items(self, block: Block) -> list[FlowItem]:
        """The items of the block the tail begins with."""
        return parted(self._unparted([(block, 0)]))

    def _unparted(self, blocks: list[tuple[Block, int]]) -> list[FlowItem]:
        """The items of the blocks the tail holds, a long paragraph in one of them."""
        items: list[FlowItem] = []
        for at, (block, _) in enumerate(blocks):
            if not at and isinstance(block, Table):
                items += pages(block, above=self._above)
            else:
                items += unparted(block) if at else self._around.items(block)
        if self._begun is not None and isinstance(items[0], TextItem):
            *known, last = self._begun.runs
            runs = joined([last, *items[0].runs])
            items[0] = replace(self._begun, runs=(*known, *runs))
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

    def _open_table(self, table: Table, source: str) -> None:
        self._table = OpenTable.of(source, table, self._above)
        if self._table is not None:
            self._tail = self._tail[len(source) :]

    def _read_rows(self) -> None:
        assert self._table is not None
        table = self._table
        left = table.read(self._tail)
        if left is None:  # it is read as one block again
            self._tail, self._table, self._above = table.source + self._tail, None, table.above
            return
        self._tail = left
        if not self._take(list(table.full())):
            self._tail, self._table = table.source + left, None
            return
        table.give_away()
        if not table.closed:
            return
        self._table = None
        if self._take(list(table.items())):
            self._leave()
        else:
            self._tail = table.source + left

    def _show_open(self) -> None:
        if self._is_shown:
            return
        self._is_shown = True
        if self._is_plain:
            if self._begun is not None:  # the paragraph the page had room for
                self.settled.append(self._begun)
                self._leave()
            *settled, last = parts(self._tail, self._joint)
            self.settled += settled
            self.open = [last] if last.runs else []
            self._tail, self._joint = "".join(run.text for run in last.runs), last.joint
        elif self._fence is not None:
            self.open = [self._fence.item(self._tail)]
        elif self._table is not None:
            self.open = list(self._table.items())
        else:
            self.open = parted(self._unparted(self._parse(self._tail)))
        if len(self.open) > MAX_ITEMS:
            self.open = list(parts(self._tail))

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
        self._leave()
        self._fence = self._table = None


def _closed(item: FlowItem) -> FlowItem:
    return item if not isinstance(item, CodeItem) or item.closed else replace(item, closed=True)


def _starts(text: str) -> list[int]:
    """Where each line begins."""
    return [0, *accumulate(len(line) + 1 for line in text.split("\n"))]


def _place_of(paragraph: str, place: int, lines: list[str]) -> tuple[int, int] | None:
    """The line and the column of a place in a paragraph that is written in these lines."""
    row = paragraph.count("\n", 0, place)
    begin = paragraph.rfind("\n", 0, place) + 1
    words = paragraph[begin:].split("\n", 1)[0]
    line = lines[row]
    start = (
        line.rstrip(" \t").rfind(words)
        if "\n" not in paragraph[begin:]
        else (len(line) - len(words))
    )
    if start < 0 or line[start : start + len(words)] != words:
        return None
    return row, start + place - begin

"""The blocks of one message below each other."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain

from PySide6.QtCore import QRect, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ternchat.app.core.markdown.items import (
    CodeItem,
    FlowItem,
    TableItem,
    TextItem,
    item_from_right,
)
from ternchat.app.core.markdown.writer import as_text
from ternchat.app.models.code_choices import CodeChoice
from ternchat.app.views.message_text import MessageText
from ternchat.app.views.theme import Theme

from .code_part import CodePart
from .part import Part
from .table_part import SEAM, TablePart, fit_columns
from .text_format import bars, gap, indent
from .text_part import TextPart

MAX_TEXT_ITEMS = 60  # of one text part; longer texts take several
MAX_TEXT_LENGTH = 12_000  # characters
MAX_SPARE = 8  # parts of a kind that are kept for what comes next
_BAR = 3


class MessageBody(QWidget):
    """Shows items in parts; parts whose items stay the same are left alone.

    Signals:
        part_added: a part that others may want to listen to.
        resized: a part needs another height, by its own doing.
    """

    part_added = Signal(object)
    resized = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._starts: list[int] = []  # the number of each part's first item
        self._tops: list[int] = []  # of the parts that have their places
        self._bottoms: list[int] = []
        self._width = 0
        self._natural: tuple[int, int] | None = None  # at most how wide, and how wide it is
        self._spare: dict[type, list[Part]] = {}  # empty and out of sight
        self.parts: list[Part] = []
        self.choices: dict[int, CodeChoice] = {}  # of the reader, by the number of the item
        self.text_name = ""  # what screen readers call the text

    def toPlainText(self) -> str:
        """The words one sees."""
        return as_text(self.items())

    def items(self) -> list[FlowItem]:
        """All items that are shown."""
        return [item for part in self.parts for item in part.items]

    def surfaces(self) -> list[MessageText]:
        """The texts of all parts, from top to bottom."""
        return [part.surface for part in self.parts]

    def focus_chain(self) -> tuple[QWidget, ...]:
        """What Tab passes, in this order."""
        return tuple(widget for part in self.parts for widget in part.focus_chain())

    def show_items(self, first: int, items: Sequence[FlowItem], *, growing: bool = False) -> None:
        """Show `items` from number `first` on, instead of what was there."""
        at = max(0, bisect_right(self._starts, first) - 1)
        if at and self._starts[at] == first and _joins(self.parts[at - 1], items):
            at -= 1
        self._misplace(at)
        if self.parts:
            kept = self.parts[at].items[: first - self._starts[at]]
            items = [*kept, *items]
            first = self._starts[at]
        for group in _groups(items):
            self._show_group(at, first, group, growing=growing)
            at += 1
            first += len(group)
        self._drop(at)

    def clear(self) -> None:
        """Show nothing."""
        self._misplace(0)
        self._drop(0)

    def height_for(self, width: int) -> int:
        """How high it is at that width; parts that changed, and those below, take their places."""
        if width != self._width:
            self._misplace(0)
            self._width = width
        px = self._theme.px
        if len(self._tops) < len(self.parts):
            self._fit(len(self._tops), width)
        for number in range(len(self._tops), len(self.parts)):
            part = self.parts[number]
            item = part.items[0]
            before = self.parts[number - 1].items[-1] if number else None
            room = width - (px(indent(item.place)) if not isinstance(part, TextPart) else 0)
            top = (self._bottoms[-1] if number else 0) + px(gap(before, item))
            if isinstance(part, TablePart):
                if part.goes_on:
                    top -= SEAM
                else:
                    self._fit(number, width)
            height = part.height_for(room)
            x = 0 if self._is_from_right(number) else width - room
            part.widget().setGeometry(x, top, room, height)
            if isinstance(part, TablePart) and part.goes_on:
                part.scroll_to(self.parts[number - 1].away)
            self._tops.append(top)
            self._bottoms.append(top + height)
        return self._bottoms[-1] if self._bottoms else 0

    def natural_width(self, limit: int) -> int:
        """The width it asks for, at most `limit`."""
        if self._natural is None or self._natural[0] != limit:
            self._misplace(0)  # to be measured, they are laid out at another width
            self._natural = (limit, max(map(partial(_natural_width, limit), self.parts), default=0))
        return self._natural[1]

    def end(self) -> QRect:
        """Where the last character stands."""
        if not self.parts:
            return QRect()
        surface = self.parts[-1].surface
        cursor = surface.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        rect = surface.cursorRect(cursor)
        return QRect(surface.viewport().mapTo(self, rect.topLeft()), rect.size())

    def part_at(self, y: int) -> tuple[int, int]:
        """The part at a height, and how far below its upper edge that is."""
        found = max(0, bisect_right(self._tops, y) - 1)
        return found, y - (self._tops[found] if self._tops else 0)

    def top_of(self, number: int) -> int:
        """Where a part begins."""
        return self._tops[number] if number < len(self._tops) else self.height()

    def restyle(self) -> None:
        """Take the theme's colours and sizes again."""
        self._misplace(0)
        for part in (*self.parts, *chain.from_iterable(self._spare.values())):
            part.restyle()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint bars beside what is quoted and not text."""
        super().paintEvent(event)
        frames = [p for p in self.parts if not isinstance(p, TextPart) and bars(p.items[0].place)]
        if not frames:
            return
        px, painter = self._theme.px, QPainter(self)
        for part in frames:
            rect = part.widget().geometry()
            above = px(gap(part.items[0], part.items[0])) if not part.items[0].place.first else 0
            from_right = self._is_from_right(self.parts.index(part))
            for bar in bars(part.items[0].place):
                x = self.width() - px(bar) - px(_BAR) if from_right else px(bar)
                area = QRect(x, rect.top() - above, px(_BAR), rect.height() + 2 * above)
                painter.fillRect(area, QColor(self._theme.colours.faint))
        painter.end()

    def _table(self, number: int) -> tuple[int, list[TablePart]]:
        """The parts of the table a part belongs to, and the number of the first one."""
        first, end = number, number + 1
        while first and _goes_on(self.parts[first]):
            first -= 1
        while end < len(self.parts) and _goes_on(self.parts[end]):
            end += 1
        return first, [part for part in self.parts[first:end] if isinstance(part, TablePart)]

    def _fit(self, number: int, width: int) -> None:
        """Give the parts of one table the same columns, and a scroll bar to the last one."""
        first, table = self._table(number)
        if not table:
            return
        for part in table:
            part.set_last(part is table[-1])
        if fit_columns(self._theme, table, width - self._theme.px(indent(table[0].items[0].place))):
            self._misplace(first)

    def _is_from_right(self, number: int) -> bool:
        """On which side of the page a part stands: the side of the words it belongs to."""
        outside = self.parts[number].items[0].place.inside
        for part in reversed(self.parts[:number]):
            last = part.items[-1]
            if isinstance(part, TextPart) and last.place.inside.startswith(outside[:1]):
                return item_from_right(last)
        return False

    def _show_group(self, at: int, first: int, group: Sequence[FlowItem], *, growing: bool) -> None:
        kind = _part_for(group[0])
        if at < len(self.parts) and isinstance(self.parts[at], kind):
            self._starts[at] = first
            self.parts[at].show_items(group)
            return
        self._drop(at)  # below a block of another kind nothing stays as it was
        spare = self._spare.get(kind)
        part = spare.pop() if spare else self._make(kind)
        if isinstance(part, CodePart):
            if growing:  # it would fold under the reader's eyes
                self.choices.setdefault(first, CodeChoice(folded=False))
            part.follow(self.choices.get(first, CodeChoice()))
        part.show_items(group)
        self.parts.append(part)
        self._starts.append(first)
        part.widget().raise_()  # screen readers go by this order
        part.widget().show()

    def _make(self, kind: type) -> Part:
        part: Part = kind(self._theme, self)
        if isinstance(part, CodePart):
            part.resized.connect(self._on_resized)
        elif isinstance(part, TextPart):
            part.setAccessibleName(self.text_name)
        elif isinstance(part, TablePart):
            part.scrolled.connect(self._on_scrolled)
        self.part_added.emit(part)
        return part

    def _drop(self, number: int) -> None:
        """Take away parts from that number on."""
        for part in self.parts[number:]:
            part.widget().hide()
            spare = self._spare.setdefault(type(part), [])
            if len(spare) < MAX_SPARE:
                part.rest()
                spare.append(part)
            else:
                part.widget().deleteLater()
        del self.parts[number:], self._starts[number:]

    @Slot()
    def _on_resized(self) -> None:
        part = self.sender()
        if isinstance(part, CodePart) and part in self.parts:
            number = self.parts.index(part)
            self.choices[self._starts[number]] = part.choice
            self._misplace(number)
            self.resized.emit(part)

    @Slot(int)
    def _on_scrolled(self, away: int) -> None:
        part = self.sender()
        if isinstance(part, TablePart) and part in self.parts:
            for other in self._table(self.parts.index(part))[1]:
                other.scroll_to(away)

    def _misplace(self, number: int) -> None:
        """Parts from that number on need another look at their heights."""
        del self._tops[number:], self._bottoms[number:]
        self._natural = None


def _natural_width(limit: int, part: Part) -> int:
    if not isinstance(part, TextPart) or part.length() > MAX_TEXT_LENGTH // 4:
        return limit
    return part.natural_width(limit)


def _part_for(item: FlowItem) -> type:
    if isinstance(item, CodeItem):
        return CodePart
    return TablePart if isinstance(item, TableItem) else TextPart


def _joins(part: Part, items: Sequence[FlowItem]) -> bool:
    """Whether items belong into the part above that has shown other ones below."""
    if not isinstance(part, TextPart) or not items or _part_for(items[0]) is not TextPart:
        return False
    return len(part.items) < MAX_TEXT_ITEMS and sum(map(_length, part.items)) < MAX_TEXT_LENGTH


def _length(item: FlowItem) -> int:
    return sum(len(run.text) for run in item.runs) if isinstance(item, TextItem) else 0


def _goes_on(part: Part) -> bool:
    return isinstance(part, TablePart) and part.goes_on


def _groups(items: Sequence[FlowItem]) -> Iterator[list[FlowItem]]:
    """Items that share a part: neighbouring text up to a size, everything else alone."""
    group: list[FlowItem] = []
    length = 0
    for item in items:
        is_text = _part_for(item) is TextPart
        full = len(group) >= MAX_TEXT_ITEMS or length >= MAX_TEXT_LENGTH
        if group and (not is_text or _part_for(group[0]) is not TextPart or full):
            yield group
            group, length = [], 0
        group.append(item)
        length += _length(item)
    if group:
        yield group

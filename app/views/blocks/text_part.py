"""Paragraphs, headings, lists and quotes: one text, changed only where it grows."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QTextBlock, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QWidget

from ternchat.app.core.markdown.blocks import Run
from ternchat.app.core.markdown.items import FlowItem, RuleItem, TextItem, item_from_right
from ternchat.app.core.markdown.writer import cut, lead, shown_text
from ternchat.app.views.message_text import MessageText, is_endless
from ternchat.app.views.theme import Theme

from .text_format import TextFormats, bars

LineItem = TextItem | RuleItem
_BREAK = "\u2028"  # a new line of the same paragraph
_BAR = 3


class TextPart(MessageText):
    """One block of the document for each item."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._formats = TextFormats(theme)
        self._endless: list[bool] = []  # whether an item has a word without an end
        self.items: list[LineItem] = []
        self.surface = self

    def widget(self) -> QWidget:
        """The widget to be placed."""
        return self

    def show_items(self, items: Sequence[FlowItem]) -> None:
        """Show other items; of what both have in common, nothing is laid out again."""
        lines = [item for item in items if isinstance(item, LineItem)]
        first = 0
        while first < min(len(lines), len(self.items)) and _same(lines[first], self.items[first]):
            first += 1
        if first == len(lines) == len(self.items):
            return
        self._find_endless(lines, first)
        selection = self.selection()
        cursor = QTextCursor(self.document())  # ours: the reader's cursor stays where it is
        cursor.beginEditBlock()
        self._drop(cursor, len(lines))
        for at in range(first, len(lines)):
            before = self.items[at] if at < len(self.items) else None
            self._write(cursor, at, lines, before)
        cursor.endEditBlock()
        self.items = lines
        if selection is not None and selection != self.selection():
            self.select(*selection)  # it ended where text was added or taken away

    def _find_endless(self, lines: Sequence[LineItem], first: int) -> None:
        """Look for words without an end where the text is another."""
        del self._endless[first:]
        for item in lines[first:]:
            self._endless.append(isinstance(item, TextItem) and is_endless(shown_text(item)))
        self.break_anywhere(any(self._endless))

    def rest(self) -> None:
        """Show nothing, until other items come."""
        self._drop(QTextCursor(self.document()), 0)
        super().rest()

    def focus_chain(self) -> tuple[QWidget, ...]:
        """The text; Tab finds the links in it by itself."""
        return (self,)

    def between(self, start: int, end: int) -> list[FlowItem]:
        """The items between two positions of the text, the outer ones cut."""
        found: list[FlowItem] = []
        for at, item in enumerate(self.items):
            block = self.document().findBlockByNumber(at)
            if (block.position() >= end and found) or block.position() + block.length() <= start:
                continue
            if isinstance(item, RuleItem):
                found.append(item)
                continue
            text = block.text()
            begin = characters_before(text, start - block.position())
            part = cut(item, begin, characters_before(text, end - block.position()))
            found.append(part)
        return found

    def restyle(self) -> None:
        """Take the theme's colours and sizes again."""
        selection, items = self.selection(), list(self.items)
        self._drop(QTextCursor(self.document()), 0)
        self.show_items(items)
        if selection is not None:
            self.select(*selection)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint bars beside quotes and lines between parts, too."""
        super().paintEvent(event)
        if not any(isinstance(item, RuleItem) or item.place.inside for item in self.items):
            return
        painter = QPainter(self.viewport())
        colours = self._theme.colours
        layout = self.document().documentLayout()
        for at, block, rect in self._visible(event.rect()):
            item, px = self.items[at], self._theme.px
            top, bottom = rect.top(), rect.bottom()
            above = layout.blockBoundingRect(block.previous())
            if isinstance(item, RuleItem):
                left = round(block.blockFormat().leftMargin())
                area = QRect(left, rect.center().y(), rect.right() - left, px(1))
                painter.fillRect(area, QColor(colours.border))
            if at and bars(self.items[at - 1].place) and not item.place.first:
                top = round(above.bottom())
            for bar in bars(item.place):
                area = QRect(px(bar), top, px(_BAR), bottom - top + 1)
                area = _on_its_side(area, item, self.viewport().width())
                painter.fillRect(area, QColor(colours.faint))  # it alone says who speaks
        painter.end()

    def _visible(self, area: QRect) -> Iterator[tuple[int, QTextBlock, QRect]]:
        layout = self.document().documentLayout()
        block = self.cursorForPosition(area.topLeft()).block()
        block = block.previous() if block.previous().isValid() else block
        while block.isValid() and block.blockNumber() < len(self.items):
            rect = layout.blockBoundingRect(block).toAlignedRect()
            rect.adjust(0, 0, 0, round(block.layout().lineAt(0).y()))  # Qt forgets it there
            if rect.top() > area.bottom():
                return
            yield block.blockNumber(), block, rect
            block = block.next()

    def _drop(self, cursor: QTextCursor, count: int) -> None:
        """Take away blocks behind the first `count`."""
        if count >= len(self.items):
            return
        last = self.document().findBlockByNumber(max(0, count - 1))
        block_format = last.blockFormat()
        cursor.setPosition(last.position() + (last.length() - 1 if count else 0))
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if count and cursor.blockFormat() != block_format:
            cursor.setBlockFormat(block_format)  # Qt gives an empty block that of the next one
        del self.items[count:]

    def _write(
        self, cursor: QTextCursor, at: int, lines: Sequence[LineItem], before: LineItem | None
    ) -> None:
        """Bring block `at` from what it showed before to what it is to show."""
        item = lines[at]
        block_format = self._formats.block(lines[at - 1] if at else None, item)
        if before is None:
            cursor.movePosition(QTextCursor.MoveOperation.End)
            if at:
                cursor.insertBlock(block_format, QTextCharFormat())
            else:
                cursor.setBlockFormat(block_format)
            kept = 0
        else:
            block = self.document().findBlockByNumber(at)
            cursor.setPosition(block.position())
            if cursor.blockFormat() != block_format:
                cursor.setBlockFormat(block_format)
            kept = _common(before, item)
            shown = shown_text(item)[:kept] if isinstance(item, TextItem) else ""
            cursor.setPosition(block.position() + _units(shown))
            cursor.setPosition(
                block.position() + block.length() - 1, QTextCursor.MoveMode.KeepAnchor
            )
            cursor.removeSelectedText()
        if isinstance(item, TextItem):
            self._insert(cursor, item, kept)

    def _insert(self, cursor: QTextCursor, item: TextItem, kept: int) -> None:
        """Insert the item's text behind its first `kept` characters."""
        marker = lead(item.place)
        if kept < len(marker):
            cursor.insertText(marker[kept:], self._formats.marker())
        skipped = len(marker)
        for run in item.runs:
            text = run.text[max(0, kept - skipped) :]
            skipped += len(run.text)
            if text:
                cursor.insertText(text.replace("\n", _BREAK), self._formats.run(run, item.level))


def _same(one: LineItem, other: LineItem) -> bool:
    return one is other or one == other


def _on_its_side(area: QRect, item: LineItem, width: int) -> QRect:
    """An area measured from the left, measured from the side the item is read from."""
    if not item_from_right(item):
        return area
    return QRect(width - area.x() - area.width(), area.y(), area.width(), area.height())


def _common(before: LineItem, item: LineItem) -> int:
    """How many characters of both look the same."""
    if not (isinstance(before, TextItem) and isinstance(item, TextItem)):
        return 0
    if before.level != item.level or before.place.marker != item.place.marker:
        return 0
    same = len(lead(item.place))
    for old, new in zip(before.runs, item.runs, strict=False):
        if _style(old) != _style(new):
            break
        length = _common_length(old.text, new.text)
        same += length
        if length < max(len(old.text), len(new.text)):
            break
    return same


def _style(run: Run) -> tuple[object, ...]:
    return run.bold, run.italic, run.strike, run.code, run.link


def _common_length(one: str, other: str) -> int:
    if other.startswith(one):
        return len(one)
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def _units(text: str) -> int:
    """The length of a text as Qt counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def characters_before(text: str, units: int) -> int:
    """How many characters of a text lie before a position as Qt counts it."""
    if units <= 0:
        return 0
    return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore"))

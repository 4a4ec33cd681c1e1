"""Selecting across parts and messages, and what is copied then."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, QPoint, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from ternchat.app.core.conversation import Message, Role
from ternchat.app.core.markdown.items import FlowItem
from ternchat.app.core.markdown.writer import as_text

from .blocks.part import Part
from .copied import markdown_of, source_of, words_of
from .message_text import MessageText
from .message_widget import MessageWidget

_SCROLL_MS = 30


@dataclass(frozen=True, order=True)
class Spot:
    """A place in the conversation: in which message, in which of its parts, where there."""

    row: int
    part: int
    position: int


class Page(Protocol):
    """What the selection has to know of the page it is on."""

    def message(self, row: int) -> Message:
        """The message of a row."""

    def widget(self, row: int) -> MessageWidget | None:
        """The widget of a row, if it has one."""

    def rows(self) -> list[int]:
        """The rows that have widgets."""

    def scroll_by(self, pixels: int) -> None:
        """Move the page under a pointer that is held beyond its edge."""

    def beyond(self, place: QPoint) -> int:
        """How far a point lies above (negative) or below what one sees."""


class Selection(QObject):
    """Keeps one selection for the whole conversation.

    Signals:
        made: something was selected.
    """

    made = Signal()

    def __init__(self, page: Page, parent: QObject) -> None:
        super().__init__(parent)
        self._page = page
        self._anchor: Spot | None = None
        self._head: Spot | None = None
        self._pressed: MessageText | None = None
        self._place = QPoint()
        self._applying = False
        self._timer = QTimer(self)
        self._timer.setInterval(_SCROLL_MS)
        self._timer.timeout.connect(self._scroll)

    @property
    def ends(self) -> set[int]:
        """The rows where a selection begins and ends, or may begin."""
        rows = {spot.row for spot in (self._anchor, self._head) if spot is not None}
        if self._pressed is not None:
            rows |= {row for row, _, part in self._parts() if part.surface is self._pressed}
        return rows

    def watch(self, part: Part) -> None:
        """Take part in what is selected there."""
        surface = part.surface
        surface.pressed.connect(self._on_pressed)
        surface.dragged.connect(self._on_dragged)
        surface.released.connect(self._on_released)
        surface.selectionChanged.connect(self._on_changed)
        surface.copy_requested.connect(self.copy)
        surface.all_requested.connect(self._on_all)

    def apply(self) -> None:
        """Show the selection in everything that has a widget by now."""
        if self._anchor is None or self._head is None:
            return
        first, last = sorted((self._anchor, self._head))
        backwards = self._head < self._anchor
        self._applying = True
        for row, number, part in self._parts():
            start, end = _range(first, last, row, number, part.surface.length())
            part.surface.select(*((end, start) if backwards else (start, end)))
        self._applying = False

    def clear(self) -> None:
        """Select nothing."""
        self._anchor = self._head = None
        self._applying = True
        for _, _, part in self._parts():
            position = part.surface.textCursor().position()
            part.surface.select(position, position)
        self._applying = False

    def select_message(self, row: int) -> None:
        """Select all of one message."""
        widget = self._page.message_widget(row)
        if widget is None or not widget.text.parts:
            return
        self.clear()
        last = len(widget.text.parts) - 1
        self._anchor = Spot(row, 0, 0)
        self._head = Spot(row, last, widget.text.parts[last].surface.length())
        self.apply()
        self.made.emit()

    def text(self, *, markdown: bool = True) -> str:
        """What is selected, as Markdown or as one sees it; with names when it is more than one."""
        write = markdown_of if markdown else as_text
        if self._anchor is None or self._head is None:
            found = [part for _, _, part in self._parts() if part.surface.selection()]
            items = [item for part in found for item in part.between(*_ordered(part.surface))]
            return write(items) if items else ""
        first, last = sorted((self._anchor, self._head))
        if first.row == last.row:
            return write(self._items(first.row, first, last))
        spoken = []
        for row in range(first.row, last.row + 1):
            message = self._page.message(row)
            if row in (first.row, last.row):
                words = write(self._items(row, first, last))
            else:
                words = source_of(message) if markdown else words_of(message)
            spoken.append(f"{self._name(message)}: {words}")
        return "\n\n".join(spoken)

    @Slot()
    def copy(self) -> None:
        """Put the Markdown of what is selected on the clipboard."""
        text = self.text()
        if text:
            QGuiApplication.clipboard().setText(text)

    def copy_as_text(self) -> None:
        """Put what is selected on the clipboard as one sees it."""
        text = self.text(markdown=False)
        if text:
            QGuiApplication.clipboard().setText(text)

    # Mouse

    @Slot(bool)
    def _on_pressed(self, grow: bool) -> None:
        surface = self.sender()
        assert isinstance(surface, MessageText)
        if not grow or self._anchor is not None:
            self.clear()
        self._pressed = surface

    @Slot(QPoint)
    def _on_dragged(self, place: QPoint) -> None:
        if self._pressed is not None:
            self._place = place
            self._extend()
            if not self._page.beyond(place):
                self._timer.stop()
            elif not self._timer.isActive():
                self._timer.start()

    @Slot()
    def _on_released(self) -> None:
        self._pressed = None
        self._timer.stop()

    @Slot()
    def _scroll(self) -> None:
        distance = self._page.beyond(self._place)
        if self._pressed is None or not distance:
            self._timer.stop()
            return
        self._page.scroll_by(distance)
        self._extend()

    def _extend(self) -> None:
        """Select from where the button went down to where the pointer is."""
        pressed = self._pressed
        assert pressed is not None
        parts = list(self._parts())
        here = next(((r, n) for r, n, part in parts if part.surface is pressed), None)
        if here is None:
            return
        row, number, part = min(parts, key=lambda one: _distance(one[2].surface, self._place))
        if part.surface is pressed and self._anchor is None:
            return  # the text itself takes care of it
        if self._anchor is None:
            self._anchor = Spot(*here, pressed.textCursor().anchor())
        self._head = Spot(row, number, part.surface.position_at(self._place))
        self.apply()
        self.made.emit()

    @Slot()
    def _on_changed(self) -> None:
        surface = self.sender()
        if not self._applying and isinstance(surface, MessageText) and surface.selection():
            self.made.emit()

    @Slot()
    def _on_all(self) -> None:
        for row, _, part in self._parts():
            if part.surface is self.sender():
                self.select_message(row)
                return

    def _parts(self) -> Iterator[tuple[int, int, Part]]:
        for row in self._page.rows():
            widget = self._page.message_widget(row)
            if widget is not None:
                for number, part in enumerate(widget.text.parts):
                    yield row, number, part

    def _items(self, row: int, first: Spot, last: Spot) -> list[FlowItem]:
        items: list[FlowItem] = []
        for at, number, part in self._parts():
            if at == row:
                start, end = _range(first, last, row, number, part.surface.length())
                if start < end:
                    items += part.between(start, end)
        return items

    def _name(self, message: Message) -> str:
        if message.role is Role.USER:
            return self.tr("You")
        return message.stats.model if message.stats else self.tr("Model")


def _range(first: Spot, last: Spot, row: int, part: int, length: int) -> tuple[int, int]:
    """What a selection between two spots takes of one part."""
    place = (row, part)
    if place < (first.row, first.part) or place > (last.row, last.part):
        return 0, 0
    start = first.position if place == (first.row, first.part) else 0
    end = last.position if place == (last.row, last.part) else length
    return start, end


def _ordered(surface: MessageText) -> tuple[int, int]:
    start, end = sorted(surface.selection() or (0, 0))
    return start, end


def _distance(surface: MessageText, place: QPoint) -> int:
    """How far a point lies above or below a text."""
    y = surface.viewport().mapFromGlobal(place).y()
    return max(0, -y, y - surface.height() + 1)

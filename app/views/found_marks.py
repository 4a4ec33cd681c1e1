"""Marks on words that were found."""

import re
from collections.abc import Iterator

from PySide6.QtCore import QRect
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QTextEdit

from .blocks.code_part import CodePart
from .blocks.text_format import TextFormats
from .message_text import MessageText
from .message_widget import MessageWidget
from .theme import Theme


class FoundMarks:
    """Marks matches in the texts of messages."""

    def __init__(self, theme: Theme) -> None:
        self._formats = TextFormats(theme)

    def mark(
        self, widget: MessageWidget, pattern: re.Pattern[str] | None, current: int | None
    ) -> None:
        """Mark all matches in a message; the one of that number stands out."""
        number = 0
        for surface in widget.text.surfaces():
            selections = []
            for cursor in _matches(surface, pattern):
                selection = QTextEdit.ExtraSelection()
                selection.cursor = cursor
                selection.format = self._formats.match(current=number == current)
                selections.append(selection)
                number += 1
            surface.setExtraSelections(selections)

    def place(
        self, widget: MessageWidget, pattern: re.Pattern[str], number: int
    ) -> tuple[MessageText, QRect] | None:
        """Where a match stands: the text and an area of it; code is unfolded for that."""
        for part in widget.text.parts:
            if isinstance(part, CodePart) and pattern.search(part.code):
                part.unfold()
        cursors = [(s, cursor) for s in widget.text.surfaces() for cursor in _matches(s, pattern)]
        if not cursors:
            return None
        surface, cursor = cursors[min(number, len(cursors) - 1)]
        return surface, surface.cursorRect(cursor)


def _matches(surface: MessageText, pattern: re.Pattern[str] | None) -> Iterator[QTextCursor]:
    block = surface.document().firstBlock()
    while pattern is not None and block.isValid():
        text = block.text()
        for match in pattern.finditer(text):
            cursor = QTextCursor(surface.document())
            start, end = (len(text[:at].encode("utf-16-le")) // 2 for at in match.span())
            cursor.setPosition(block.position() + start)
            cursor.setPosition(block.position() + end, QTextCursor.MoveMode.KeepAnchor)
            yield cursor
        block = block.next()

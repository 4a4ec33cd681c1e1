"""The text of one message: as high as its content, selectable, inert."""

import math
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from .theme import BY_KEYBOARD

LINE_HEIGHT = 1.5
_LEFT_TO_THE_PAGE = {
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
}


class MessageText(QTextBrowser):
    """Shows plain text; nothing in it can load a file, open a page or run anything.

    Signals:
        focused: True when the keyboard brought the focus here, False when it left.
    """

    focused = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setOpenLinks(False)
        self.setAcceptRichText(False)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.document().setDocumentMargin(0)
        option = self.document().defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self.document().setDefaultTextOption(option)
        self._end = QTextCursor(self.document())  # ours: the reader's cursor stays where it is
        self.document().documentLayout().documentSizeChanged.connect(self._fit)

    def set_text(self, text: str) -> None:
        """Show another text."""
        self.setPlainText(text)
        self.space_lines()

    def append_text(self, text: str) -> None:
        """Add to the end; a selection stays as it is."""
        reader = self.textCursor()
        selection = (reader.anchor(), reader.position()) if reader.hasSelection() else None
        self._end.movePosition(QTextCursor.MoveOperation.End)
        self._end.insertText(text)
        if selection is not None and selection != (reader.anchor(), reader.position()):
            reader.setPosition(selection[0])  # it ended where the text was added
            reader.setPosition(selection[1], QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(reader)

    def space_lines(self) -> None:
        """Give the lines room to breathe, whatever the font's own height."""
        line = QTextBlockFormat()
        height = self.fontInfo().pixelSize() * LINE_HEIGHT
        line.setLineHeight(height, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(line)

    def text_width(self, limit: int) -> int:
        """The width its longest line asks for, at most `limit`."""
        metrics, widest = self.fontMetrics(), 0
        for line in self.toPlainText().split("\n"):
            widest = max(widest, metrics.horizontalAdvance(line[:1000]))
            if widest >= limit:
                return limit
        return min(limit, widest + 2)

    def changeEvent(self, event: QEvent) -> None:
        """Space the lines anew when the font changes."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.space_lines()

    def loadResource(self, _kind: int, _name: Any) -> Any:
        """Nothing is ever loaded."""
        return QByteArray()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The page scrolls, not the message."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that move through the page go to the page."""
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if plain and event.key() in _LEFT_TO_THE_PAGE:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show a ring when it was the keyboard."""
        super().focusInEvent(event)
        if event.reason() in BY_KEYBOARD:
            self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.focused.emit(False)

    @Slot(QSizeF)
    def _fit(self, size: QSizeF) -> None:
        height = math.ceil(size.height())
        if height != self.height():
            self.setFixedHeight(height)

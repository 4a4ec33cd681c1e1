"""Text of a message: selectable, inert, as wide as it is told to be and as high as it then gets."""

import math
import re
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QTextEdit, QWidget

from .theme import BY_KEYBOARD

# Qt looks for the end of a word on every line of it, which takes quadratic time. Scripts written
# without blanks are not meant: their lines may be broken nearly anywhere.
_ENDLESS_WORD = re.compile(
    r"[^\s\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffee]{1000}"
)
_LEFT_TO_THE_PAGE = {
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
}


def is_endless(text: str) -> bool:
    """Whether a text has words without an end."""
    return _ENDLESS_WORD.search(text) is not None


class MessageText(QTextBrowser):
    """Shows text; nothing in it can load a file, open a page or run anything.

    Signals:
        focused: True when the keyboard brought the focus here, False when it left.
        pressed: the left button went down; True when what is selected should grow up to here.
        dragged: the pointer moved with the button down (global position).
        released: the button went up.
        copy_requested, all_requested: the keys or the menu asked for it.
        link_pointed: where the link under the pointer or the caret leads; "" for none.
        link_opened: a link was chosen.
    """

    focused = Signal(bool)
    pressed = Signal(bool)
    dragged = Signal(QPoint)
    released = Signal()
    copy_requested = Signal()
    all_requested = Signal()
    link_pointed = Signal(str)
    link_opened = Signal(str)

    def __init__(self, parent: QWidget | None = None, name: str = "message") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.break_lines()
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)  # laid out once per width
        self.setOpenLinks(False)
        self.setAcceptRichText(False)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab is led by the page
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
            | Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.document().setDocumentMargin(0)
        self.set_direction(Qt.LayoutDirection.LayoutDirectionAuto)
        self.anchorClicked.connect(self._open_link)
        self.highlighted.connect(self._point_at_link)
        self.cursorPositionChanged.connect(self._point_at_caret)

    def set_direction(self, direction: Qt.LayoutDirection) -> None:
        """From left to right, or as each paragraph's own words demand."""
        option = self.document().defaultTextOption()
        option.setTextDirection(direction)
        self.document().setDefaultTextOption(option)

    def break_lines(self, text: str = "") -> None:
        """Break lines between words, or anywhere when this text has words without an end."""
        self.break_anywhere(is_endless(text))

    def break_anywhere(self, anywhere: bool) -> None:
        """Break lines anywhere, or between words."""
        mode = QTextOption.WrapMode
        wanted = mode.WrapAnywhere if anywhere else mode.WrapAtWordBoundaryOrAnywhere
        if self.wordWrapMode() != wanted:
            self.setWordWrapMode(wanted)

    def height_for(self, width: int) -> int:
        """How high the text is at that width."""
        if self.lineWrapColumnOrWidth() != width:
            self.setLineWrapColumnOrWidth(width)
        return math.ceil(self.document().size().height())

    def natural_width(self, limit: int) -> int:
        """The width its longest line asks for, at most `limit`."""
        self.height_for(limit)
        return min(limit, math.ceil(self.document().idealWidth()))

    def rest(self) -> None:
        """Mark nothing any more."""
        self.select(0, 0)
        self.setExtraSelections([])

    # Selection

    def length(self) -> int:
        """The position behind the last character."""
        return self.document().characterCount() - 1

    def selection(self) -> tuple[int, int] | None:
        """Where the selection was begun and where it ends now; None when nothing is selected."""
        cursor = self.textCursor()
        return (cursor.anchor(), cursor.position()) if cursor.hasSelection() else None

    def select(self, anchor: int, position: int) -> None:
        """Select what lies between two positions."""
        length = self.length()
        cursor = self.textCursor()
        cursor.setPosition(min(anchor, length))
        cursor.setPosition(min(position, length), QTextCursor.MoveMode.KeepAnchor)
        if (cursor.anchor(), cursor.position()) != (
            self.textCursor().anchor(),
            self.textCursor().position(),
        ):
            self.setTextCursor(cursor)

    def position_at(self, place: QPoint) -> int:
        """The position in the text next to a point on the screen."""
        return self.cursorForPosition(self.viewport().mapFromGlobal(place)).position()

    @Slot()
    def copy(self) -> None:
        """Let whoever knows the whole selection copy it."""
        self.copy_requested.emit()

    @Slot()
    def selectAll(self) -> None:
        """Let whoever knows the whole message select it."""
        self.all_requested.emit()

    def createMimeDataFromSelection(self) -> QMimeData:
        """What is dragged out is words, not their looks."""
        data = QMimeData()
        data.setText(self.textCursor().selection().toPlainText())
        return data

    # Events

    def loadResource(self, _kind: int, _name: Any) -> Any:
        """Nothing is ever loaded, whatever a text names."""
        return QImage()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection, or let the one there is grow."""
        if event.button() is Qt.MouseButton.LeftButton:
            grow = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.pressed.emit(grow)
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select; beyond the edges, the page goes on with it."""
        super().mouseMoveEvent(event)
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.dragged.emit(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End selecting."""
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            self.released.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The page scrolls, not the message; sideways, a wide text does."""
        delta = event.angleDelta()
        bar = self.horizontalScrollBar()
        if abs(delta.x()) > abs(delta.y()) and bar.maximum() > 0:
            bar.setValue(bar.value() - delta.x())
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that move through the page go to the page."""
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.selectAll()
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()  # QTextBrowser would go back and forward through pages
        elif plain and event.key() in _LEFT_TO_THE_PAGE:
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
        self.link_pointed.emit("")

    # Links

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go to the next link, or out of the text."""
        went = super().focusNextPrevChild(forward)
        self._point_at_caret()  # Qt tells of links under the pointer only
        return went

    @Slot(QUrl)
    def _open_link(self, url: QUrl) -> None:
        self.link_opened.emit(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))

    @Slot(QUrl)
    def _point_at_link(self, url: QUrl) -> None:
        self.link_pointed.emit(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))

    @Slot()
    def _point_at_caret(self) -> None:
        if self.hasFocus():
            self.link_pointed.emit(self.textCursor().charFormat().anchorHref())

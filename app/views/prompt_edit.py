"""Where one types: Enter sends, Shift+Enter breaks the line, or the other way round."""

from math import inf

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QWidget

from ternchat.app.core.settings import SendKey

from .file_drop import file_paths
from .hinted_edit import HintedEdit
from .theme import BY_KEYBOARD

HEIGHT_SHARE = 0.4  # of the window
LONG_PASTE = 2_500  # characters; more is better attached

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PAGES = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}


class PromptEdit(HintedEdit):
    """A text edit that grows with its text up to a share of the window's height.

    Signals:
        submitted: the text to send; it stays here until `set_draft` is called.
        page_requested: -1 or 1, when the caret cannot move that way and the page should.
        edit_last_requested: Up in an empty field.
        escaped: Escape, while `takes_escape`.
        files_pasted: paths of files from the clipboard.
        pasted_long: where a long text from the clipboard now stands (QTextCursor).
        height_wanted: the text takes another height.
        focus_changed: "keyboard" or "other" way by which the focus came; "" when it left.

    """

    submitted = Signal(str)
    page_requested = Signal(int)
    edit_last_requested = Signal()
    escaped = Signal()
    files_pasted = Signal(list)
    pasted_long = Signal(object)
    height_wanted = Signal()
    focus_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Message Ternchat"), parent)
        self.setObjectName("prompt")
        self.setAccessibleName(self.tr("Message"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(4)
        self.takes_escape = False  # or it stops the answer
        self._room = inf
        self.send_key = SendKey.ENTER
        self.document().documentLayout().documentSizeChanged.connect(self.height_wanted)
        self.textChanged.connect(self._take_side)
        self._take_side()
        self.fit()

    @Slot()
    def submit(self) -> None:
        """Ask for the text to be sent."""
        self.submitted.emit(self.toPlainText())

    @Slot(str)
    def set_draft(self, text: str) -> None:
        """Hold another text, with the caret behind it."""
        if text != self.toPlainText():
            self.setPlainText(text)
            self.moveCursor(QTextCursor.MoveOperation.End)

    def least_height(self) -> int:
        """The height of two lines, or of one where there is no more."""
        return round(min(self._wanted_height(), 2 * self.fontMetrics().lineSpacing()))

    def set_room(self, height: float) -> int:
        """Grow no higher than that: there are other things around; gives the height taken."""
        self._room = height
        return self.fit()

    def fit(self) -> int:
        """Take the height the text needs, as far as there is room."""
        wanted = self._wanted_height()
        window = self.window()
        limit = window.height() * HEIGHT_SHARE if window is not self else wanted
        height = round(min(wanted, max(min(limit, self._room), self.least_height())))
        too_long = wanted > height
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if too_long
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        if height != self.height():
            self.setFixedHeight(height)
        return height

    def _wanted_height(self) -> float:
        # A QPlainTextEdit's document measures itself in lines.
        lines = max(1, round(self.document().size().height()))
        margins = 2 * self.document().documentMargin() + 2
        return lines * self.fontMetrics().lineSpacing() + margins

    def event(self, event: QEvent) -> bool:
        """Have Escape before the menus do, where it means something here."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self.takes_escape
        ):
            event.accept()
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """Measure anew when the font changes; change sides with the window."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.fit()
        elif event.type() is QEvent.Type.LayoutDirectionChange:
            self._take_side()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Send, break the line, turn the page, edit the last message; or just type."""
        key = event.key()
        if key in _ENTER and not self.is_composing:
            self._on_enter(event.modifiers())
        elif key in _PAGES:
            before = self.textCursor().position()
            super().keyPressEvent(event)
            if self.textCursor().position() == before:
                self.page_requested.emit(_PAGES[Qt.Key(key)])
        elif key == Qt.Key.Key_Up and self.document().isEmpty() and not self.is_composing:
            self.edit_last_requested.emit()
        elif key == Qt.Key.Key_Escape and self.takes_escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell the frame around."""
        super().focusInEvent(event)
        self.focus_changed.emit("keyboard" if event.reason() in BY_KEYBOARD else "other")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell the frame around."""
        super().focusOutEvent(event)
        self.focus_changed.emit("")

    def canInsertFromMimeData(self, data: QMimeData) -> bool:
        """Text; files are the window's business, wherever they are dropped."""
        return not file_paths(data) and super().canInsertFromMimeData(data)

    def insertFromMimeData(self, data: QMimeData) -> None:
        """Insert text, and tell where a long one stands; files are attached."""
        paths = file_paths(data)
        if paths:
            self.files_pasted.emit(paths)
            return
        start = self.textCursor().selectionStart()
        super().insertFromMimeData(data)
        if len(data.text()) > LONG_PASTE:
            pasted = self.textCursor()
            end = pasted.position()
            pasted.setPosition(start)
            pasted.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            self.pasted_long.emit(pasted)

    @Slot()
    def _take_side(self) -> None:
        """Stand where the first letter begins to be read; without one, as the window does."""
        document = self.document()
        begin = document.firstBlock().textDirection()
        if document.isEmpty():
            begin = self.layoutDirection()
        side = Qt.AlignmentFlag.AlignLeft
        if begin is Qt.LayoutDirection.RightToLeft:
            side = Qt.AlignmentFlag.AlignRight
        option = document.defaultTextOption()
        if option.alignment() != side:
            option.setAlignment(side)
            document.setDefaultTextOption(option)

    def _on_enter(self, modifiers: Qt.KeyboardModifier) -> None:
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if not shift and control is (self.send_key is SendKey.CTRL_ENTER):
            self.submit()
        else:
            self.textCursor().insertText("\n")
            self.ensureCursorVisible()

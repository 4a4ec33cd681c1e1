"""Where one types: Enter sends, Shift+Enter breaks the line."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from .theme import BY_KEYBOARD

HEIGHT_SHARE = 0.4  # of the window


class PromptEdit(QPlainTextEdit):
    """A text edit that grows with its text up to a share of the window's height.

    Signals:
        submitted: the text to send; it stays here until `clear` or `set_draft` is called.
        page_requested: -1 or 1, when the caret cannot move that way and the page should.
        focus_changed: "keyboard" or "other" way by which the focus came; "" when it left.
    """

    submitted = Signal(str)
    page_requested = Signal(int)
    focus_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prompt")
        self.setAccessibleName("Message")
        self.setPlaceholderText("Message Ternchat")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(4)
        self._composing = False
        self.document().documentLayout().documentSizeChanged.connect(self.fit)
        self.fit()

    @Slot()
    def submit(self) -> None:
        """Ask for the text to be sent, if there is any."""
        text = self.toPlainText()
        if text.strip():
            self.submitted.emit(text)

    @Slot(str)
    def set_draft(self, text: str) -> None:
        """Hold another text, with the caret behind it."""
        if text != self.toPlainText():
            self.setPlainText(text)
            self.moveCursor(QTextCursor.MoveOperation.End)

    @Slot()
    def fit(self) -> None:
        """Take the height the text needs."""
        # A QPlainTextEdit's document measures itself in lines.
        lines = max(1, round(self.document().size().height()))
        margins = 2 * self.document().documentMargin() + 2
        wanted = lines * self.fontMetrics().lineSpacing() + margins
        window = self.window()
        limit = window.height() * HEIGHT_SHARE if window is not self else wanted
        height = round(min(wanted, max(limit, 2 * self.fontMetrics().lineSpacing())))
        too_long = wanted > height
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if too_long
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        if height != self.height():
            self.setFixedHeight(height)

    def changeEvent(self, event: QEvent) -> None:
        """Measure anew when the font changes."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter sends; Enter with Shift or Ctrl is a new line."""
        key, modifiers = event.key(), event.modifiers()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._composing:
            if modifiers & (
                Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
            ):
                self.textCursor().insertText("\n")
                self.ensureCursorVisible()
            else:
                self.submit()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            before = self.textCursor().position()
            super().keyPressEvent(event)
            if self.textCursor().position() == before:
                self.page_requested.emit(-1 if key == Qt.Key.Key_PageUp else 1)
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether an input method still has words in the making."""
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell the frame around."""
        super().focusInEvent(event)
        self.focus_changed.emit("keyboard" if event.reason() in BY_KEYBOARD else "other")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell the frame around."""
        super().focusOutEvent(event)
        self.focus_changed.emit("")

"""A text edit that says what to write while it is empty."""

from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget


class HintedEdit(QPlainTextEdit):
    """Hides its hint behind what an input method has in the making, too."""

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = hint
        self.is_composing = False
        self.setPlaceholderText(hint)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Such words are not in the document yet: Qt would write them across the hint."""
        self.is_composing = bool(event.preeditString())
        super().inputMethodEvent(event)
        self.setPlaceholderText("" if self.is_composing else self._hint)

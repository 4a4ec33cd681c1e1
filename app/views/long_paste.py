"""A long text from the clipboard, which is better attached as a file."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QTextCursor

from ternchat.app.core.attachments import pasted
from ternchat.app.core.language import number

from .composer_notice import ComposerNotice
from .prompt_edit import PromptEdit


class LongPaste(QObject):
    """Offers to make a file of what was pasted, as long as it stands in the text.

    Signals:
        changed: there is something to decide, or no longer.
        attached: the text as an Attachment; it stands in the field no more.
    """

    changed = Signal()
    attached = Signal(object)

    def __init__(self, prompt: PromptEdit, notice: ComposerNotice, parent: QObject) -> None:
        super().__init__(parent)
        self._prompt, self._notice = prompt, notice
        self._cursor: QTextCursor | None = None  # where the text stands
        prompt.pasted_long.connect(self._offer)
        prompt.textChanged.connect(self._follow)
        notice.accepted.connect(self._attach)
        notice.dismissed.connect(self.forget)

    @property
    def is_offered(self) -> bool:
        """Whether there is something to decide."""
        return self._cursor is not None

    @Slot()
    def forget(self) -> None:
        """It stays text."""
        self._cursor = None
        self._notice.say("")
        self.changed.emit()

    @Slot(object)
    def _offer(self, cursor: QTextCursor) -> None:
        self._cursor = cursor
        length = number(len(cursor.selectedText()))
        self._notice.say(self.tr("{count} characters were pasted.").format(count=length))
        self.changed.emit()

    @Slot()
    def _follow(self) -> None:
        if self._cursor is not None and not self._cursor.hasSelection():
            self.forget()

    @Slot()
    def _attach(self) -> None:
        cursor = self._cursor
        self.forget()
        if cursor is not None and cursor.hasSelection():
            text = cursor.selection().toPlainText()
            cursor.removeSelectedText()
            self.attached.emit(pasted(text))
        self._prompt.setFocus()

"""Asks before many chats, or chats for ever, are deleted; it says how many."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget


class ChatsQuestion(QMessageBox):
    """Shown with `open()`; Cancel is what Enter and Escape choose.

    Signals:
        confirmed: the ids of the chats it was about.
    """

    confirmed = Signal(object)

    def __init__(
        self, question: str, what_then: str, button: str, chat_ids: list[int], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._chat_ids = chat_ids
        self.setWindowTitle(question)
        self.setText(question)
        self.setInformativeText(what_then)
        self.yes = self.addButton(button, QMessageBox.ButtonRole.DestructiveRole)
        self.no = self.addButton(QMessageBox.StandardButton.Cancel)
        for pressed in (self.yes, self.no):
            pressed.setProperty("kind", "plain")
        self.setDefaultButton(self.no)
        self.setEscapeButton(self.no)
        self.finished.connect(self._on_finished)

    @Slot()
    def _on_finished(self) -> None:
        if self.clickedButton() is self.yes:
            self.confirmed.emit(self._chat_ids)
        self.deleteLater()

"""Asks before the window closes on an answer that is still being written."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget


class CloseQuestion(QMessageBox):
    """Shown with `open()`; the window goes on living behind it.

    Signals:
        confirmed: close nevertheless.
    """

    confirmed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("closeQuestion")
        self.setWindowTitle(self.tr("Close Ternchat?"))
        self.setText(self.tr("An answer is still being written."))
        self.setInformativeText(
            self.tr("What is written so far is kept, and the model can go on with it later.")
        )
        self._close = self.addButton(
            self.tr("Stop and close"), QMessageBox.ButtonRole.DestructiveRole
        )
        stay = self.addButton(self.tr("Go on writing"), QMessageBox.ButtonRole.RejectRole)
        self.setDefaultButton(stay)
        self.setEscapeButton(stay)
        self.finished.connect(self._on_finished)

    @Slot()
    def _on_finished(self) -> None:
        if self.clickedButton() is self._close:
            self.confirmed.emit()

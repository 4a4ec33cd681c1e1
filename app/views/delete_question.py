"""Asks, in the card itself, before much that was fetched is deleted."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ternchat.app.core.wording import size_text

from .buttons import TextButton
from .labels import PlainLabel
from .theme import Theme

WORTH_ASKING_BYTES = 100_000_000  # less is fetched again in no time


class DeleteQuestion(QFrame):
    """Hidden until there is something to ask.

    Signals:
        confirmed: delete it.
    """

    confirmed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problemNote")
        self._theme = theme
        self.text = PlainLabel(wrap=True)
        self.delete = TextButton(self.tr("Delete it"), "plain")
        self.keep = TextButton(self.tr("Keep it"), "plain")
        row = QHBoxLayout()
        for button in (self.delete, self.keep):
            row.addWidget(button)
        row.addStretch()
        self._box = QVBoxLayout(self)
        self._box.addWidget(self.text)
        self._box.addLayout(row)
        self.delete.clicked.connect(self._confirm)
        self.keep.clicked.connect(self.hide)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def ask(self, done_bytes: int) -> None:
        """Ask about so many bytes; the safe answer has the focus."""
        size = size_text(done_bytes)
        self.text.setText(
            self.tr("{size} have come. Deleted, they must be fetched again.").format(size=size)
        )
        self.setAccessibleName(self.text.text())
        self.delete.setText(self.tr("Delete {size}").format(size=size))
        self.show()
        self.keep.setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape keeps it."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _confirm(self) -> None:
        self.hide()
        self.confirmed.emit()

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(px(12), px(10), px(12), px(10))
        self._box.setSpacing(px(8))

"""A sentence at the bottom that goes by itself, with one thing to do about it."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from .buttons import IconButton, TextButton
from .labels import PlainLabel
from .theme import Theme

SHOWN_MS = 10_000


class Toast(QFrame):
    """Hidden until it has something to say.

    Signals:
        accepted: its button was pressed.
    """

    accepted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self._theme = theme
        self.text = PlainLabel(wrap=True)
        self.button = TextButton(self.tr("Undo"), "plain")
        self._cross = IconButton(theme, "x", self.tr("Dismiss"), size=16)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.text, 1)
        self._row.addWidget(self.button)
        self._row.addWidget(self._cross)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        self.button.clicked.connect(self._accept)
        self._cross.clicked.connect(self.hide)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def say(self, text: str, action: str = "") -> None:
        """Show a sentence for some seconds; without an action it has no button."""
        self.text.setText(text)
        self.button.setText(action or self.button.text())
        self.button.setVisible(bool(action))
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self._timer.start()

    @Slot()
    def _accept(self) -> None:
        self.hide()
        self.accepted.emit()

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._row.setContentsMargins(self._theme.margins(16, 8, 8, 8))
        self._row.setSpacing(px(8))

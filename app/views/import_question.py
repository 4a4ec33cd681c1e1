"""Asks whether a model of this computer is to be used where it is, or copied."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from .buttons import TextButton
from .labels import ElidedLabel, PlainLabel, plain_tooltip
from .theme import Theme


class ImportQuestion(QFrame):
    """Hidden until there is something to ask about.

    Signals:
        answered: the path, and whether it is to be copied.
    """

    answered = Signal(str, bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelCard")
        self.setAccessibleName(self.tr("Import a model"))
        self._theme = theme
        self._path = ""
        self._name = ElidedLabel(name="cardTitle")
        self.link = TextButton(self.tr("Use it where it is"), "primary")
        self.copy = TextButton(self.tr("Copy it"), "plain")
        self.cancel = TextButton(self.tr("Cancel"), "plain")
        text = self.tr(
            "Used where it is, it takes no more room, and goes when its folder goes."
            " A copy lies in Ternchat's models folder."
        )
        row = QHBoxLayout()
        for button in (self.link, self.copy, self.cancel):
            row.addWidget(button)
        row.addStretch()
        self._box = QVBoxLayout(self)
        self._box.addWidget(self._name)
        self._box.addWidget(PlainLabel(text, "muted", wrap=True))
        self._box.addLayout(row)
        self.link.clicked.connect(self._link)
        self.copy.clicked.connect(self._copy)
        self.cancel.clicked.connect(self.hide)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    @Slot(str)
    def ask(self, path: str) -> None:
        """Ask about a folder or a file."""
        self._path = path
        self._name.setText(path)
        self._name.setToolTip(plain_tooltip(path))
        self.show()
        self.link.setFocus()

    @Slot()
    def _link(self) -> None:
        self.hide()
        self.answered.emit(self._path, False)

    @Slot()
    def _copy(self) -> None:
        self.hide()
        self.answered.emit(self._path, True)

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(px(16), px(12), px(16), px(12))
        self._box.setSpacing(px(8))

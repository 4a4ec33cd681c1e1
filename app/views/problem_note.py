"""What went wrong with something, inside of it: what happened, what to do, details to copy."""

import textwrap

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ternchat.app.core.problem import Problem

from .buttons import TextButton
from .labels import PlainLabel
from .theme import Theme

TEXT_LENGTH = 300  # characters; all of it stands in the details


class ProblemNote(QFrame):
    """Hidden until there is a problem; buttons of others can stand beside its own."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problemNote")
        self._theme = theme
        self._problem: Problem | None = None
        self.title = PlainLabel(name="errorTitle", wrap=True)
        self.text = PlainLabel(wrap=True)
        self.advice = PlainLabel(name="muted", wrap=True)
        self.copy = TextButton(self.tr("Copy details"), "plain")
        self._buttons = QHBoxLayout()
        self._buttons.addWidget(self.copy)
        self._buttons.addStretch()
        self._box = QVBoxLayout(self)
        for label in (self.title, self.text, self.advice):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._box.addWidget(label)
        self._box.addLayout(self._buttons)
        self.copy.clicked.connect(self._copy)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def show_problem(self, problem: Problem | None) -> None:
        """Show a problem, or none."""
        if problem == self._problem:
            return
        self._problem = problem
        self.setVisible(problem is not None)
        if problem is not None:
            self.title.setText(problem.title)
            self.text.setText(textwrap.shorten(problem.text, TEXT_LENGTH, placeholder=" …"))
            self.advice.setText(problem.advice)
            self.setAccessibleName(problem.title)
            self.setAccessibleDescription(f"{problem.text} {problem.advice}")

    def add_button(self, button: TextButton) -> None:
        """Put a way on in front of Copy details."""
        self._buttons.insertWidget(0, button)

    @Slot()
    def _copy(self) -> None:
        if self._problem is not None:
            QGuiApplication.clipboard().setText(self._problem.report)

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(px(12), px(10), px(12), px(10))
        self._box.setSpacing(px(4))
        self._buttons.setSpacing(px(8))

"""Asks the hub about a model of any repository, and shows the answer."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ternchat.app.core.access_token import AccessToken
from ternchat.app.core.problem import Problem

from .buttons import TextButton
from .labels import PlainLabel
from .problem_note import ProblemNote
from .theme import Theme, set_style_property
from .token_row import TokenRow


class AddModelRow(QWidget):
    """A field for a repository's name or address.

    Signals:
        looked_up: what was typed.
        token_given: what was typed, and an AccessToken that opens it.
        download_requested: fetch what was found.
    """

    looked_up = Signal(str)
    token_given = Signal(str, object)
    download_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        name = self.tr("Name or address of a repository")
        self.field = QLineEdit()
        self.field.setObjectName("field")
        self.field.setAccessibleName(name)
        self.field.setPlaceholderText(self.tr("owner/model, or the address of its page"))
        self.field.setClearButtonEnabled(False)
        self.button = TextButton(self.tr("Look up"), "plain")
        self.answer = PlainLabel(name="muted", wrap=True)
        self.download = TextButton(self.tr("Download"), "primary")
        self.download.setAccessibleName(self.tr("Download what was found"))
        self.problem = ProblemNote(theme)
        self.token = TokenRow(theme)
        row = QHBoxLayout()
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        below = QHBoxLayout()
        below.addWidget(self.answer, 1)
        below.addWidget(self.download)
        self._box = QVBoxLayout(self)
        self._box.addLayout(row)
        self._box.addLayout(below)
        self._box.addWidget(self.problem)
        self._box.addWidget(self.token)
        self.field.returnPressed.connect(self._look_up)
        self.field.textEdited.connect(self._forget)
        self.button.clicked.connect(self._look_up)
        self.token.given.connect(self._on_token)
        self.download.clicked.connect(self.download_requested)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.say("")

    def say(self, text: str, tone: str = "", *, offer: bool = False) -> None:
        """Show an answer, and whether what it is about can be fetched."""
        self.problem.show_problem(None)
        self.token.ask_for("")
        self.answer.setText(text)
        self.answer.setVisible(bool(text))
        set_style_property(self.answer, "tone", tone)
        self.download.setVisible(offer)

    def show_problem(self, problem: Problem, page: str = "") -> None:
        """Show why there is no answer; `page` is that of a model which a token may open."""
        self.say("")
        self.problem.show_problem(problem)
        self.token.ask_for(page, folded=problem.code == "model_gone")

    @Slot()
    def _look_up(self) -> None:
        text = self.field.text().strip()
        if text:
            self.say(self.tr("Asking …"))
            self.looked_up.emit(text)

    @Slot(object)
    def _on_token(self, token: AccessToken) -> None:
        self.say(self.tr("Asking …"))
        self.token_given.emit(self.field.text().strip(), token)

    @Slot()
    def _forget(self) -> None:
        self.say("")

    @Slot()
    def _restyle(self) -> None:
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(self._theme.px(8))

"""The one place where an error becomes visible."""

import textwrap

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from ternchat.app.core.problem import Problem

from . import icons
from .buttons import IconButton, TextButton
from .labels import PlainLabel
from .page_area import PageArea
from .theme import Theme

DETAIL_LINES = 6
TEXT_LENGTH = 300  # characters; all of it stands in the details


class ErrorStrip(QFrame):
    """Says what is wrong, what happened and what to do; details on demand.

    Signals:
        new_chat_requested: the way on when a chat is full.
        models_requested: the way on when another model would help.
    """

    new_chat_requested = Signal()
    models_requested = Signal()

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, offers_models: bool = True
    ) -> None:
        super().__init__(parent)
        self._offers_models = offers_models  # not where all models are in view
        self.setObjectName("errorStrip")
        self.setAccessibleName(self.tr("Error"))
        self._theme = theme
        self._problem: Problem | None = None
        self._icon = QLabel()
        self.title = PlainLabel(name="errorTitle", wrap=True)
        self.text = PlainLabel(wrap=True)
        self.advice = PlainLabel(name="muted", wrap=True)
        for label in (self.title, self.text, self.advice):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.new_chat = TextButton(self.tr("Start a new chat"), "plain")
        self.models = TextButton(self.tr("Show models"), "plain")
        self.details_button = TextButton(self.tr("Details"), "plain")
        self.details_button.setCheckable(True)
        self.copy = TextButton(self.tr("Copy details"), "plain")
        self.dismiss = IconButton(theme, "x", self.tr("Dismiss"))
        self.details = QPlainTextEdit()
        self.details.setObjectName("errorDetails")
        self.details.setAccessibleName(self.tr("Error details"))
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self._area = PageArea(theme)  # what is long is scrolled
        self._room: int | None = None
        self._build()
        self.new_chat.clicked.connect(self.new_chat_requested)
        self.models.clicked.connect(self.models_requested)
        self.details_button.toggled.connect(self._show_details)
        self.copy.clicked.connect(self._copy)
        self.dismiss.clicked.connect(self.clear)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    @Slot(object)
    def show_problem(self, problem: Problem | None) -> None:
        """Show a problem; None takes the strip away."""
        self._problem = problem
        self.setVisible(problem is not None)
        if problem is None:
            return
        self.title.setText(problem.title)
        self.text.setText(textwrap.shorten(problem.text, TEXT_LENGTH, placeholder=" …"))
        self.advice.setText(problem.advice)
        code = f"[{problem.code}]\n" if problem.code else ""
        self.details.setPlainText(code + problem.details)
        self.details_button.setChecked(False)
        self._show_details(False)
        self.new_chat.setVisible(problem.chat_full)
        self.models.setVisible(problem.wants_model and self._offers_models)
        self.fit()
        self.setAccessibleDescription(f"{problem.title}. {problem.text} {problem.advice}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width breaks lines anew."""
        super().resizeEvent(event)
        self.fit()

    def set_room(self, height: int) -> int:
        """Be no higher than that, as long as a line can be read; gives the height taken."""
        self._room = height
        return self.fit()

    def fit(self) -> int:
        """Take the height of what is said, as far as there is room."""
        margins = self._box.contentsMargins()
        width = self.contentsRect().width() - margins.left() - margins.right()
        wanted = self._inside.heightForWidth(self._area.content_width(width))
        rest = self.height() - self.contentsRect().height() + self._box.spacing()
        rest += margins.top() + margins.bottom() + self._head.heightForWidth(width)
        if not all(button.isHidden() for button in (self.new_chat, self.models, self.copy)):
            rest += self._buttons.sizeHint().height() + self._box.spacing()
        room = wanted if self._room is None else self._room - rest
        inside = max(0, min(wanted, max(room, self.text.fontMetrics().lineSpacing())))
        if inside != self._area.height():
            self._area.setFixedHeight(inside)
        return rest + inside

    @Slot()
    def clear(self) -> None:
        """Take the strip away."""
        self.show_problem(None)

    def _build(self) -> None:
        self._head = head = QHBoxLayout()
        head.addWidget(self._icon)
        head.addWidget(self.title, 1)
        for button in (self.details_button, self.dismiss):
            head.addWidget(button, alignment=Qt.AlignmentFlag.AlignTop)
        self._buttons = buttons = QHBoxLayout()
        for button in (self.new_chat, self.models, self.copy):
            buttons.addWidget(button)
        buttons.addStretch()
        said = QWidget()
        self._inside = QVBoxLayout(said)
        self._inside.setContentsMargins(0, 0, 0, 0)
        for part in (self.text, self.advice, self.details):
            self._inside.addWidget(part)
        self._area.setWidget(said)
        self._box = QVBoxLayout(self)
        self._box.addLayout(head)
        self._box.addWidget(self._area)
        self._box.addLayout(buttons)

    @Slot(bool)
    def _show_details(self, shown: bool) -> None:
        self.details.setVisible(shown)
        self.copy.setVisible(shown)
        self.fit()
        self.updateGeometry()  # whoever gives the room shares it anew

    @Slot()
    def _copy(self) -> None:
        if self._problem is not None:
            QGuiApplication.clipboard().setText(self._problem.report)

    @Slot()
    def _restyle(self) -> None:
        px, bad = self._theme.px, self._theme.colours.bad
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(icons.pixmap("triangle-alert", bad, px(18), ratio))
        self._box.setContentsMargins(self._theme.margins(14, 8, 8, 12))
        self._box.setSpacing(px(4))
        self._inside.setSpacing(px(4))
        self._area.setAccessibleName(self.accessibleName())
        self.details.setFixedHeight(DETAIL_LINES * self.details.fontMetrics().lineSpacing())

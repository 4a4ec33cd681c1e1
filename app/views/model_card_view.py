"""One model of the models page: what it is, what it takes, how it comes along, what one can do."""

from PySide6.QtCore import QDate, QDateTime, QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ternchat.app.core import model_wording
from ternchat.app.core.access_token import AccessToken
from ternchat.app.core.model_card import ModelCard, Place
from ternchat.app.core.model_surroundings import Surroundings
from ternchat.app.core.problem import sentence
from ternchat.app.core.progress import State
from ternchat.app.core.progress_wording import amount_text, progress_text, state_text

from .delete_question import WORTH_ASKING_BYTES, DeleteQuestion
from .detail_grid import DetailGrid
from .fact import Fact
from .flow_layout import FlowLayout
from .labels import PlainLabel
from .model_actions import Action, actions_for
from .model_buttons import ModelButtons
from .problem_note import ProblemNote
from .theme import Theme, set_style_property
from .token_row import TokenRow


class ModelCardView(QFrame):
    """Shows a ModelCard.

    Signals:
        acted: an Action and the model's name.
        token_given: the model's name and an AccessToken for it.
    """

    acted = Signal(object, str)
    token_given = Signal(str, object)

    def __init__(self, theme: Theme, card: ModelCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelCard")
        self._theme, self._card = theme, card
        self._around = Surroundings()
        self.title = PlainLabel(name="cardTitle", wrap=True)
        self.badge = PlainLabel(name="badge")
        self.summary = PlainLabel(name="muted", wrap=True)
        self.size = Fact(theme, "")
        self.disk = Fact(theme, self.tr("Disk afterwards"))
        self.memory = Fact(theme, self.tr("Memory"))
        self.speed = Fact(theme, self.tr("Speed here"))
        self.used = Fact(theme, self.tr("Last used"))
        self.bar = QProgressBar()
        self.state = PlainLabel(name="muted", wrap=True)
        self.problem = ProblemNote(theme)
        self.token = TokenRow(theme)
        self.details = DetailGrid(theme)
        self.buttons = ModelButtons(theme)
        self.question = DeleteQuestion(theme)
        self._build()
        self.buttons.acted.connect(self._on_acted)
        self.buttons.details_toggled.connect(self._show_details)
        self.question.confirmed.connect(self._delete)
        self.token.given.connect(self._on_token)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.show_card(card, self._around)

    @property
    def card(self) -> ModelCard:
        """What is shown."""
        return self._card

    def recommend(self, recommended: bool) -> None:
        """Make its download the one that catches the eye."""
        self.buttons.recommend(recommended)

    def show_card(self, card: ModelCard, around: Surroundings) -> None:
        """Show the model as it is now."""
        self._card, self._around = card, around
        self.setAccessibleName(card.title)
        self.title.setText(card.title)
        self.summary.setText(model_wording.summary(card))
        self.summary.setVisible(bool(self.summary.text()))
        set_style_property(self.summary, "tone", "warning" if card.reason else "")
        self._show_badge()
        self._show_facts()
        self._show_progress()
        self._show_actions()
        self.details.show_rows(model_wording.details(card))

    # ---- Parts ----------------------------------------------------------------------------------

    def _build(self) -> None:
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.details.hide()
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.badge, alignment=Qt.AlignmentFlag.AlignTop)
        self._facts = FlowLayout()
        facts = QWidget()
        facts.setLayout(self._facts)
        for fact in (self.size, self.disk, self.memory, self.speed, self.used):
            self._facts.addWidget(fact)
        self._box = QVBoxLayout(self)
        self._box.addLayout(head)
        for part in (self.summary, facts, self.bar, self.state, self.problem, self.token):
            self._box.addWidget(part)
        for part in (self.buttons, self.question, self.details):
            self._box.addWidget(part)

    def _show_badge(self) -> None:
        card = self._card
        text = ""
        if card.name == self._around.loaded:
            text = self.tr("In use")
        elif card.tested is False:
            text = self.tr("Self-test failed")
        elif card.linked:
            text = self.tr("Used in place")
        self.badge.setText(text)
        self.badge.setVisible(bool(text))
        set_style_property(self.badge, "tone", "bad" if card.tested is False else "good")

    def _show_facts(self) -> None:
        card, around = self._card, self._around
        here = card.place is Place.INSTALLED
        on_disk = here or card.cached or card.importing
        self.size.rename(self.tr("On the disk") if on_disk else self.tr("Download"))
        self.size.say(model_wording.size_fact(card))
        self.disk.setVisible(not on_disk)
        too_large = (
            around.free_disk_bytes is not None and (card.size_bytes or 0) > around.free_disk_bytes
        )
        disk = model_wording.disk_fact(card, around.free_disk_bytes)
        self.disk.say(disk, "bad" if too_large else "")
        self.used.setVisible(here)
        self.used.say(self._last_used())
        needed, free = card.memory_bytes(around.context), around.free_memory_bytes
        fits = needed is None or free <= 0 or needed <= free or card.name == around.loaded
        memory = model_wording.memory_fact(card, around.context, fits=fits)
        self.memory.say(memory, "" if fits else "bad", model_wording.memory_note(card, around))
        if needed is not None and free > 0:
            self.memory.show_level(needed, free, "muted" if fits else "bad")
        promised = card.tokens_per_second(around.speed)
        disturbed = around.speed is not None and around.speed.is_disturbed
        speed = model_wording.speed_fact(promised, measuring=around.measuring, disturbed=disturbed)
        is_measured = card.measured is not None
        self.speed.rename(self.tr("Speed measured") if is_measured else self.tr("Speed here"))
        if card.measured is not None:
            speed = model_wording.measured_fact(card.measured)
        self.speed.say(speed, note=model_wording.speed_note(card, promised))
        for fact in (self.memory, self.speed):
            fact.setVisible(card.config is not None)

    def _last_used(self) -> str:
        """The day, or today the time."""
        if self._card.last_used is None:
            return self.tr("not yet")
        when = QDateTime.fromSecsSinceEpoch(round(self._card.last_used))
        if when.date() == QDate.currentDate():
            return QLocale().toString(when.time(), QLocale.FormatType.ShortFormat)
        return QLocale().toString(when.date(), QLocale.FormatType.ShortFormat)

    def _show_progress(self) -> None:
        card, progress = self._card, self._card.progress
        text, fraction = "", None
        if progress is not None and progress.state is not State.FAILED:
            text, fraction = progress_text(progress), progress.fraction or 0.0
            if progress.note:
                text = f"{text}\n{sentence(progress.note)}"
        elif progress is None and card.left is not None:
            left = card.left
            done = amount_text(left.done_bytes, left.total_bytes)
            text = f"{state_text(State.PAUSED)} · {done}"
            fraction = left.done_bytes / left.total_bytes if left.total_bytes else 0.0
        self.state.setText(text)
        self.state.setVisible(bool(text))
        self.bar.setVisible(fraction is not None)
        self.bar.setValue(round(1000 * (fraction or 0.0)))
        stalled = progress is not None and progress.state is State.STALLED
        set_style_property(self.state, "tone", "warning" if stalled else "")
        problem = None if progress is None else progress.problem
        self.problem.show_problem(problem)
        page = f"{self._around.hub}/{card.repository}" if card.wants_token else ""
        self.token.ask_for(page, folded=problem is not None and problem.code == "model_gone")

    def _show_actions(self) -> None:
        actions = actions_for(self._card, loaded=self._card.name == self._around.loaded)
        card = self._card
        self.buttons.show_actions(actions, card.fetched_bytes, token_first=card.wants_token)
        if Action.CANCEL_DELETE not in actions:  # it came to its end meanwhile
            self.question.hide()

    @Slot(object)
    def _on_acted(self, action: Action) -> None:
        """Ask before much is lost; everything else is done at once."""
        fetched = self._card.fetched_bytes
        if action is Action.CANCEL_DELETE and fetched > WORTH_ASKING_BYTES:
            self.question.ask(fetched)
        else:
            self.acted.emit(action, self._card.name)

    @Slot(object)
    def _on_token(self, token: AccessToken) -> None:
        self.token_given.emit(self._card.name, token)

    @Slot()
    def _delete(self) -> None:
        self.acted.emit(Action.CANCEL_DELETE, self._card.name)

    @Slot(bool)
    def _show_details(self, shown: bool) -> None:
        self.details.setVisible(shown)

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(px(16), px(12), px(16), px(12))
        self._box.setSpacing(px(8))
        self._facts.setSpacing(px(12))
        self.bar.setFixedHeight(px(4))

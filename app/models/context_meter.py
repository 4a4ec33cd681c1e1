"""How full the model's context is, and would be with what is being typed."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.context_use import ContextUse, attachment_tokens, chat_tokens
from ternchat.app.core.conversation import State
from ternchat.app.core.statistics import Snapshot
from ternchat.app.core.token_estimate import estimate_tokens

from .conversation_model import ConversationModel

INTERVAL_MS = 150  # typing is faster than counting needs to be
DRAFT = "draft"


class ContextMeter(QObject):
    """Follows the chat on the screen, the draft, and the model.

    Signals:
        changed: the new ContextUse.
        count_requested: the key "draft", and a text whose tokens somebody may count.

    """

    changed = Signal(object)
    count_requested = Signal(object, str)

    def __init__(self, conversation: ConversationModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._conversation = conversation
        self._now = Snapshot()
        self._text = ""
        self._counted_text: str | None = None  # what the count below belongs to
        self._count = 0
        self._asked: str | None = None  # what is being counted now
        self._can_count = False
        self._attachments: tuple[Attachment, ...] = ()
        self._fixed = 0
        self._use = ContextUse()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._measure)
        for signal in (
            conversation.modelReset,
            conversation.rowsInserted,
            conversation.rowsRemoved,
            conversation.dataChanged,
        ):
            signal.connect(self._later)

    @property
    def use(self) -> ContextUse:
        """The last measurement."""
        return self._use

    @Slot(str)
    def set_draft(self, text: str) -> None:
        """Follow what is typed."""
        self._text = text
        self._later()

    def set_attachments(self, attachments: tuple[Attachment, ...]) -> None:
        """Follow the files that go with it."""
        self._attachments = attachments
        self._later()

    @Slot(object)
    def set_settings(self, settings: ChatSettings) -> None:
        """Follow the chat's system prompt."""
        self._fixed = estimate_tokens(settings.system_prompt)
        self._later()

    @Slot(object)
    def set_status(self, now: Snapshot) -> None:
        """Follow the model and the answer being written."""
        self._now = now
        self._later()

    @Slot(bool)
    def set_can_count(self, can_count: bool) -> None:
        """Somebody can count now, or no longer; earlier counts are another model's."""
        self._can_count, self._counted_text, self._asked = can_count, None, None
        self._later()

    @Slot(object, object)
    def on_counted(self, key: object, tokens: int | None) -> None:
        """Somebody counted; keys that are not ours are let pass."""
        if key != DRAFT or self._asked is None:
            return
        if tokens is not None:
            self._counted_text, self._count = self._asked, tokens
        self._asked = None
        if tokens is None:
            self._can_count = False  # this tokenizer cannot: estimates have to do
        self._measure()

    @Slot()
    def _later(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _measure(self) -> None:
        counted = self._text == self._counted_text
        if self._can_count and not counted and self._text:
            if self._asked is None:  # one at a time, the newest next
                self._asked = self._text
                self.count_requested.emit(DRAFT, self._text)
            return
        words = self._count if counted else estimate_tokens(self._text)
        use = ContextUse(
            chat=self._chat_tokens(),
            draft=words + attachment_tokens(self._attachments),
            fixed=self._fixed,
            length=self._now.facts.context_length if self._now.facts else None,
            counted=counted or (not self._text and self._can_count),
        )
        if use != self._use:
            self._use = use
            self.changed.emit(use)

    def _chat_tokens(self) -> int:
        messages = self._conversation.messages()
        if any(m.state is State.WRITING for m in messages[-1:]) and self._now.used_tokens:
            return self._now.used_tokens
        return chat_tokens(messages, self._fixed)

"""The composer: a card with files, the text, the model in use, and the Send or Stop button."""

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.context_use import ContextUse, Level
from ternchat.app.core.settings import SendKey
from ternchat.app.models.attachment_list import AttachmentList

from .buttons import IconButton
from .composer_extras import ComposerExtras
from .context_gauge import ContextGauge
from .labels import ElidedLabel
from .long_paste import LongPaste
from .prompt_edit import PromptEdit
from .send_button import SendButton
from .theme import Theme, set_style_property

EXTRAS_SHARE = 0.2  # of the window; more is scrolled
PLENTY = 100_000  # pixels: as long as nobody says how much room there is


class Composer(QFrame):
    """Never disabled: one can type in every phase.

    Signals:
        submitted: text to send, and its attachments.
        stop_requested: end the answer being written.
        draft_changed: what is typed so far.
        attach_requested: choose files to attach.
        edit_last_requested: edit the last message of the person.
        edit_cancelled: leave the message being edited as it is.

    """

    submitted = Signal(str, object)
    stop_requested = Signal()
    draft_changed = Signal(str)
    attach_requested = Signal()
    edit_last_requested = Signal()
    edit_cancelled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("composer")
        self._theme = theme
        self._editing = self._taken = self._send_when_read = False
        self._room = PLENTY
        self.attachments = AttachmentList(self)
        self.prompt = PromptEdit()
        self.button = SendButton(theme)
        self.attach = IconButton(theme, "paperclip", self.tr("Attach files"))
        self.gauge = ContextGauge(theme)
        self.extras = ComposerExtras(theme, self.attachments)
        self.repeat_notice, self.context_notice = self.extras.repeat, self.extras.context
        self.wait_notice, self.edit_notice = self.extras.wait, self.extras.edit
        self.paste_notice, self.chips = self.extras.paste, self.extras.chips
        self._paste = LongPaste(self.prompt, self.paste_notice, self)
        self._model = ElidedLabel(name="muted")
        self._build()
        self._connect()
        self._dress_button()
        self._restyle()

    @property
    def editing(self) -> bool:
        """Whether the text is that of an earlier message."""
        return self._editing

    def setFocus(self, *reason: Qt.FocusReason) -> None:
        """Let one type; a focus proxy would make Tab skip what stands before the text."""
        self.prompt.setFocus(*reason)

    @Slot(bool)
    def set_busy(self, busy: bool) -> None:
        """Make the button Stop, or Send again."""
        self.button.set_busy(busy)

    @Slot(str)
    def set_model(self, title: str) -> None:
        """Name the model that answers."""
        self._model.setText(title)

    @Slot(object)
    def set_send_key(self, key: SendKey) -> None:
        """Send with Enter, or with Ctrl+Enter."""
        self.prompt.send_key = key
        self.button.set_send_key(key)

    @Slot(str)
    def set_draft(self, text: str) -> None:
        """Hold another text; in answer to `submitted` it also means: the message is stored."""
        self._taken = True
        self.prompt.set_draft(text)

    @Slot()
    def show_chat(self) -> None:
        """Another chat came: what was about to happen here does not happen there."""
        self._wait_for_files(False)
        self._paste.forget()
        self.set_editing(False)

    @Slot(bool, object)
    def set_editing(self, editing: bool, attachments: Iterable[Attachment] = ()) -> None:
        """Edit an earlier message with its files, or go back to the draft before."""
        if editing or self._editing:
            self._editing = editing
            self.attachments.set_editing(editing, attachments)
            words = self.tr("Editing an earlier message. Sending answers it anew.")
            self.edit_notice.say(words if editing else "")
            self._claim_escape()
            if editing:
                self.prompt.setFocus()

    @Slot(bool)
    def show_repeating(self, repeating: bool) -> None:
        """Say that the answer being written repeats itself, or that it does so no longer."""
        words = self.tr("The answer repeats itself.")
        self.repeat_notice.say(words if repeating else "", "warning")

    @Slot(object)
    def show_context(self, use: ContextUse) -> None:
        """Show how full the context is, and say so when that has consequences."""
        self.gauge.show_use(use)
        self.context_notice.say(use.reason, "bad" if use.level is Level.BAD else "warning")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width breaks lines anew."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.fit()

    def least_height(self) -> int:
        """With less, something could not be seen any more."""
        extras = self.extras.least_height(self._inner_width())
        return self._frame_height(extras) + extras + self.prompt.least_height()

    def set_room(self, height: int) -> int:
        """Be no higher than that; gives the height taken."""
        self._room = height
        return self.fit()

    @Slot()
    def fit(self) -> int:
        """Share the room out: one thing to know, two lines of text, then all else."""
        width, some = self._inner_width(), round(EXTRAS_SHARE * self.window().height())
        least = self.extras.least_height(width)
        room = self._room - self._frame_height(least) - self.prompt.least_height()
        extras = self.extras.set_room(width, max(least, min(room, some)))
        frame = self._frame_height(extras)
        prompt = self.prompt.set_room(self._room - frame - extras)
        if (height := frame + extras + prompt) != self.height():
            self.setFixedHeight(height)
        return height

    def _inner_width(self) -> int:
        margins = self._box.contentsMargins()
        return self.contentsRect().width() - margins.left() - margins.right()

    def _frame_height(self, extras: int) -> int:
        """The height of all that is neither text nor extras."""
        margins = self._box.contentsMargins()
        gaps = self._box.spacing() * (2 if extras else 1)
        frame = self.height() - self.contentsRect().height()
        return frame + margins.top() + margins.bottom() + self._row.sizeHint().height() + gaps

    @Slot(bool)
    def set_drop_target(self, hovering: bool) -> None:
        """Show that files can be let go of."""
        set_style_property(self, "drop", hovering)

    def _build(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.attach)
        row.addWidget(self._model, 1)
        row.addWidget(self.gauge)
        row.addWidget(self.button)
        self._row = row
        self._box = QVBoxLayout(self)
        self._box.addWidget(self.extras)
        self._box.addWidget(self.prompt)
        self._box.addLayout(row)
        chain = (
            *(*self.repeat_notice.buttons, *self.wait_notice.buttons),
            *(*self.edit_notice.buttons, *self.paste_notice.buttons),
            *(self.prompt, self.attach, self.button),
        )
        for before, after in pairwise(chain):
            self.setTabOrder(before, after)
        self.chips.follow(self.paste_notice.buttons[-1])

    def _connect(self) -> None:
        prompt = self.prompt
        prompt.submitted.connect(self._submit)
        prompt.height_wanted.connect(self.fit)
        self.extras.changed.connect(self.fit)
        prompt.textChanged.connect(self._on_text)
        prompt.focus_changed.connect(self._on_focus)
        prompt.edit_last_requested.connect(self.edit_last_requested)
        prompt.escaped.connect(self._on_escape)
        prompt.files_pasted.connect(self.attachments.add_paths)
        self._paste.attached.connect(self.attachments.add)
        self._paste.changed.connect(self._claim_escape)
        self.button.send_requested.connect(prompt.submit)
        self.button.stop_requested.connect(self.stop_requested)
        self.attach.clicked.connect(self.attach_requested)
        self.attachments.changed.connect(self._on_attachments)
        self.repeat_notice.accepted.connect(self.stop_requested)
        self.repeat_notice.dismissed.connect(self._let_repeat)
        self.edit_notice.dismissed.connect(self._on_escape)
        self.wait_notice.dismissed.connect(self._on_escape)
        self._theme.changed.connect(self._restyle)

    @Slot(str)
    def _submit(self, text: str) -> None:
        if self.attachments.reading:
            self._wait_for_files(True)
            return
        files = self.attachments.files
        if not text.strip() and not files:
            return
        self._taken = False
        self.submitted.emit(text, self.attachments.attachments)
        if self._taken:
            self.attachments.discard(file.key for file in files)
            self._paste.forget()

    @Slot()
    def _on_text(self) -> None:
        self._dress_button()
        self.draft_changed.emit(self.prompt.toPlainText())

    @Slot(str)
    def _on_focus(self, focus: str) -> None:
        set_style_property(self, "ring", focus)

    @Slot()
    def _on_attachments(self) -> None:
        self._dress_button()
        if self._send_when_read and not self.attachments.reading:
            self._wait_for_files(False)
            self.prompt.submit()

    @Slot()
    def _on_escape(self) -> None:
        if self._send_when_read:
            self._wait_for_files(False)
        elif self._paste.is_offered:
            self._paste.forget()
        elif self._editing:
            self.edit_cancelled.emit()
        self.prompt.setFocus()

    @Slot()
    def _let_repeat(self) -> None:
        self.show_repeating(False)
        self.prompt.setFocus()

    def _wait_for_files(self, waiting: bool) -> None:
        self._send_when_read = waiting
        words = self.tr("This will be sent as soon as its files have been read.")
        self.wait_notice.say(words if waiting else "")
        self._claim_escape()

    @Slot()
    def _claim_escape(self) -> None:
        pending = self._send_when_read or self._paste.is_offered
        self.prompt.takes_escape = self._editing or pending
        self._dress_button()

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(self._theme.margins(10, 8, 8, 8))
        self._box.setSpacing(px(4))
        self._row.setSpacing(px(4))
        self.fit()

    def _dress_button(self) -> None:
        empty = not self.prompt.toPlainText().strip() and not self.attachments.files
        self.button.set_quiet(empty or self._send_when_read)

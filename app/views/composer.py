"""The composer: a card with the text, the model in use, and the Send or Stop button."""

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from .buttons import TextButton
from .labels import ElidedLabel
from .prompt_edit import PromptEdit
from .theme import Theme, set_style_property


class Composer(QFrame):
    """Never disabled: one can type in every phase.

    Signals:
        submitted: text to send.
        stop_requested: end the answer being written.
        draft_changed: what is typed so far.
    """

    submitted = Signal(str)
    stop_requested = Signal()
    draft_changed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("composer")
        self._theme = theme
        self._busy = False
        self.prompt = PromptEdit()
        self.button = TextButton("Send", "primary")
        self._model = ElidedLabel(name="muted")
        row = QHBoxLayout()
        row.addWidget(self._model, 1)
        row.addWidget(self.button)
        self._box = QVBoxLayout(self)
        self._box.addWidget(self.prompt)
        self._box.addLayout(row)
        self.prompt.submitted.connect(self.submitted)
        self.prompt.textChanged.connect(self._on_text)
        self.prompt.focus_changed.connect(self._on_focus)
        self.button.clicked.connect(self._on_button)
        self.setFocusProxy(self.prompt)
        theme.changed.connect(self._restyle)
        self._restyle()

    @Slot(bool)
    def set_busy(self, busy: bool) -> None:
        """Make the button Stop, or Send again."""
        self._busy = busy
        self._restyle()

    @Slot(str)
    def set_model(self, title: str) -> None:
        """Name the model that answers."""
        self._model.setText(title)

    @Slot()
    def _on_button(self) -> None:
        if self._busy:
            self.stop_requested.emit()
        else:
            self.prompt.submit()

    @Slot()
    def _on_text(self) -> None:
        self._dress_button()
        self.draft_changed.emit(self.prompt.toPlainText())

    @Slot(str)
    def _on_focus(self, focus: str) -> None:
        set_style_property(self, "ring", focus)

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(px(10), px(8), px(8), px(8))
        self._box.setSpacing(px(4))
        self._model.setContentsMargins(px(4), 0, 0, 0)
        name, icon = ("Stop", "stop") if self._busy else ("Send", "arrow-up")
        self.button.setText(name)
        self.button.setAccessibleName(name)
        self.button.setToolTip("Stop (Esc)" if self._busy else "Send (Enter)")
        self.button.setIconSize(QSize(px(16), px(16)))
        self.button.setMinimumWidth(px(88))
        self._icon = icon
        self._dress_button()
        self.prompt.fit()

    def _dress_button(self) -> None:
        # Quiet while there is nothing to send, yet never disabled.
        quiet = not self._busy and not self.prompt.toPlainText().strip()
        set_style_property(self.button, "kind", "quiet" if quiet else "primary")
        self.button.setIcon(self._theme.icon(self._icon, "muted" if quiet else "on_accent", 16))

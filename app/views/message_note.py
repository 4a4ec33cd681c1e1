"""Words about a message: what is being done for it, how it ended, and what helps."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from ternchat.app.core.conversation import Message, State

from .buttons import TextButton
from .labels import PlainLabel
from .theme import Theme, mirrored, set_style_property

_HEIGHT, _SPACE, _ICON = 26, 8, 16
_ICONS = {"retry": "rotate-cw", "continue": "play", "take_back": "undo-2"}


class MessageNote(QWidget):
    """A line below the message, with a button where something can be done about it.

    Signals:
        requested: "retry", "continue" or "take_back".
    """

    requested = Signal(str)

    def __init__(self, theme: Theme, asked: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._asked = asked
        self.label = PlainLabel(name="note", parent=self, wrap=True)
        self.button = TextButton(self.tr("Continue"), "link", self)
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab is led by the page
        self._request = ""
        self.button.clicked.connect(self._on_button)

    @property
    def offered(self) -> TextButton | None:
        """The button, where it means something."""
        return self.button if self._request else None

    def arrange(self, width: int) -> int:
        """Put words and button beside each other; the height that takes."""
        px = self._theme.px
        button = self.button.sizeHint() if self._request else QSize(0, 0)
        room = width - button.width() - px(_SPACE)
        words = min(room, self.label.fontMetrics().horizontalAdvance(self.label.text()) + px(4))
        words = words if self.label.text() else 0
        height = max(px(_HEIGHT), self.label.heightForWidth(words) if words else 0, button.height())
        x = width - words - button.width() - px(_SPACE) if self._asked else px(2)
        self.label.setGeometry(mirrored(self, QRect(x, 0, words, height), width))
        x += words + (px(_SPACE) if words else 0)
        place = QRect(QPoint(x, (height - button.height()) // 2), button)
        self.button.setGeometry(mirrored(self, place, width))
        return height

    def focus_chain(self) -> tuple[QWidget, ...]:
        """What Tab passes."""
        return (self.button,) if self._request else ()

    def show_note(self, message: Message, activity: str, *, can_continue: bool) -> None:
        """Tell how far the message is or how it ended."""
        words, tone = self._words(message, activity)
        self.label.setText(words)
        self.label.setVisible(bool(words))
        set_style_property(self.label, "tone", tone)
        self._request, name = self._offer(message, can_continue)
        if name:
            icon = self._theme.icon(_ICONS[self._request], "accent", _ICON)
            self.button.show_words(name, icon, self._theme.px(_ICON))
        self.button.setVisible(bool(name))
        self.setVisible(bool(words or name))

    def _offer(self, message: Message, can_continue: bool) -> tuple[str, str]:
        if message.state is State.FAILED:
            return "retry", self.tr("Try again")
        if message.state is State.QUEUED:
            return "take_back", self.tr("Take back")
        return ("continue", self.tr("Continue")) if can_continue else ("", "")

    def _words(self, message: Message, activity: str) -> tuple[str, str]:
        match message.state:
            case State.QUEUED:
                return activity or self.tr("Queued"), ""
            case State.WRITING:
                return ("" if message.shown_text else activity), ""
            case State.STOPPED:
                return self.tr("Stopped"), "warning"
            case State.INTERRUPTED:
                return self.tr("Interrupted: Ternchat ended while this was written"), "warning"
            case State.FAILED if not message.text:
                return self.tr("Not answered"), "bad"
            case State.FAILED:
                return self.tr("The answer broke off"), "bad"
        return self._ending(message), "warning"

    def _ending(self, message: Message) -> str:
        match message.stats.finish_reason if message.stats else "":
            case "length":
                return self.tr("Cut off: this is the longest answer allowed.")
            case "context":
                return self.tr("Cut off: the model could read no more at once.")
            case "repetition":
                return self.tr("Ended: it only repeated itself.")
        if not self._asked and not message.shown_text:
            return self.tr("The model had nothing to say.")
        return ""

    @Slot()
    def _on_button(self) -> None:
        self.requested.emit(self._request)

"""One message with what can be done with it."""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QEnterEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.core.wording import rate_text

from .buttons import IconButton
from .labels import PlainLabel
from .message_text import MessageText
from .theme import Theme, set_style_property

BUBBLE_SHARE = 0.8  # of the column's width
_ENDINGS = {
    "length": "Cut off: this is the longest answer allowed.",
    "context": "Cut off: this chat is full. A new chat has room again.",
}


class MessageWidget(QWidget):
    """Shows a message; a question sits in a bubble on the right, an answer on the page.

    Signals:
        retry_requested, take_back_requested: with the message's id.
        selected: the reader selects text or moves here by keyboard.
    """

    retry_requested = Signal(int)
    take_back_requested = Signal(int)
    selected = Signal()

    def __init__(self, theme: Theme, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._message = message
        self._asked = message.role is Role.USER
        self.setAccessibleName(self.tr("You") if self._asked else "Ternchat")
        self.frame = QFrame()
        self.frame.setObjectName("messageFrame")
        self.frame.setProperty("who", message.role.value)
        if self._asked:
            self.frame.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.text = MessageText()
        self.text.setAccessibleName(self.tr("Your message") if self._asked else self.tr("Answer"))
        self.note = PlainLabel(name="note", wrap=not self._asked)
        self.rate = PlainLabel(name="rate")
        self.copy = IconButton(theme, "copy", self.tr("Copy"), self, role="faint", size=16)
        self.extra: IconButton | None = None  # Try again or Take back, where it means something
        self._caret = QWidget(self.text.viewport())
        self._caret.setObjectName("caret")
        self._caret.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._caret.hide()
        self._build()
        self.text.set_text(message.shown_text)
        self.copy.clicked.connect(self.copy_text)
        self.text.focused.connect(self._on_focus)
        self.text.selectionChanged.connect(self._on_selection)
        self.text.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.text.customContextMenuRequested.connect(self._open_menu)
        theme.changed.connect(self._restyle)
        self.show_message(message, "")

    @property
    def message(self) -> Message:
        """What is shown."""
        return self._message

    def focus_chain(self) -> tuple[QWidget, ...]:
        """What Tab passes, in this order."""
        return (self.text, self.copy) if self.extra is None else (self.text, self.copy, self.extra)

    def show_message(self, message: Message, activity: str) -> None:
        """Take a newer state of the message; `activity` is what is being done about it."""
        self._message = message
        # Text that grew piece by piece is there already.
        if self.text.toPlainText() != message.shown_text:
            self.text.set_text(message.shown_text)
        self.show_activity(activity)

    def show_activity(self, activity: str) -> None:
        """Tell how far the answer is."""
        message = self._message
        note, tone = self._note(activity)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        set_style_property(self.note, "tone", tone)
        set_style_property(self.frame, "state", message.state.value)
        self.frame.setVisible(self._asked or bool(message.shown_text))
        self.copy.setVisible(bool(message.shown_text))
        self._offer_extra()
        stats = message.stats
        self.rate.setText(rate_text(stats.decode_tokens_per_second) if stats else "")
        self._place_caret()

    def append_text(self, message: Message, text: str) -> None:
        """Add a piece to the answer; `message` has it already."""
        if not self._message.shown_text:
            text = text.lstrip()
        self._message = message
        if text:
            self.text.append_text(text)
            if not self.frame.isVisibleTo(self):
                self.show_activity("")
            self._place_caret()

    @Slot()
    def copy_text(self) -> None:
        """Put the whole message on the clipboard."""
        QGuiApplication.clipboard().setText(self._message.shown_text)
        self.copy.set_icon("check", "good")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the bubble as narrow as its text."""
        super().resizeEvent(event)
        self._fit_bubble()
        self._place_caret()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Bring the actions forward."""
        super().enterEvent(event)
        self._highlight(True)

    def leaveEvent(self, event: QEvent) -> None:
        """Let the actions step back."""
        super().leaveEvent(event)
        self._highlight(False)

    def _build(self) -> None:
        inside = QVBoxLayout(self.frame)
        inside.addWidget(self.text)
        self._inside = inside
        row = self._row = QHBoxLayout()
        column = QVBoxLayout(self)
        for layout in (row, column):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(2)
        if self._asked:
            row.addStretch()
            row.addWidget(self.copy, alignment=Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(self.frame)
            column.addLayout(row)
            column.addWidget(self.note, alignment=Qt.AlignmentFlag.AlignRight)
        else:
            column.addWidget(self.frame)
            column.addWidget(self.note)
            row.addWidget(self.copy)
            row.addWidget(self.rate)
            row.addStretch()
            column.addLayout(row)
        self._pad()

    def _offer_extra(self) -> None:
        wanted = {State.FAILED: "Try again", State.QUEUED: "Take back"}.get(self._message.state)
        if self.extra is not None and self.extra.accessibleName() != wanted:
            self._row.removeWidget(self.extra)
            self.extra.hide()
            self.extra.deleteLater()
            self.extra = None
        if wanted is None or self.extra is not None:
            return
        failed = self._message.state is State.FAILED
        icon = "rotate-cw" if failed else "undo-2"
        self.extra = IconButton(self._theme, icon, wanted, self, role="faint", size=16)
        self.extra.clicked.connect(self._request_retry if failed else self._request_take_back)
        self._row.insertWidget(1, self.extra, alignment=Qt.AlignmentFlag.AlignVCenter)

    def _pad(self) -> None:
        px = self._theme.px
        if self._asked:
            self._inside.setContentsMargins(px(14), px(6), px(14), px(9))
        else:
            self._inside.setContentsMargins(0, 0, 0, 0)
            self.note.setContentsMargins(2, 0, 0, 0)

    def _note(self, activity: str) -> tuple[str, str]:
        message = self._message
        match message.state:
            case State.QUEUED:
                return "Queued", ""
            case State.WRITING:
                return ("" if message.shown_text else activity), ""
            case State.STOPPED:
                return "Stopped", "warning"
            case State.FAILED:
                return "Not answered" if not message.text else "The answer broke off", "bad"
        ending = _ENDINGS.get(message.stats.finish_reason, "") if message.stats else ""
        if not ending and not self._asked and not message.shown_text:
            ending = "The model had nothing to say."
        return ending, "warning"

    def _fit_bubble(self) -> None:
        if self._asked:
            margins = self._inside.contentsMargins()
            room = int(self.width() * BUBBLE_SHARE) - margins.left() - margins.right()
            self.text.setFixedWidth(self.text.text_width(max(room, 40)))

    def _place_caret(self) -> None:
        writing = self._message.state is State.WRITING and bool(self._message.shown_text)
        if writing:
            end = self.text.textCursor()
            end.movePosition(end.MoveOperation.End)
            rect = self.text.cursorRect(end)
            height = self.text.fontMetrics().height()
            px = self._theme.px
            self._caret.setGeometry(rect.right() + px(2), rect.bottom() - height, px(3), height)
        self._caret.setVisible(writing)

    def _highlight(self, on: bool) -> None:
        role = "text" if on else "faint"
        self.copy.set_icon("copy", role)
        if self.extra is not None:
            self.extra.set_role(role)

    @Slot(bool)
    def _on_focus(self, by_keyboard: bool) -> None:
        set_style_property(self.frame, "keyboard", by_keyboard)
        if by_keyboard:
            self.selected.emit()

    @Slot()
    def _on_selection(self) -> None:
        if self.text.textCursor().hasSelection():
            self.selected.emit()

    @Slot(QPoint)
    def _open_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        selection = menu.addAction("Copy selection", self.text.copy)
        selection.setEnabled(self.text.textCursor().hasSelection())
        menu.addAction("Copy message", self.copy_text)
        menu.addAction("Select all", self.text.selectAll)
        if self._message.state is State.QUEUED:
            menu.addAction("Take back", self._request_take_back)
        if self._message.state is State.FAILED:
            menu.addAction("Try again", self._request_retry)
        menu.popup(self.text.viewport().mapToGlobal(position))

    @Slot()
    def _request_retry(self) -> None:
        self.retry_requested.emit(self._message.id)

    @Slot()
    def _request_take_back(self) -> None:
        self.take_back_requested.emit(self._message.id)

    @Slot()
    def _restyle(self) -> None:
        self._pad()
        self.text.space_lines()
        self._fit_bubble()
        self._place_caret()

"""One message with what can be done with it."""

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QEnterEvent
from PySide6.QtWidgets import QFrame, QWidget

from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.core.markdown.items import item_from_right
from ternchat.app.models.code_choices import CodeChoice

from .attachment_row import AttachmentRow
from .blocks.body import MessageBody
from .blocks.part import Part
from .context_line import ContextLine
from .message_actions import MessageActions
from .message_feed import MessageFeed
from .message_note import MessageNote
from .theme import Theme, mirrored, set_style_property

BUBBLE_SHARE = 0.8  # of the column's width
_BUBBLE_SIDE, _BUBBLE_TOP, _BUBBLE_BOTTOM = 14, 8, 9
_RING = 2  # room for the focus ring
_ACTIONS, _GAP, _CARET, _BELOW_LINE = 28, 2, 3, 16
_LINE, _CHARACTER = 22.5, 7.3  # of text, on average, for a guess


class MessageWidget(QWidget):
    """Shows a message; a question sits in a bubble on the right, an answer on the page.

    Signals:
        requested: the name of what is to be done (see `MessageActions`).
        selected: the keyboard brought the reader here.
        changed: its content or a part of it needs another height.
        part_added: a part that others may want to listen to.
        menu_wanted: the menu, at a place on the screen; and the link there, "" for none.
    """

    requested = Signal(str)
    selected = Signal()
    changed = Signal(object)
    part_added = Signal(object)
    menu_wanted = Signal(str, QPoint)

    def __init__(
        self,
        theme: Theme,
        message: Message,
        parent: QWidget | None = None,
        choices: dict[int, CodeChoice] | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._message = message
        self._is_last = False
        self._asked = message.role is Role.USER
        self.setAccessibleName(self.tr("You") if self._asked else "Ternchat")
        self.context_line = ContextLine(theme, self)
        self.frame = QFrame(self)
        self.frame.setObjectName("messageFrame")
        self.frame.setProperty("who", message.role.value)
        self.attachments = AttachmentRow(theme, message.attachments, self.frame)
        self.text = MessageBody(theme, self.frame)
        self.text.text_name = self.tr("Your message") if self._asked else self.tr("Answer")
        self.notes = MessageNote(theme, self._asked, self)
        self.actions = MessageActions(theme, message, self)
        self._caret = QWidget(self.text)
        self._caret.setObjectName("caret")
        self._caret.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._caret.hide()
        self._feed = MessageFeed(markdown=not self._asked, parent=self)
        self._feed.changed.connect(self._show_items)
        self.text.part_added.connect(self._on_part)
        self.text.resized.connect(self._on_resized)
        self.actions.requested.connect(self.requested)
        self.notes.requested.connect(self.requested)
        theme.changed.connect(self._restyle)
        self._activity = ""
        self.begin(message, choices)

    @property
    def message(self) -> Message:
        """What is shown."""
        return self._message

    @property
    def note(self) -> QWidget:
        """The words about how far the answer is or how it ended."""
        return self.notes.label

    @property
    def copy(self) -> QWidget:
        """The button that copies the message."""
        return self.actions.copy

    @property
    def extra(self) -> QWidget | None:
        """Try again, Continue or Take back, where it means something."""
        return self.notes.offered

    def focus_chain(self) -> tuple[QWidget, ...]:
        """What Tab passes, in this order."""
        note, actions = self.notes.focus_chain(), self.actions.focus_chain()
        return (*self.text.focus_chain(), *note, *actions)

    def begin(self, message: Message, choices: dict[int, CodeChoice] | None = None) -> None:
        """Show a message of the same role; `choices` are how its code is to be seen."""
        self.text.choices = choices if choices is not None else {}
        self.show_message(message, "")

    def rest(self) -> None:
        """Show nothing any more, until `begin`."""
        self._feed.reset()
        self.text.clear()
        self.actions.rest()
        self._is_last = False
        self._caret.hide()
        self.context_line.hide()
        set_style_property(self.frame, "keyboard", False)

    def show_message(self, message: Message, activity: str) -> None:
        """Take a newer state of the message; `activity` is what is being done about it."""
        self._message, self._activity = message, activity
        # Text that grew piece by piece is there already.
        self._feed.show(message.shown_text, final=message.state is not State.WRITING)
        self._show_state()

    def show_activity(self, activity: str) -> None:
        """Tell how far the answer is."""
        if activity != self._activity:
            self._activity = activity
            self._show_state()

    def append_text(self, message: Message, text: str) -> None:
        """Add a piece to the answer; `message` has it already."""
        begins = not self._message.shown_text
        self._message = message
        text = text.lstrip() if begins else text
        if text:
            self._feed.append(text)
            if begins:
                self._show_state()

    def set_last(self, is_last: bool) -> None:
        """Tell whether no message follows."""
        if is_last is not self._is_last:
            self._is_last = is_last
            self._show_state()

    def set_siblings(self, position: int, count: int) -> None:
        """Tell which of how many versions is shown."""
        self.actions.set_siblings(position, count)

    def set_context_line(self, shown: bool) -> None:
        """Tell, above the message, that nothing further up is read any more."""
        if shown is not self.context_line.isVisibleTo(self):
            self.context_line.setVisible(shown)
            self.changed.emit(self)

    def arrange(self, width: int) -> int:
        """Put everything in its place; the height that takes."""
        px = self._theme.px
        y = 0
        if self.context_line.isVisibleTo(self):
            height = self.context_line.sizeHint().height()
            self.context_line.setGeometry(0, 0, width, height)
            y = height + px(_BELOW_LINE)
        if self.frame.isVisibleTo(self):
            y = self._arrange_frame(y, width)
        if self.notes.isVisibleTo(self):
            height = self.notes.arrange(width)
            self.notes.setGeometry(0, y, width, height)
            y += height
        self.actions.setGeometry(0, y + px(_GAP), width, px(_ACTIONS))
        self._place_caret()
        return y + px(_GAP) + px(_ACTIONS)

    def spot_at(self, y: int) -> tuple[int, int]:
        """What stands at a height: a part's number and how far below its upper edge that is."""
        return self.text.part_at(y - self._text_top())

    def height_of(self, spot: tuple[int, int]) -> int:
        """Where a spot is now."""
        number, offset = spot
        return self._text_top() + self.text.top_of(number) + offset

    @staticmethod
    def estimate(message: Message, width: int, theme: Theme) -> int:
        """A guess at the height, made without looking at the words."""
        scale = theme.zoom / 100
        text = message.text
        share = BUBBLE_SHARE if message.role is Role.USER else 1.0
        per_line = max(8.0, width * share / (_CHARACTER * scale))
        lines = max(1.0, len(text) / per_line + 0.7 * text.count("\n"))
        return theme.px(lines * _LINE + _ACTIONS + 2 * _BUBBLE_TOP)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Bring the actions forward."""
        super().enterEvent(event)
        self.actions.highlight(True)

    def leaveEvent(self, event: QEvent) -> None:
        """Let the actions step back."""
        super().leaveEvent(event)
        self.actions.highlight(False)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu where there is no text, too: buttons, edges, an answer that failed."""
        self.menu_wanted.emit("", event.globalPos())

    def _arrange_frame(self, y: int, width: int) -> int:
        px = self._theme.px
        if self._asked:
            side, top, bottom = px(_BUBBLE_SIDE), px(_BUBBLE_TOP), px(_BUBBLE_BOTTOM)
            room = max(40, int(width * BUBBLE_SHARE) - 2 * side)
            inner = self.text.natural_width(room)
            inner = min(room, max(inner, self.attachments.natural_width()))
            x = width - inner - 2 * side
        else:
            side = top = bottom = _RING
            inner, x = width - 2 * side, 0
        above = self.attachments.height_for(inner)
        self.attachments.setGeometry(side, top, inner, above)
        height = self.text.height_for(inner)
        self.text.setGeometry(side, top + above, inner, height)
        whole = top + above + height + bottom
        place = QRect(x, y, inner + 2 * side, whole)
        self.frame.setGeometry(mirrored(self, place, width))
        return y + whole

    def _text_top(self) -> int:
        return self.frame.y() + self.text.y()

    def _show_state(self) -> None:
        message = self._message
        self.actions.show_message(message, is_last=self._is_last)
        can_continue = self.actions.can_continue()
        self.notes.show_note(message, self._activity, can_continue=can_continue)
        set_style_property(self.frame, "state", message.state.value)
        has_text = bool(message.shown_text)
        self.frame.setVisible(self._asked or has_text)
        self.changed.emit(self)

    @Slot(int, list)
    def _show_items(self, first: int, items: list) -> None:
        self.text.show_items(first, items, growing=self._message.state is State.WRITING)
        self.changed.emit(self)

    def _place_caret(self) -> None:
        writing = self._message.state is State.WRITING and bool(self.text.parts)
        if writing:
            px, end = self._theme.px, self.text.end()
            height = min(end.height(), px(_LINE))
            top = end.bottom() + 1 - height
            x = end.right() + px(2)
            if item_from_right(self.text.parts[-1].items[-1]):
                x = end.left() - px(2) - px(_CARET)
            self._caret.setGeometry(QRect(x, top, px(_CARET), height))
            self._caret.raise_()
        self._caret.setVisible(writing)

    @Slot(object)
    def _on_part(self, part: Part) -> None:
        part.surface.focused.connect(self._on_focus)
        part.surface.customContextMenuRequested.connect(self._on_menu)
        self.part_added.emit(part)

    @Slot(object)
    def _on_resized(self, _part: Part) -> None:
        self.changed.emit(self)

    @Slot(bool)
    def _on_focus(self, by_keyboard: bool) -> None:
        set_style_property(self.frame, "keyboard", by_keyboard)
        self.actions.highlight(by_keyboard)
        if by_keyboard:
            self.selected.emit()

    @Slot(QPoint)
    def _on_menu(self, place: QPoint) -> None:
        surface = self.sender()
        link = surface.anchorAt(place)
        self.menu_wanted.emit(link, surface.viewport().mapToGlobal(place))

    @Slot()
    def _restyle(self) -> None:
        self.text.restyle()
        self._show_state()

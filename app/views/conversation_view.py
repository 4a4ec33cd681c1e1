"""The conversation: what is shown of a `ConversationModel`, and what can be done with it."""

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import (
    QDesktopServices,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QWidget

from ternchat.app.core.conversation import Message, ReadPosition, Role, State
from ternchat.app.models.conversation_model import ConversationModel

from .announcer import Announcer
from .blocks.part import Part
from .finder import Finder
from .found_marks import FoundMarks
from .info_card import InfoCard
from .link_dialog import LinkDialog
from .link_target import LinkTarget
from .message_area import MessageArea
from .message_text import MessageText
from .message_widget import MessageWidget
from .selection import Selection, source_of, words_of
from .tab_order import edge, leave, neighbour
from .theme import Theme

_POSITION_MS = 400
_ENTRY = {Qt.FocusReason.TabFocusReason: 1, Qt.FocusReason.BacktabFocusReason: -1}


class ConversationView(MessageArea):
    """Shows a conversation; requests name the message they are about.

    Signals:
        position_changed: the chat's id and where somebody reads it (ReadPosition, None: the end).
    """

    edit_requested = Signal(int)
    regenerate_requested = Signal(int)
    continue_requested = Signal(int)
    branch_requested = Signal(int)
    delete_requested = Signal(int)
    pin_requested = Signal(int, bool)
    sibling_requested = Signal(int, int)
    retry_requested = Signal(int)
    take_back_requested = Signal(int)
    position_changed = Signal(int, object)

    def __init__(
        self, theme: Theme, model: ConversationModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, self._make, self._estimate, parent)
        self._model = model
        self.setAccessibleName(self.tr("Conversation"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # the way in; see `focusInEvent`
        self._announcer = Announcer(self)
        self.selection = Selection(self, self)
        self.selection.made.connect(self.follow.stop)
        self.finder = Finder(self.message, self)
        self.finder.moved.connect(self._show_match)
        self._marks = FoundMarks(theme)
        self._before_find: tuple[bool, int, float] | None = None  # where one was
        self.link_target = LinkTarget(theme, self.viewport())
        self._line_row: int | None = None
        for keys, go in (("Alt+Up", self._focus_older), ("Alt+Down", self._focus_newer)):
            shortcut = QShortcut(QKeySequence(keys), self, go)  # buttons would take the arrows
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._position = QTimer(self)
        self._position.setSingleShot(True)
        self._position.setInterval(_POSITION_MS)
        self._position.timeout.connect(self._tell_position)
        self._left: tuple[Message, bool, int, float] | None = None  # before another chat came
        self._told: tuple[int, ReadPosition | None] | None = None
        self.read_on.connect(self._position.start)
        model.modelAboutToBeReset.connect(self._leave_chat)
        model.modelReset.connect(self._rebuild)
        model.rowsInserted.connect(self._insert)
        model.rowsRemoved.connect(self._remove)
        model.dataChanged.connect(self._update)
        model.text_appended.connect(self._append)
        self._rebuild()

    def message(self, row: int) -> Message:
        """The message of a row."""
        message: Message = self._model.index(row).data(ConversationModel.MessageRole)
        return message

    def kept_rows(self) -> set[int]:
        """Rows somebody is about to use keep their widgets."""
        focused = self.column.row_of(QApplication.focusWidget())
        return self.selection.ends | ({focused} if focused is not None else set())

    # Finding words

    @Slot(str)
    def find(self, words: str) -> None:
        """Look for words in all messages; "" looks for nothing."""
        if self._before_find is None:
            self._before_find = (self.follow.following, *self.reading())
        self.finder.start(words, self._model.rowCount(), max(0, self.first_visible()))
        self._mark_all()

    @Slot(int)
    def find_next(self, step: int) -> None:
        """Go to the next match, or with -1 to the one before."""
        self.finder.step(step)

    @Slot()
    def end_find(self) -> None:
        """Take the marks away and return to where one was."""
        before, self._before_find = self._before_find, None
        self.finder.stop()
        self._mark_all()
        if before is None:
            return
        following, row, fraction = before
        if following:
            self.follow.start()
        elif row < self._model.rowCount():
            self.go_to(row, fraction)

    @Slot(int, int)
    def _show_match(self, row: int, number: int) -> None:
        self.follow.stop()
        if self.widget(row) is None or row not in range(self.first_visible(), self.last_visible()):
            self.go_to(row)
        widget = self.column.realise_row(row)
        if self.finder.pattern is not None:
            place = self._marks.place(widget, self.finder.pattern, number)
            if place is not None:
                self.reveal(*place)
        self._mark_all()

    def _mark_all(self) -> None:
        for row in self.rows():
            self._mark(row)

    def _mark(self, row: int) -> None:
        widget, current = self.widget(row), self.finder.current
        if widget is not None:
            number = current[1] if current is not None and current[0] == row else None
            self._marks.mark(widget, self.finder.pattern, number)

    # What the model says

    def _make(self, row: int) -> MessageWidget:
        message = self.message(row)
        choices = self._model.code_choices.of(message.id)
        widget = self.column.spare.take(message)
        if widget is None:
            widget = MessageWidget(self._theme, message, self.column, choices)
            self._listen(widget)
        else:
            widget.begin(message, choices)
        self._tell_widget(row, widget)
        if self.finder.pattern is not None or self.selection.ends:
            QTimer.singleShot(0, self, self._refresh_marks)  # once it is in the column
        return widget

    def _listen(self, widget: MessageWidget) -> None:
        for part in widget.text.parts:
            self._watch(part)
        widget.part_added.connect(self._watch)
        widget.requested.connect(self._on_request)
        widget.selected.connect(self._on_focus)
        widget.menu_wanted.connect(self._open_menu)
        widget.changed.connect(self._on_changed)

    def _estimate(self, row: int, width: int) -> int:
        return MessageWidget.estimate(self.message(row), width, self._theme)

    def _tell_widget(self, row: int, widget: MessageWidget) -> None:
        """Tell a message what it cannot know by itself."""
        index = self._model.index(row)
        widget.set_last(row == self._model.rowCount() - 1)
        widget.set_siblings(*index.data(ConversationModel.SiblingsRole))
        widget.show_activity(index.data(ConversationModel.ActivityRole))
        widget.set_context_line(row == self._line_row)

    @Slot()
    def _rebuild(self) -> None:
        self._before_find = None
        self._announcer.stop()
        self.finder.stop()
        self.selection.clear()
        self._find_line()
        self.column.reset(self._model.rowCount())
        self._find_place()

    @Slot(QModelIndex, int, int)
    def _insert(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._find_line()
        if any(self.message(row).role is Role.USER for row in range(first, last + 1)):
            self.follow.start()
        self.rows_inserted(first, last)
        self._tell_all()

    @Slot(QModelIndex, int, int)
    def _remove(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.selection.clear()
        self._find_line()
        self.rows_removed(first, last)
        self._tell_all()

    @Slot(QModelIndex, QModelIndex, list)
    def _update(self, first: QModelIndex, last: QModelIndex, roles: list[int]) -> None:
        if Qt.ItemDataRole.DisplayRole in roles:
            return  # text that grew: `_append` has done it
        if ConversationModel.ContextRole in roles:
            self._find_line()
            self._tell_all()
            return
        for row in range(first.row(), last.row() + 1):
            widget = self.widget(row)
            if widget is None:
                self.row_changed(row)
                continue
            if not roles:
                self._show_message(row, widget)
            self._tell_widget(row, widget)

    def _show_message(self, row: int, widget: MessageWidget) -> None:
        message, before = self.message(row), widget.message
        widget.show_message(message, self._model.index(row).data(ConversationModel.ActivityRole))
        if before.state is State.WRITING and message.state is not State.WRITING:
            self._announcer.finish(message, widget.notes.label.text())

    @Slot(int, str)
    def _append(self, row: int, text: str) -> None:
        widget = self.widget(row)
        if widget is None:
            self.row_changed(row)
        else:
            widget.append_text(self.message(row), text)
        self._announcer.add(self.message(row), text)

    def _tell_all(self) -> None:
        for row in self.rows():
            self._tell_widget(row, self.column.realise_row(row))

    def _find_line(self) -> None:
        """Below the last message that is not read any more there is a line."""
        rows = range(self._model.rowCount())
        role = ConversationModel.ContextRole
        left_out = (row for row in reversed(rows) if not self._model.index(row).data(role))
        self._line_row = next((row + 1 for row in left_out), None)

    def _row_of(self, message_id: int) -> int | None:
        rows = range(self._model.rowCount())
        return next((row for row in rows if self.message(row).id == message_id), None)

    # Where one reads

    @Slot()
    def _leave_chat(self) -> None:
        row, fraction = self.reading()
        self._left = None
        if row < self._model.rowCount():
            self._left = (self.message(row), self.follow.following, row, fraction)
        if self._position.isActive():
            self._position.stop()
            self._tell_position()

    def _find_place(self) -> None:
        """Begin where somebody reads: in the same chat here, in another where they stopped."""
        position, left = self._model.position, self._left
        count = self._model.rowCount()
        if left is not None and count and left[0].chat_id == self.message(0).chat_id:
            message, following, row, fraction = left
            found = self._row_of(message.id)
            row = min(row, count - 1) if found is None else found
        else:
            found = self._row_of(position.message_id) if position is not None else None
            following, row = found is None, found or 0
            fraction = position.fraction if position is not None else 0.0
        if following:
            self.follow.start()
            self.lay_out()
        else:
            self.open_at(row, fraction)

    @Slot()
    def _tell_position(self) -> None:
        row, fraction = self.reading()
        if row >= self._model.rowCount():
            return
        message = self.message(row)
        at_end = self.verticalScrollBar().value() >= self.verticalScrollBar().maximum()
        place = None if at_end else ReadPosition(message.id, fraction)
        if (message.chat_id, place) != self._told:
            self._told = (message.chat_id, place)
            self.position_changed.emit(message.chat_id, place)

    # Messages

    @Slot(object)
    def _watch(self, part: Part) -> None:
        self.selection.watch(part)
        part.surface.link_pointed.connect(self.link_target.point)
        part.surface.link_opened.connect(self._ask_about_link)

    @Slot(object)
    def _on_changed(self, widget: MessageWidget) -> None:
        row = self.column.row_of(widget)
        if row is not None:
            self.row_changed(row)

    @Slot()
    def _refresh_marks(self) -> None:
        self.selection.apply()
        self._mark_all()

    @Slot()
    def _on_focus(self) -> None:
        row = self.column.row_of(self.sender())
        if row is not None and row < self._model.rowCount() - 1:
            self.follow.stop()

    @Slot(str)
    def _on_request(self, name: str) -> None:
        widget = self.sender()
        assert isinstance(widget, MessageWidget)
        message = widget.message
        name, _, link = name.partition(" ")
        match name:
            case "copy_link":
                QGuiApplication.clipboard().setText(link)
            case "copy":
                widget.actions.copy.put(source_of(message))
            case "copy_text":
                QGuiApplication.clipboard().setText(words_of(message))
            case "copy_selection":
                self.selection.copy()
            case "copy_selection_text":
                self.selection.copy_as_text()
            case "select_all":
                row = self.column.row_of(widget)
                if row is not None:
                    self.selection.select_message(row)
            case "info":
                InfoCard(self._theme, message, self.window()).show()
            case "pin" | "unpin":
                self.pin_requested.emit(message.id, name == "pin")
            case "older" | "newer":
                self.sibling_requested.emit(message.id, 1 if name == "newer" else -1)
            case _:
                getattr(self, f"{name}_requested").emit(message.id)

    @Slot(object, QPoint)
    def _open_menu(self, surface: MessageText, place: QPoint) -> None:
        widget = self.sender()
        link = surface.anchorAt(surface.viewport().mapFromGlobal(place))
        widget.actions.open_menu(place, selection=bool(self.selection.text()), link=link)

    @Slot(str)
    def _ask_about_link(self, url: str) -> None:
        dialog = LinkDialog(self._theme, url, self.window())
        dialog.confirmed.connect(self._open_link)
        dialog.open()

    @Slot(QUrl)
    def _open_link(self, url: QUrl) -> None:
        QDesktopServices.openUrl(url)

    @Slot(int)
    def step_version(self, step: int) -> None:
        """Show another version of the message with the focus, or else of the newest with some."""
        role = ConversationModel.SiblingsRole
        row = self.column.row_of(QApplication.focusWidget())
        rows = [row] if row is not None else range(self._model.rowCount() - 1, -1, -1)
        for row in rows:
            position, count = self._model.index(row).data(role)
            if count > 1 and 1 <= position + step <= count:
                self.sibling_requested.emit(self.message(row).id, step)
                return

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """With Alt, left and right go to other versions of a message."""
        versions = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in versions:
            self.step_version(versions[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tab comes in here and goes on to the messages one sees."""
        super().focusInEvent(event)
        step = _ENTRY.get(event.reason())
        if step is not None:
            row = self.first_visible() if step > 0 else self.last_visible()
            self._focus(edge(self.column, self._model.rowCount(), row, step), step)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go on to the next thing in the conversation, or out of it."""
        step = 1 if forward else -1
        current = QApplication.focusWidget()
        if current is self:
            row = self.first_visible() if forward else -1
            target = edge(self.column, self._model.rowCount(), row, step)
        else:
            target = neighbour(self.column, self._model.rowCount(), current, step)
        if target is None:
            return leave(self, step)
        self._focus(target, step)
        return True

    def _focus(self, widget: QWidget | None, step: int) -> None:
        if widget is not None:
            self.lay_out()  # a row made just now has no place yet
            reason = Qt.FocusReason
            widget.setFocus(reason.TabFocusReason if step > 0 else reason.BacktabFocusReason)
            self.reveal(widget)

    @Slot()
    def _focus_older(self) -> None:
        self._focus_message(-1)

    @Slot()
    def _focus_newer(self) -> None:
        self._focus_message(1)

    def _focus_message(self, step: int) -> None:
        row = self.column.row_of(QApplication.focusWidget())
        row = row + step if row is not None else self.last_visible()
        if 0 <= row < self._model.rowCount():
            self._focus(edge(self.column, row + 1, row, 1), step)

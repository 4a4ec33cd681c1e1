"""The conversation: what is shown of a `ConversationModel`, and what can be done with it."""

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.models.conversation_model import ConversationModel

from .announcer import Announcer
from .blocks.part import Part
from .copied import source_of, words_of
from .finding import Finding
from .info_card import InfoCard
from .links import Links
from .message_area import MessageArea
from .message_widget import MessageWidget
from .reading_place import ReadingPlace
from .selection import Selection
from .tab_order import TabOrder
from .theme import Theme

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
        self._finding = Finding(theme, self, self.message)
        self.finder = self._finding.finder
        self._place = ReadingPlace(self, model)
        self._place.changed.connect(self.position_changed)
        self._tab_order = TabOrder(self)
        self.links = Links(theme, self.viewport())
        self._line_row: int | None = None
        for keys, go in (("Alt+Up", self._focus_older), ("Alt+Down", self._focus_newer)):
            shortcut = QShortcut(QKeySequence(keys), self, go)  # buttons would take the arrows
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
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
        self._finding.start(words)

    @Slot(int)
    def find_next(self, step: int) -> None:
        """Go to the next match, or with -1 to the one before."""
        self.finder.step(step)

    @Slot()
    def end_find(self) -> None:
        """Take the marks away and return to where one was."""
        self._finding.end()

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
        if self._finding.active or self.selection.ends:
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
        self._announcer.stop()
        self._finding.forget()
        self.selection.clear()
        self._find_line()
        self.column.reset(self._model.rowCount())
        self._place.find()

    @Slot(QModelIndex, int, int)
    def _insert(self, _parent: QModelIndex, first: int, last: int) -> None:
        self._find_line()
        if any(self.message(row).role is Role.USER for row in range(first, last + 1)):
            self.follow.start()
        self.rows_inserted(first, last)
        self._tell_all()
        self._finding.count_again()

    @Slot(QModelIndex, int, int)
    def _remove(self, _parent: QModelIndex, first: int, last: int) -> None:
        self.selection.clear()
        self._find_line()
        self.rows_removed(first, last)
        self._tell_all()
        self._finding.count_again()

    @Slot(QModelIndex, QModelIndex, list)
    def _update(self, first: QModelIndex, last: QModelIndex, roles: list[int]) -> None:
        if Qt.ItemDataRole.DisplayRole in roles:
            return  # text that grew: `_append` has done it
        if ConversationModel.ContextRole in roles:
            self._find_line()
            self._tell_all()
            return
        for row in range(first.row(), last.row() + 1):
            widget = self.message_widget(row)
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
        widget = self.message_widget(row)
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

    # Messages

    @Slot(object)
    def _watch(self, part: Part) -> None:
        self.selection.watch(part)
        self.links.watch(part.surface)

    @Slot(object)
    def _on_changed(self, widget: MessageWidget) -> None:
        row = self.column.row_of(widget)
        if row is not None:
            self.row_changed(row)

    @Slot()
    def _refresh_marks(self) -> None:
        self.selection.apply()
        self._finding.mark_all()

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

    @Slot(str, QPoint)
    def _open_menu(self, link: str, place: QPoint) -> None:
        widget = self.sender()
        widget.actions.open_menu(place, selection=bool(self.selection.text()), link=link)

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
            self._tab_order.enter(step)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go on to the next thing in the conversation, or out of it."""
        return self._tab_order.go_on(1 if forward else -1)

    @Slot()
    def _focus_older(self) -> None:
        self._tab_order.go_to_message(-1)

    @Slot()
    def _focus_newer(self) -> None:
        self._tab_order.go_to_message(1)

"""The conversation: messages below each other, following the newest as far as one wants."""

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from ternchat.app.core.conversation import Role, State
from ternchat.app.models.conversation_model import ConversationModel

from .announcer import Announcer
from .buttons import TextButton
from .column import Column
from .follow_scroll import FollowScroll
from .message_widget import MessageWidget
from .page_area import PageArea
from .theme import Theme


class ConversationView(PageArea):
    """Shows a `ConversationModel`, one widget per row.

    Signals:
        retry_requested, take_back_requested: with the message's id.
    """

    retry_requested = Signal(int)
    take_back_requested = Signal(int)

    def __init__(
        self, theme: Theme, model: ConversationModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._model = model
        self.setAccessibleName(self.tr("Conversation"))
        self._column = Column(theme, top=24, bottom=24)
        self._column.box.addStretch(1)  # messages stay at the top of a short chat
        self.setWidget(self._column)
        self._rows: list[MessageWidget] = []
        self._announcer = Announcer(self)
        self.follow = FollowScroll(self.verticalScrollBar())
        self._pill = TextButton(self.tr("Jump to latest"), "pill", self)
        self._pill.hide()
        self._pill.clicked.connect(self.follow.start)
        self.follow.changed.connect(self._show_pill)
        theme.changed.connect(self._restyle)
        self._restyle()
        model.modelReset.connect(self._rebuild)
        model.rowsInserted.connect(self._insert)
        model.rowsRemoved.connect(self._remove)
        model.dataChanged.connect(self._update)
        model.text_appended.connect(self._append)
        self._rebuild()

    def message_widgets(self) -> list[MessageWidget]:
        """The rows on the page, first message first."""
        return list(self._rows)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling up ends following, however little it moves."""
        if event.angleDelta().y() > 0 or event.pixelDelta().y() > 0:
            self.follow.stop()
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page keys move through the conversation; End follows again."""
        bar = self.verticalScrollBar()
        match event.key():
            case Qt.Key.Key_PageUp:
                self.scroll_pages(-1)
            case Qt.Key.Key_PageDown:
                self.scroll_pages(1)
            case Qt.Key.Key_Home:
                self.follow.stop()
                bar.setValue(bar.minimum())
            case Qt.Key.Key_End:
                self.follow.start()
            case _:
                super().keyPressEvent(event)

    @Slot(int)
    def scroll_pages(self, pages: int) -> None:
        """Move by whole pages, up with a negative number."""
        if pages < 0:
            self.follow.stop()
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + pages * bar.pageStep())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the pill above the lower edge."""
        super().resizeEvent(event)
        self._place_pill()

    @Slot()
    def _rebuild(self) -> None:
        for widget in self._rows:
            self._discard(widget)
        self._rows.clear()
        self._insert(QModelIndex(), 0, self._model.rowCount() - 1)
        self.follow.start()

    @Slot(QModelIndex, int, int)
    def _insert(self, _parent: QModelIndex, first: int, last: int) -> None:
        for row in range(first, last + 1):
            message = self._message(row)
            widget = MessageWidget(self._theme, message)
            widget.retry_requested.connect(self.retry_requested)
            widget.take_back_requested.connect(self.take_back_requested)
            widget.selected.connect(self._on_selected)
            self._rows.insert(row, widget)
            self._column.box.insertWidget(row, widget)
            self._chain(row)
            if message.role is Role.USER:
                self.follow.start()

    @Slot(QModelIndex, int, int)
    def _remove(self, _parent: QModelIndex, first: int, last: int) -> None:
        for widget in self._rows[first : last + 1]:
            self._discard(widget)
        del self._rows[first : last + 1]

    @Slot(QModelIndex, QModelIndex, list)
    def _update(self, first: QModelIndex, last: QModelIndex, roles: list[int]) -> None:
        if roles and ConversationModel.ActivityRole not in roles:
            return  # text that grew: `_append` has done it
        for row in range(first.row(), last.row() + 1):
            activity = self._model.index(row).data(ConversationModel.ActivityRole)
            if roles:
                self._rows[row].show_activity(activity)
            else:
                self._rows[row].show_message(self._message(row), activity)
                if self._message(row).role is Role.ASSISTANT:
                    self._announcer.finish(self._rows[row].note.text())

    @Slot(int, str)
    def _append(self, row: int, text: str) -> None:
        self._rows[row].append_text(self._message(row), text)
        self._announcer.add(text)

    @Slot()
    def _on_selected(self) -> None:
        # The end of a finished conversation can be selected without leaving it.
        if any(row.message.state is State.WRITING for row in self._rows):
            self.follow.stop()

    @Slot(bool)
    def _show_pill(self, away: bool) -> None:
        self._pill.setVisible(away)
        self._pill.raise_()
        self._place_pill()

    def _place_pill(self) -> None:
        size = self._pill.sizeHint()
        x = (self.viewport().width() - size.width()) // 2
        self._pill.setGeometry(
            x, self.height() - size.height() - self._theme.px(8), size.width(), size.height()
        )

    def _chain(self, row: int) -> None:
        """Let Tab go through the messages in their order, whenever they came."""
        before: QWidget = self._rows[row - 1].focus_chain()[-1] if row else self._pill
        for widget in self._rows[row].focus_chain():
            self.setTabOrder(before, widget)
            before = widget

    @Slot()
    def _restyle(self) -> None:
        self._column.box.setSpacing(self._theme.px(16))
        self._pill.setIcon(self._theme.icon("arrow-down", "text", 16))

    def _message(self, row: int):  # noqa: ANN202
        return self._model.index(row).data(ConversationModel.MessageRole)

    def _discard(self, widget: MessageWidget) -> None:
        self._column.box.removeWidget(widget)
        widget.hide()
        widget.deleteLater()

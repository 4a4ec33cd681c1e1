"""The page beside the sidebar: title, conversation or greeting, errors, composer."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from ternchat.app.core.conversation import Role
from ternchat.app.core.markdown.code import last_code
from ternchat.app.core.problem import Problem
from ternchat.app.models.context_meter import ContextMeter
from ternchat.app.models.conversation_model import ConversationModel

from .chat_foot import ChatFoot
from .composer import Composer
from .conversation_view import ConversationView
from .copied import source_of
from .empty_view import EmptyView
from .error_strip import ErrorStrip
from .find_bar import FindBar
from .header import Header
from .theme import Theme


class ChatPage(QWidget):
    """One chat with everything needed to go on with it."""

    def __init__(
        self, theme: Theme, model: ConversationModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._model = model
        self.header = Header(theme)
        self.empty = EmptyView(theme)
        self.conversation = ConversationView(theme, model)
        self.find_bar = FindBar(theme)
        self.errors = ErrorStrip(theme)
        self.composer = Composer(theme)
        self.meter = ContextMeter(model, self)
        self._pages = QStackedWidget()
        self._pages.setMinimumHeight(1)  # of a small window, the foot needs the rest
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.conversation)
        self.foot = ChatFoot(theme, self.errors, self.composer)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.find_bar)
        column.addWidget(self._pages, 1)
        column.addWidget(self.foot)
        self.composer.prompt.page_requested.connect(self.conversation.scroll_pages)
        self.composer.attach_requested.connect(self._choose_files)
        self.composer.draft_changed.connect(self.meter.set_draft)
        self.composer.attachments.changed.connect(self._on_attachments)
        self.composer.attachments.failed.connect(self._show_attachment_problem)
        self.meter.changed.connect(self.composer.show_context)
        self.find_bar.words_changed.connect(self.conversation.find)
        self.find_bar.step_requested.connect(self.conversation.find_next)
        self.find_bar.closed.connect(self._end_find)
        self.conversation.finder.counted.connect(self.find_bar.show_count)
        model.modelAboutToBeReset.connect(self.find_bar.hide)
        model.rowsInserted.connect(self._choose_page)
        model.rowsRemoved.connect(self._choose_page)
        model.modelReset.connect(self._choose_page)
        self._choose_page()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let error and composer have what the lines above leave."""
        super().resizeEvent(event)
        self.share_room()

    @Slot()
    def share_room(self) -> None:
        """Tell the foot how high it may be."""
        bars = [bar for bar in (self.header, self.find_bar) if not bar.isHidden()]
        self.foot.set_room(self.height() - 1 - sum(bar.sizeHint().height() for bar in bars))

    @Slot()
    def copy_last_answer(self) -> None:
        """Put the newest answer on the clipboard."""
        for message in reversed(self._model.messages()):
            if message.role is Role.ASSISTANT and message.shown_text:
                QGuiApplication.clipboard().setText(source_of(message))
                return

    @Slot()
    def copy_last_code(self) -> None:
        """Put the newest block of code on the clipboard."""
        for message in reversed(self._model.messages()):
            code = last_code(message.text) if message.role is Role.ASSISTANT else None
            if code:
                QGuiApplication.clipboard().setText(code)
                return

    @Slot()
    def find(self) -> None:
        """Open the bar that finds words in this chat."""
        if self._model.rowCount():
            words = self.conversation.selection.text(markdown=False)
            self.find_bar.open("" if "\n" in words else words)

    @Slot()
    def _end_find(self) -> None:
        self.conversation.end_find()
        self.composer.setFocus()

    @Slot()
    def _choose_files(self) -> None:
        dialog = QFileDialog(self, self.tr("Attach files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self.composer.attachments.add_paths)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def _on_attachments(self) -> None:
        self.meter.set_attachments(self.composer.attachments.attachments)

    @Slot(str)
    def _show_attachment_problem(self, sentence: str) -> None:
        self.errors.show_problem(
            Problem(
                title=self.tr("This file cannot be attached"),
                text=f"{sentence}.",
                advice=self.tr("Text, Markdown, code, PDF and DOCX files can be attached."),
                details=sentence,
            )
        )

    @Slot()
    def _choose_page(self) -> None:
        page = self.conversation if self._model.rowCount() else self.empty
        self._pages.setCurrentWidget(page)

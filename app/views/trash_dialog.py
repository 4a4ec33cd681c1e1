"""The trash: what was deleted in the last 30 days, to be restored or deleted for ever."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListView, QMessageBox, QVBoxLayout, QWidget

from ternchat.app.core.language import translate
from ternchat.app.models.chat_list_model import ChatListModel

from .buttons import TextButton
from .labels import PlainLabel
from .theme import SETTINGS_SIZE, Theme


class TrashDialog(QDialog):
    """Lists deleted chats.

    Signals:
        restore_requested, purge_requested: ids of chats.
    """

    restore_requested = Signal(object)
    purge_requested = Signal(object)

    def __init__(self, theme: Theme, model: ChatListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Trash"))
        self.setAccessibleName(self.tr("Trash"))
        self._theme, self._model = theme, model
        self.note = PlainLabel(name="muted", wrap=True)
        self.chats = QListView()
        self.chats.setObjectName("trash")
        self.chats.setAccessibleName(self.tr("Deleted chats"))
        self.chats.setModel(model)
        self.chats.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.chats.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.restore = TextButton(self.tr("Restore"), "plain")
        self.purge = TextButton(self.tr("Delete for ever"), "plain")
        self.empty = TextButton(self.tr("Empty the trash"), "plain")
        self.done = TextButton(self.tr("Close"), "plain")
        buttons = QHBoxLayout()
        for button in (self.restore, self.purge, self.empty):
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(self.done)
        self._box = QVBoxLayout(self)
        self._box.addWidget(self.note)
        self._box.addWidget(self.chats, 1)
        self._box.addLayout(buttons)
        self.restore.clicked.connect(self._restore)
        self.purge.clicked.connect(self._purge)
        self.empty.clicked.connect(self._empty)
        self.done.clicked.connect(self.close)
        self.chats.selectionModel().selectionChanged.connect(self._update)
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            signal.connect(self._update)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._update()

    def _selected(self) -> list[int]:
        rows = self.chats.selectionModel().selectedIndexes()
        return [index.data(ChatListModel.ChatIdRole) for index in rows]

    @Slot()
    def _restore(self) -> None:
        self.restore_requested.emit(self._selected())

    @Slot()
    def _purge(self) -> None:
        self._ask(self._selected())

    @Slot()
    def _empty(self) -> None:
        rows = range(self._model.rowCount())
        self._ask([self._model.index(row).data(ChatListModel.ChatIdRole) for row in rows])

    def _ask(self, chat_ids: list[int]) -> None:
        """Delete for ever, after a question that says how many."""
        question = QMessageBox(self)
        question.setIcon(QMessageBox.Icon.Question)
        question.setText(translate("TrashDialog", "Delete %n chat(s) for ever?", len(chat_ids)))
        question.setInformativeText(
            self.tr("This cannot be undone. Daily backups hold a copy for up to five more days.")
        )
        question.setStandardButtons(
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel
        )
        question.setDefaultButton(QMessageBox.StandardButton.Cancel)
        question.button(QMessageBox.StandardButton.Yes).setText(self.tr("Delete for ever"))
        question.accepted.connect(lambda: self.purge_requested.emit(chat_ids))
        question.finished.connect(question.deleteLater)
        question.open()

    @Slot()
    def _update(self) -> None:
        there, chosen = self._model.rowCount() > 0, bool(self._selected())
        self.restore.setEnabled(chosen)
        self.purge.setEnabled(chosen)
        self.empty.setEnabled(there)
        self.note.setText(
            self.tr("Chats stay here for 30 days.") if there else self.tr("The trash is empty.")
        )

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(px(16), px(16), px(16), px(12))
        self._box.setSpacing(px(8))
        self.resize(px(SETTINGS_SIZE[0]), px(420))

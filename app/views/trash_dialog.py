"""The trash: what was deleted in the last 30 days, to be restored or deleted for ever."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from ternchat.app.core.language import translate
from ternchat.app.models.put_away_model import PutAwayModel

from .chats_question import ChatsQuestion
from .put_away_dialog import PutAwayDialog
from .theme import Theme


class TrashDialog(PutAwayDialog):
    """Lists deleted chats; no single key takes one away for ever.

    Signals:
        restore_requested, purge_requested: ids of chats.
    """

    restore_requested = Signal(object)
    purge_requested = Signal(object)

    def __init__(self, theme: Theme, model: PutAwayModel, parent: QWidget | None = None) -> None:
        super().__init__(theme, model, parent)
        self.restore = self.offer(self.tr("Restore"), self._restore)
        self.purge = self.offer(self.tr("Delete for ever…"), self._purge)
        self.empty = self.offer(self.tr("Empty Trash…"), self._empty, for_all=True)
        self.explain(
            self.tr("Trash"),
            self.tr("Deleted chats"),
            self.tr("Chats stay here for 30 days."),
            "trash",
            self.tr("The trash is empty."),
            self.tr("What you delete stays here for 30 days."),
        )

    @Slot()
    def _restore(self) -> None:
        self.restore_requested.emit(self.selected())

    @Slot()
    def _purge(self) -> None:
        self._ask(self.selected())

    @Slot()
    def _empty(self) -> None:
        self._ask(self._model.ids())

    def _ask(self, chat_ids: list[int]) -> None:
        """Delete for ever, after a question that says how many."""
        question = ChatsQuestion(
            translate("TrashDialog", "Delete %n chat(s) for ever?", len(chat_ids)),
            self.tr("This cannot be undone. Daily backups hold a copy for up to five more days."),
            self.tr("Delete for ever"),
            chat_ids,
            self,
        )
        question.confirmed.connect(self.purge_requested)
        question.open()

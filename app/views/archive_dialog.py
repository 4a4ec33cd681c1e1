"""The archive: chats kept out of the list, to be looked at or brought back."""

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QWidget

from ternchat.app.models.put_away_model import PutAwayModel

from .put_away_dialog import PutAwayDialog
from .theme import Theme


class ArchiveDialog(PutAwayDialog):
    """Lists archived chats; Enter or a double click shows one.

    Signals:
        open_requested: the id of a chat.
        restore_requested, delete_requested: ids of chats.
    """

    open_requested = Signal(int)
    restore_requested = Signal(object)
    delete_requested = Signal(object)

    def __init__(self, theme: Theme, model: PutAwayModel, parent: QWidget | None = None) -> None:
        super().__init__(theme, model, parent)
        self.show_chat = self.offer(self.tr("Show"), self._show)
        self.restore = self.offer(self.tr("Back to the list"), self._restore)
        self.delete = self.offer(self.tr("Delete"), self._delete)
        self.explain(
            self.tr("Archive"),
            self.tr("Archived chats"),
            self.tr("Archived chats are out of the list; the search still finds them."),
            "archive",
            self.tr("Nothing is archived."),
            self.tr("An archived chat leaves the list; the search still finds it."),
        )
        self.chats.activated.connect(self._on_activated)

    @Slot()
    def _show(self) -> None:
        self.open_requested.emit(self.selected()[0])
        self.close()

    @Slot(QModelIndex)
    def _on_activated(self, _index: QModelIndex) -> None:
        if self.selected():
            self._show()

    @Slot()
    def _restore(self) -> None:
        self.restore_requested.emit(self.selected())

    @Slot()
    def _delete(self) -> None:
        self.delete_requested.emit(self.selected())

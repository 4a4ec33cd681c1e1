"""How far an export is."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from ternchat.app.core.export.exporting import ExportProgress
from ternchat.app.core.language import number

from .task_progress import TaskProgressDialog
from .theme import Theme


class ExportProgressDialog(TaskProgressDialog):
    """Counts the chats that are written."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Export"), self.tr("Progress of the export"), parent)

    @Slot()
    def begin(self) -> None:
        """An export is under way."""
        self.show_progress(ExportProgress(0, 0))
        self.wait()

    @Slot(object)
    def show_progress(self, now: ExportProgress) -> None:
        """Say how far it is."""
        words = self.tr("Writing chat {done} of {total}").format(
            done=number(min(now.done + 1, now.total)), total=number(now.total)
        )
        self.show_words(words, now.done / max(now.total, 1))

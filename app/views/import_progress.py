"""How far an import is."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from ternchat.app.core.importing.importer import ImportProgress
from ternchat.app.core.language import number, translate
from ternchat.app.core.wording import size_text

from .task_progress import TaskProgressDialog
from .theme import Theme


class ImportProgressDialog(TaskProgressDialog):
    """Counts chats and bytes, first as the file is checked, then as it is brought in."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, self.tr("Import"), self.tr("Progress of the import"), parent)

    @Slot()
    def begin(self) -> None:
        """An import is under way."""
        self.show_words(self.tr("Reading the file"), 0)
        self.wait()

    @Slot(object)
    def show_progress(self, now: ImportProgress) -> None:
        """Say how far it is."""
        if now.total is None:
            words = translate("ImportProgressDialog", "Checking: %n chat(s)", now.done)
        else:
            words = self.tr("Chat {done} of {total}").format(
                done=number(now.done), total=number(now.total)
            )
        read = self.tr("{done} of {total}").format(
            done=size_text(now.done_bytes), total=size_text(now.total_bytes)
        )
        self.show_words(f"{words} · {read}", now.fraction)

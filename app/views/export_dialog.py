"""Asks where chats are to be written, and as what."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from ternchat.app.core.export.formats import ExportFormat, file_name_of


class ExportDialog(QFileDialog):
    """Suggests a name, and gives whatever name there is the ending of the format chosen.

    Signals:
        chosen: ids of chats, the file to write, the ExportFormat.
    """

    chosen = Signal(object, str, object)

    def __init__(self, chat_ids: list[int], title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, self.tr("Export"))
        self._chat_ids = chat_ids
        self._formats = {
            self.tr("Markdown (*.md)"): ExportFormat.MARKDOWN,
            self.tr("Web page (*.html)"): ExportFormat.HTML,
            self.tr("JSON, everything (*.json)"): ExportFormat.JSON,
        }
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setNameFilters([*self._formats])
        self.setDirectory(
            QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        )
        self.selectFile(file_name_of(title, ExportFormat.MARKDOWN))
        self._follow_format()
        self.filterSelected.connect(self._follow_format)
        self.fileSelected.connect(self._on_file)
        self.finished.connect(self.deleteLater)

    @property
    def format(self) -> ExportFormat:
        """The format chosen."""
        return self._formats[self.selectedNameFilter()]

    @Slot()
    def _follow_format(self) -> None:
        """Change the ending of the name, and nothing else that a person may have typed."""
        self.setDefaultSuffix(self.format.suffix)
        names = self.selectedFiles()
        path = Path(names[0]) if names else None
        endings = {each.suffix for each in ExportFormat}
        if path is not None and path.suffix.lower() in endings:
            self.selectFile(path.with_suffix(self.format.suffix).name)

    @Slot(str)
    def _on_file(self, file: str) -> None:
        typed = Path(file).suffix.lower()
        by_name = (each for each in ExportFormat if each.suffix == typed)
        self.chosen.emit(self._chat_ids, file, next(by_name, self.format))

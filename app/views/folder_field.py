"""A folder, and a button to choose another one."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from .buttons import TextButton
from .labels import ElidedLabel, plain_tooltip


class FolderField(QWidget):
    """Shows a folder; `unset` stands for None.

    Signals:
        folder_chosen: its path.

    """

    folder_chosen = Signal(str)

    def __init__(self, title: str, unset: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._unset = title, unset
        self._folder: str | None = None
        self.label = ElidedLabel(unset)
        self.button = TextButton(self.tr("Choose…"), "plain")
        self.button.setAccessibleDescription(title)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.button)
        self.button.clicked.connect(self._choose)

    def set_folder(self, folder: str | None) -> None:
        """Show another folder."""
        self._folder = folder
        self.label.setText(folder or self._unset)
        self.label.setToolTip(plain_tooltip(folder or ""))

    @Slot()
    def _choose(self) -> None:
        dialog = QFileDialog(self, self._title, self._folder or "")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.folder_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

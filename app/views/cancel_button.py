"""One button that ends a download; its menu says what becomes of the bytes that have come."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from ternchat.app.core.wording import size_text

from .buttons import TextButton


class CancelButton(TextButton):
    """Opens with a click, Space or Enter; arrow keys choose.

    Signals:
        keep_requested, delete_requested: end it, with or without what is there.
    """

    keep_requested = Signal()
    delete_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "plain", parent)
        self.setText(self.tr("Cancel"))
        menu = QMenu(self)
        self.keep, self.delete = QAction(menu), QAction(menu)
        for action in (self.keep, self.delete):
            menu.addAction(action)
        self.setMenu(menu)
        self.keep.triggered.connect(self.keep_requested)
        self.delete.triggered.connect(self.delete_requested)

    def show_bytes(self, done_bytes: int) -> None:
        """Say how much is at stake."""
        size = size_text(done_bytes)
        self.keep.setText(self.tr("Cancel, and keep {size} for later").format(size=size))
        self.delete.setText(self.tr("Cancel, and delete {size}").format(size=size))

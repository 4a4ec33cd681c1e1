"""A window of another program: files can be dragged out of it, and it can have the keyboard."""

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

TITLE = "Elsewhere"


class Files(QLabel):
    """Stands for files that are carried away with the mouse; says how far they are."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__("Files")
        self._paths = paths
        self.setWindowTitle(TITLE)
        self.setGeometry(1000, 60, 240, 120)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin to carry them."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(path) for path in self._paths])
            drag = QDrag(self)
            drag.setMimeData(data)
            drag.actionChanged.connect(self._on_action)
            self.setText("On their way")
            drag.exec(Qt.DropAction.CopyAction)
            self.setText("Files")

    def _on_action(self, action: Qt.DropAction) -> None:
        taken = action is Qt.DropAction.CopyAction
        self.setText("Would be taken" if taken else "On their way")


def main() -> int:
    """Show the window until it is closed."""
    app = QApplication(sys.argv)
    files = Files(sys.argv[1:])
    files.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())

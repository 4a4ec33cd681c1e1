"""Files dropped anywhere on a window."""

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget


def file_paths(data: QMimeData) -> list[str]:
    """The files of this machine that are dragged or pasted."""
    if not data.hasUrls():
        return []
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]


class FileDrop(QObject):
    """Lets a whole window take files.

    What is dragged over a child goes to the child first; one that does not want files (see
    `PromptEdit.canInsertFromMimeData`) lets it pass to the window.

    Signals:
        hovering: True while files are held over the window.
        dropped: the paths let go of.

    """

    hovering = Signal(bool)
    dropped = Signal(list)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take drags that hold files; everything else goes its way."""
        match event.type():
            case QEvent.Type.DragEnter | QEvent.Type.DragMove if isinstance(event, QDropEvent):
                if file_paths(event.mimeData()):
                    event.acceptProposedAction()
                    self.hovering.emit(True)
                    return True
            case QEvent.Type.DragLeave:
                self.hovering.emit(False)
            case QEvent.Type.Drop if isinstance(event, QDropEvent):
                paths = file_paths(event.mimeData())
                if paths:
                    event.acceptProposedAction()
                    self.hovering.emit(False)
                    self.dropped.emit(paths)
                    return True
        return super().eventFilter(watched, event)

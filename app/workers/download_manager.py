"""Runs the downloads on a thread of their own and tells the window how they do."""

import logging

from PySide6.QtCore import QObject, QThread, Signal, Slot

from ternchat.app.core.access_token import AccessToken
from ternchat.app.core.download.queue import DownloadQueue
from ternchat.app.core.download.request import DownloadRequest

from .throttle import ProgressThrottle

log = logging.getLogger(__name__)


class _Worker(QObject):
    """Goes through the queue until it is closed; lives on the downloads' thread."""

    progressed = Signal(object)  # Progress

    def __init__(self, queue: DownloadQueue) -> None:
        super().__init__()  # no parent: it moves to another thread
        self._queue = queue
        self._throttle = ProgressThrottle()

    @Slot()
    def run(self) -> None:
        """Report what happens; returns when the queue is closed."""
        try:
            for entry in self._queue.unfinished():
                if not entry.paused:  # the program ended in the middle of it
                    self._queue.add(entry.request())
            for progress in self._queue.run():
                if self._throttle.lets_through(progress):
                    self.progressed.emit(progress)
        except Exception:  # a mistake of ours: said in the log, no thread left behind
            log.exception("the downloads broke off")


class DownloadManager(QObject):
    """The downloads as the window sees them.

    Signals:
        progressed: a Progress; at most four a second for each model, and every change of state.
    """

    progressed = Signal(object)
    _started = Signal()

    def __init__(self, queue: DownloadQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.queue = queue
        self._thread = QThread(self)
        self._thread.setObjectName("downloads")
        self._worker = _Worker(queue)  # owned here and nowhere else
        self._worker.moveToThread(self._thread)
        self._started.connect(self._worker.run)
        self._worker.progressed.connect(self.progressed)  # relayed on our thread

    @Slot()
    def start(self) -> None:
        """Begin, with what was under way when the program ended; once the window is there."""
        if not self._thread.isRunning():
            self._thread.start()
            self._started.emit()

    def add(self, request: DownloadRequest) -> None:
        """Queue a download, or go on with one."""
        self.start()
        self.queue.add(request)

    @Slot(str)
    def pause(self, name: str) -> None:
        """Stop it for now."""
        self.queue.pause(name)

    @Slot(str)
    @Slot(str, object)
    def resume(self, name: str, token: AccessToken | None = None) -> None:
        """Go on with one that was stopped, or with a token that opens it."""
        self.start()
        self.queue.resume(name, token)

    @Slot(str, bool)
    def cancel(self, name: str, keep: bool) -> None:
        """Give it up, keeping or deleting what is there."""
        self.start()
        self.queue.cancel(name, keep=keep)

    def close(self, timeout_ms: int = 5000) -> bool:
        """End the thread; what is under way goes on at the next start. False: it did not end."""
        self.queue.close()
        self._thread.quit()
        return self._thread.wait(timeout_ms)

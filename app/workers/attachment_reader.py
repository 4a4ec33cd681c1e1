"""Reads attached files on a thread of its own: disks, and PDF files, take their time."""

import logging
import threading
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot

from ternchat.app.core.attachment_error import AttachmentError
from ternchat.app.core.attachments import read_attachment

log = logging.getLogger(__name__)


class _Worker(QObject):
    """Lives on the reading thread."""

    read = Signal(int, object)  # key, Attachment
    failed = Signal(int, str)  # key, why

    @Slot(int, str, object)
    def run(self, key: int, path: str, cancel: threading.Event) -> None:
        """Read one file; ends in exactly one of the signals."""
        try:
            attachment = read_attachment(Path(path), cancel)
        except AttachmentError as error:
            self.failed.emit(key, str(error))
        except Exception as error:
            log.exception("an attachment cannot be read")
            self.failed.emit(key, f"{Path(path).name} cannot be read: {error}")
        else:
            self.read.emit(key, attachment)


class AttachmentReader(QObject):
    """Reads one file after the other.

    Signals:
        read: the key of a request, and its Attachment.
        failed: the key, and why not; nothing comes for what was cancelled.

    """

    read = Signal(int, object)
    failed = Signal(int, str)
    _asked = Signal(int, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cancels: dict[int, threading.Event] = {}
        self._thread = QThread(self)
        self._thread.setObjectName("attachments")
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._asked.connect(self._worker.run)
        self._worker.read.connect(self._on_read)
        self._worker.failed.connect(self._on_failed)
        self._thread.start()

    @Slot(int, str)
    def request(self, key: int, path: str) -> None:
        """Read a file when those before it are done."""
        self._cancels[key] = threading.Event()
        self._asked.emit(key, path, self._cancels[key])

    @Slot(int)
    def cancel(self, key: int) -> None:
        """Nobody waits for this file any more."""
        if key in self._cancels:
            self._cancels.pop(key).set()

    def close(self, timeout_ms: int = 5000) -> bool:
        """Cancel everything and end the thread; False when it did not end in time."""
        for cancel in self._cancels.values():
            cancel.set()
        self._thread.quit()
        return self._thread.wait(timeout_ms)

    @Slot(int, object)
    def _on_read(self, key: int, attachment: object) -> None:
        if self._cancels.pop(key, None) is not None:
            self.read.emit(key, attachment)

    @Slot(int, str)
    def _on_failed(self, key: int, sentence: str) -> None:
        if self._cancels.pop(key, None) is not None:
            self.failed.emit(key, sentence)

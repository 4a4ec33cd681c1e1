"""SIGINT and SIGTERM end the window's program."""

import signal
import socket

from PySide6.QtCore import QCoreApplication, QSocketNotifier, QTimer


class SignalWatch:
    """Ends the event loop on SIGINT and SIGTERM.

    Python looks at signals only between its own instructions, of which a waiting event loop
    runs none; a socket wakes it.
    """

    def __init__(self, app: QCoreApplication) -> None:
        self._read, self._write = socket.socketpair()
        for end in (self._read, self._write):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, app)
        self._notifier.activated.connect(self._drain)
        signal.set_wakeup_fd(self._write.fileno())
        for number in (signal.SIGINT, signal.SIGTERM):
            # Not at once: a signal may come in the middle of painting.
            # And not by closing the window: that could ask a question nobody answers.
            signal.signal(number, lambda *_: QTimer.singleShot(0, lambda: app.exit(0)))

    def close(self) -> None:
        """Leave signals to Python again."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        self._read.close()
        self._write.close()

    def _drain(self) -> None:
        self._read.recv(64)

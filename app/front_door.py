"""Where a second start of the program knocks, so that the first one shows its window."""

import hashlib
import logging
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

CONNECT_TIMEOUT_MS = 2000

log = logging.getLogger(__name__)


class FrontDoor(QObject):
    """Listens for others of the same user and the same data folder.

    Signals:
        show_requested: somebody has started the program again.
    """

    show_requested = Signal()

    def __init__(self, root: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_knock)
        # Whoever holds the lock of the data folder may clear away what a killed program left.
        QLocalServer.removeServer(_name(root))
        if not self._server.listen(_name(root)):
            log.warning("no front door: %s", self._server.errorString())

    def close(self) -> None:
        """Listen no longer."""
        self._server.close()

    @Slot()
    def _on_knock(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.disconnectFromServer()
        self.show_requested.emit()


def ask_to_show(root: Path) -> bool:
    """Ask the program that runs with this data folder to show itself; whether it is there."""
    socket = QLocalSocket()
    socket.connectToServer(_name(root))
    return socket.waitForConnected(CONNECT_TIMEOUT_MS)


def _name(root: Path) -> str:
    """A name as short as sockets want it, the same for every way to write the folder."""
    return f"ternchat-{hashlib.sha256(bytes(root.resolve())).hexdigest()[:20]}"

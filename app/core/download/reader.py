"""Reads a body on a thread of its own, so that whoever waits for it can also wait for a person."""

import queue
import threading
from dataclasses import dataclass

from ternchat.app.core.transfer_errors import TransferError

from .connection import Body, Source, open_body

# With chunks of at most 64 KiB, two megabytes wait in memory at most.
INBOX_CHUNKS = 32
_PUT_SECONDS = 0.1


@dataclass(frozen=True)
class Opened:
    """The answer is there; its bytes begin at `start` of the file."""

    start: int


@dataclass(frozen=True)
class Failed:
    """The connection ended in an error."""

    error: TransferError


class Ended:
    """The body is at its end."""


Item = Opened | bytes | Failed | Ended


class Reader:
    """Fetches the bytes from `first` up to `end` of a file into an inbox."""

    def __init__(self, source: Source, first: int, end: int) -> None:
        self.inbox: queue.Queue[Item] = queue.Queue(INBOX_CHUNKS)
        self._range = (source, first, end)
        self._stopped = threading.Event()
        self._body: Body | None = None
        # A daemon: while a connection is being made nothing can wake it before its time limit.
        self._thread = threading.Thread(target=self._read, name="download", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Want no more; the thread ends by itself, at once if it was waiting for bytes."""
        self._stopped.set()
        body = self._body
        if body is not None:
            body.wake()

    def join(self, seconds: float) -> bool:
        """Wait for the thread to end; whether it did."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _read(self) -> None:
        try:
            with open_body(*self._range) as body:
                self._body = body
                if not self._put(Opened(body.start)):
                    return
                for chunk in body.chunks():
                    if not self._put(chunk):
                        return
            self._put(Ended())
        except TransferError as error:
            self._put(Failed(error))

    def _put(self, item: Item) -> bool:
        """Hand the item over; False when nobody wants it any more."""
        while not self._stopped.is_set():
            try:
                self.inbox.put(item, timeout=_PUT_SECONDS)
            except queue.Full:
                continue
            return True
        return False

"""Who may use a connection: one thread at a time, and it sees when another one waits."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock for short work; long work looks whether it is `wanted`, and lets others first."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._counting = threading.Lock()
        self._waiting = 0

    @property
    def wanted(self) -> bool:
        """Whether another thread waits for its turn."""
        return self._waiting > 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Have the turn, within another one of the same thread too."""
        self._take()
        try:
            yield
        finally:
            self._lock.release()

    @contextmanager
    def others(self) -> Iterator[None]:
        """Let others have theirs, in the middle of a turn that is not within another."""
        self._lock.release()
        try:
            yield
        finally:
            self._take()

    def _take(self) -> None:
        if self._lock.acquire(blocking=False):
            return
        with self._counting:
            self._waiting += 1
        try:
            self._lock.acquire()
        finally:
            with self._counting:
                self._waiting -= 1

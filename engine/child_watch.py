"""Looks after a process while one waits for it: ends it when it takes too long, or too much."""

import threading
import time
from collections.abc import Callable
from typing import Self

import psutil

_LOOK_SECONDS = 0.02


class ChildWatch:
    """Within it, a process is killed once its time is over or its memory beyond a bound.

    It works on every system. Where the system bounds memory itself, that comes first.
    """

    def __init__(
        self, pid: int, kill: Callable[[], object], seconds: float, most_bytes: int | None = None
    ) -> None:
        self._pid, self._kill = pid, kill
        self._end = time.monotonic() + seconds
        self._most_bytes = most_bytes
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="child watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(min(_LOOK_SECONDS, max(0.0, self._end - time.monotonic()))):
            if time.monotonic() >= self._end or self._takes_too_much():
                self._kill()
                return

    def _takes_too_much(self) -> bool:
        return self._most_bytes is not None and resident_bytes(self._pid) > self._most_bytes


def resident_bytes(pid: int) -> int:
    """What a process has in memory; 0 when it is gone."""
    try:
        size: int = psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return 0
    return size

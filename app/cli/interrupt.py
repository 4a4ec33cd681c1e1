"""Ctrl+C as a request: the first one sets an event, the next one interrupts."""

import signal
import threading
from types import FrameType
from typing import Self


class Interruptible:
    """Within it, the first Ctrl+C sets `event`; a second raises KeyboardInterrupt."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self._previous = signal.getsignal(signal.SIGINT)

    def __enter__(self) -> Self:
        self._previous = signal.signal(signal.SIGINT, self._on_interrupt)
        return self

    def __exit__(self, *exception: object) -> None:
        signal.signal(signal.SIGINT, self._previous)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.event.is_set():
            raise KeyboardInterrupt
        self.event.set()

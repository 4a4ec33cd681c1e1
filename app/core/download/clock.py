"""Time as downloads see it: never set back, and replaceable in tests."""

import queue
import threading
import time
from typing import Protocol, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """Measures and waits."""

    def now(self) -> float:
        """Seconds since some moment; grows steadily, whatever the calendar does."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait for the event, at most so long; whether it is set."""

    def receive(self, inbox: "queue.Queue[T]", seconds: float) -> T | None:
        """The next item, None when none comes within that time."""


class SystemClock:
    """The computer's monotonic clock."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait for the event, at most so long; whether it is set."""
        return event.wait(seconds)

    def receive(self, inbox: "queue.Queue[T]", seconds: float) -> T | None:
        """The next item, None when none comes within that time."""
        try:
            return inbox.get(timeout=seconds)
        except queue.Empty:
            return None

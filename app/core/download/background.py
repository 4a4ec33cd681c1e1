"""A call that waits for a server, made on another thread so that a person can interrupt it."""

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from .clock import Clock

T = TypeVar("T")


class Call(Generic[T]):
    """One call; its result or error is handed over when it is there."""

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._outcome: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(1)
        # A daemon: a server that does not answer must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="hub", daemon=True)

    def ticks(self, clock: Clock, seconds: float) -> Iterator[T | None]:
        """None each time nothing came for so long, then the result; raises the call's error."""
        self._thread.start()
        yield None
        while (outcome := clock.receive(self._outcome, seconds)) is None:
            yield None
        result, error = outcome
        if error is not None:
            raise error
        yield result

    def _run(self) -> None:
        try:
            self._outcome.put((self._function(), None))
        except Exception as error:
            self._outcome.put((None, error))

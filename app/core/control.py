"""Asks a running generator to stop, from whatever thread."""

import threading
from enum import Enum


class Wish(Enum):
    """What is asked for."""

    GO_ON = "go on"
    LEAVE = "the program ends: go on at the next start"
    PAUSE = "pause"
    KEEP = "cancel and keep what is there"
    DELETE = "cancel and delete"


class Control:
    """One wish for one run; the first wish to stop stands, but a deletion overrides it."""

    def __init__(self) -> None:
        self._wish = Wish.GO_ON
        self._lock = threading.Lock()
        self.stopped = threading.Event()

    @property
    def wish(self) -> Wish:
        """What was asked for."""
        return self._wish

    def leave(self) -> None:
        """Stop, and go on at the next start without being asked."""
        self._ask(Wish.LEAVE)

    def pause(self) -> None:
        """Stop, keep everything, and remember that a person wanted it so."""
        self._ask(Wish.PAUSE)

    def cancel(self, *, keep: bool = False) -> None:
        """Stop; what is there already is kept for another time, or deleted."""
        self._ask(Wish.KEEP if keep else Wish.DELETE)

    def _ask(self, wish: Wish) -> None:
        with self._lock:
            if self._wish is Wish.GO_ON or wish is Wish.DELETE:
                self._wish = wish
        self.stopped.set()

"""Long work on the database as many short transactions."""

from collections.abc import Iterator
from time import monotonic

from .connection import Database

SLICE_SECONDS = 0.25


def in_slices(database: Database, steps: Iterator[object]) -> Iterator[None]:
    """Go through short steps, each in a transaction with some before it; yields between those.

    One ends early when another thread waits for its turn.
    """
    more = True
    while more:
        more = _slice(database, steps)
        yield


def _slice(database: Database, steps: Iterator[object]) -> bool:
    until = monotonic() + SLICE_SECONDS
    with database.writing():
        for _ in steps:
            if database.turns.wanted or monotonic() >= until:
                return True
    return False

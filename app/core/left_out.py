"""Which messages of a chat the model did not read any more, as its answers remember it.

An answer keeps the places of those messages on its own path: that holds in every copy of the chat
and on every branch, needs no model to be loaded, and says what was so, whichever model comes next.
"""

from collections.abc import Iterable, Sequence

from .conversation import Message, Runs


def runs_of(places: Iterable[int]) -> Runs:
    """The places as runs."""
    runs: list[tuple[int, int]] = []
    for place in sorted(places):
        if runs and place == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return tuple(runs)


def left_out(path: Sequence[Message]) -> frozenset[int]:
    """The ids of the messages that the newest answer on a path was written without."""
    for end, message in reversed([*enumerate(path)]):
        if message.stats is not None:
            runs = message.stats.left_out
            places = (i for first, last in runs for i in range(first, min(last + 1, end)))
            return frozenset(path[place].id for place in places)
    return frozenset()

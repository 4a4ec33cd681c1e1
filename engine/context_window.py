"""Which turns of a chat the model still reads when not all of them fit."""

from collections.abc import Sequence
from dataclasses import dataclass

LOW_WATER = 0.6
"""How full the room is after turns were left out: the next ones fit without leaving out more."""


@dataclass(frozen=True)
class Turn:
    """A question with what followed it.

    Attributes:
        tokens: what it takes in the context.
        pinned: it is never left out.

    """

    tokens: int
    pinned: bool = False


def kept_turns(turns: Sequence[Turn], room: int) -> list[bool]:
    """For each turn whether it is read; the newest always is, then as many as there is room for.

    The chat is gone through from its beginning, as it grew: whenever the room was full, the oldest
    turns were left out until `LOW_WATER` of it was used. So what is left out of a chat is still
    left out when the chat has grown, and it changes seldom: the text that the model sees keeps its
    beginning, and its cache stays of use. If newest and pinned turns alone need more than the
    room, they are kept and nothing else is.
    """
    kept = [True] * len(turns)
    used = oldest = 0  # no turn before the oldest can be left out any more
    for newest, turn in enumerate(turns):
        used += turn.tokens
        if used <= room:
            continue
        while oldest < newest and used > LOW_WATER * room:
            if not turns[oldest].pinned:
                kept[oldest] = False
                used -= turns[oldest].tokens
            oldest += 1
    return kept

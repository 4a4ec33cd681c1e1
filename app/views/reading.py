"""Where on a page of messages somebody reads."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Anchor:
    """What stands at the upper edge of the window.

    Attributes:
        row: the message.
        spot: the part of it and how far its upper edge lies above; None when it has no widget.
        fraction: how much of the message lies above.

    """

    row: int
    spot: tuple[int, int] | None = None
    fraction: float = 0.0

"""How patient a download is, and how much room it leaves on the disk."""

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """The numbers behind a download.

    Attributes:
        tick_seconds: how often it says something although nothing happens.
        report_seconds: how often it says something while bytes come.
        stall_seconds: silence after which the connection is given up.
        first_retry_seconds, longest_retry_seconds: the waits grow from one to the other.
        attempts: tries in a row without a new byte before it fails; about a quarter of an hour.
        resolve_attempts: the same before the first byte, when somebody is waiting for an answer.
        reserve_bytes: room that must be left on the disk when a download starts.
        floor_bytes: room below which it stops.
        look_bytes: how much is written before the room is looked at again.
        block_bytes: the piece of a file that has a checksum of its own.
    """

    tick_seconds: float = 0.25
    report_seconds: float = 0.1
    stall_seconds: float = 15.0
    first_retry_seconds: float = 1.0
    longest_retry_seconds: float = 60.0
    attempts: int = 20
    resolve_attempts: int = 3
    reserve_bytes: int = 512 << 20
    floor_bytes: int = 64 << 20
    look_bytes: int = 64 << 20
    block_bytes: int = 4 << 20


class Backoff:
    """The waits between tries: 1, 2, 4, ... seconds, never quite the same, up to a minute."""

    def __init__(
        self, policy: Policy, attempts: int, chance: Callable[[], float] = random.random
    ) -> None:
        self._policy = policy
        self._attempts = attempts
        self._chance = chance
        self._failures = 0

    def reset(self) -> None:
        """Something came: the next failure counts as the first."""
        self._failures = 0

    def next(self, asked: float | None = None) -> float | None:
        """How long to wait after a failure, `asked` by the server or chosen; None: give up."""
        self._failures += 1
        if self._failures >= self._attempts:
            return None
        wait = self._policy.first_retry_seconds * 2.0 ** min(self._failures - 1, 16)
        # Many clients that were cut off together do not come back together.
        wait *= 0.75 + 0.5 * self._chance()
        return max(min(wait, self._policy.longest_retry_seconds), asked or 0.0)

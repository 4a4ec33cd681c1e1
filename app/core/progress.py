"""How far something long has come: downloads, copies, checks of models."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .problem import Problem


class State(StrEnum):
    """What is being done with a model's files; the last four are the end of a run."""

    QUEUED = "queued"
    RESOLVING = "resolving"
    DOWNLOADING = "downloading"
    STALLED = "stalled"
    COPYING = "copying"
    VERIFYING = "verifying"
    TESTING = "testing"
    PAUSED = "paused"
    READY = "ready"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """Whether nothing more comes after it."""
        return self in (State.PAUSED, State.READY, State.CANCELLED, State.FAILED)

    @property
    def active(self) -> bool:
        """Whether something is being done right now."""
        return not self.final and self is not State.QUEUED


@dataclass(frozen=True)
class Progress:
    """One moment of a run; what is unknown is None.

    Attributes:
        name: the model it is about.
        file: the file that is being worked on, "" when it is about none.
        bytes_per_second: over the last seconds; falls to zero when nothing comes.
        retry_in_seconds: when a stalled download asks again.
        note: a sentence about why it waits, or what trying the model found.
        problem: why it failed.
        path: the folder of the model that is ready.
    """

    name: str
    state: State
    done_bytes: int = 0
    total_bytes: int | None = None
    file: str = ""
    bytes_per_second: float | None = None
    seconds_left: float | None = None
    retry_in_seconds: float | None = None
    note: str = ""
    problem: Problem | None = None
    path: Path | None = None

    @property
    def fraction(self) -> float | None:
        """How much is done, from 0 to 1; None while the whole is unknown."""
        if self.total_bytes is None:
            return None
        return min(1.0, self.done_bytes / self.total_bytes) if self.total_bytes else 1.0

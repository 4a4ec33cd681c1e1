"""What every system's task bar or dock can be asked for."""

from enum import Enum
from typing import Protocol


class BarState(Enum):
    """How the work does that a task bar shows."""

    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"


class TaskbarProgress(Protocol):
    """Progress on the program's icon; OSError where the system does not do as it is asked."""

    def show(self, fraction: float | None, state: BarState) -> None:
        """Show how much is done, from 0 to 1; None while the whole is unknown."""

    def clear(self) -> None:
        """Show nothing any more, and let go of the system."""

"""What every step of a run needs: a clock, patience, the person's wish, the disk."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ternchat.app.core.control import Control
from ternchat.app.core.progress import State
from ternchat.app.core.transfer_errors import TransferError

from .clock import Clock, SystemClock
from .policy import Backoff, Policy


class Stopped(Exception):
    """A person wants the run to end."""


@dataclass(frozen=True)
class Moment:
    """Something to report: what is going on, and why it waits and for how long."""

    state: State
    note: str = ""
    retry_in_seconds: float | None = None


def free_bytes(folder: Path) -> int:
    """The room on the disk that holds the folder."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True)
class Tools:
    """Replaceable in tests, the same for all steps of a run."""

    control: Control = field(default_factory=Control)
    clock: Clock = field(default_factory=SystemClock)
    policy: Policy = field(default_factory=Policy)
    free_bytes: Callable[[Path], int] = free_bytes

    def check_stopped(self) -> None:
        """Raises when a person wants the run to end."""
        if self.control.stopped.is_set():
            raise Stopped

    def wait_after(self, error: TransferError, backoff: Backoff) -> Iterator[Moment]:
        """Wait before the next attempt; raises the error when it makes no sense to try again."""
        seconds = backoff.next(error.retry_after) if error.fault.transient else None
        if seconds is None:
            raise error
        end = self.clock.now() + seconds
        while (left := end - self.clock.now()) > 0:
            yield Moment(State.STALLED, str(error), left)
            if self.clock.wait(self.control.stopped, min(left, 1.0)):
                raise Stopped

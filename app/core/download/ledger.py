"""How much of a run is done, and how that is told."""

from collections.abc import Iterable
from dataclasses import replace

from ternchat.app.core.problem import Problem
from ternchat.app.core.progress import Progress, State

from .clock import Clock
from .speed import SpeedMeter
from .tools import Moment

_MOVING = (State.DOWNLOADING, State.STALLED, State.COPYING)


class Ledger:
    """Counts the bytes of each file, and makes a report of each moment."""

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self.total_bytes: int | None = None
        self.file = ""
        self.meter = SpeedMeter(clock.now())
        self._clock = clock
        self._done: dict[str, int] = {}

    @property
    def done_bytes(self) -> int:
        """The bytes that are there."""
        return sum(self._done.values())

    def begin(self, total_bytes: int, done: Iterable[tuple[str, int]]) -> None:
        """Start counting, with what is there already."""
        self.total_bytes = total_bytes
        self._done = dict(done)
        self.meter = SpeedMeter(self._clock.now())

    def put(self, file: str, done_bytes: int) -> None:
        """This much of the file is there."""
        self.file = file
        self._done[file] = done_bytes

    def progress(self, moment: Moment) -> Progress:
        """The moment as a report."""
        done = self.done_bytes
        report = Progress(
            self.name,
            moment.state,
            done_bytes=done,
            total_bytes=self.total_bytes,
            file="" if moment.state.final else self.file,
            note=moment.note,
            retry_in_seconds=moment.retry_in_seconds,
        )
        if self.total_bytes is None or moment.state not in _MOVING:
            return report
        now = self._clock.now()
        return replace(
            report,
            bytes_per_second=self.meter.rate(now),
            seconds_left=self.meter.seconds_left(now, self.total_bytes - done),
        )

    def failed(self, error: BaseException) -> Progress:
        """The report of a run that ended in an error."""
        report = self.progress(Moment(State.FAILED, str(error)))
        return replace(report, problem=Problem.of(error))

"""What the monitor shows: speeds and memory of the last minute, twice a second."""

from collections import deque
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ternchat.app.core import machine
from ternchat.app.core.statistics import Snapshot
from ternchat.app.core.turn import Phase

from .status_model import StatusModel

INTERVAL_MS = 500
SAMPLES = 120  # a minute


@dataclass(frozen=True)
class Sample:
    """One moment.

    Attributes:
        writing, reading: tokens per second, 0 while there is none of it.
        weights, kv, work, program: bytes of memory in use, by what they are for.
        predicted: what the model was said to take before it was loaded; None without one.
    """

    snapshot: Snapshot
    writing: float
    reading: float
    weights: int = 0
    kv: int = 0
    work: int = 0
    program: int = 0
    predicted: int | None = None

    @property
    def total(self) -> int:
        """All memory of the process."""
        return self.weights + self.kv + self.work + self.program


class MonitorModel(QObject):
    """Looks at the engine's numbers while somebody looks at it.

    Signals:
        sampled: there is a new sample.
    """

    sampled = Signal()

    def __init__(self, status: StatusModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._status = status
        self.samples: deque[Sample] = deque(maxlen=SAMPLES)
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.sample)

    @Slot(bool)
    def set_active(self, active: bool) -> None:
        """Begin, with one sample at once, or stop."""
        if active:
            self._timer.start()
            self.sample()
        else:
            self._timer.stop()

    @Slot()
    def sample(self) -> None:
        """Look now."""
        self.samples.append(sample_of(self._status.snapshot, machine.resident_bytes()))
        self.sampled.emit()


def sample_of(now: Snapshot, resident_bytes: int) -> Sample:
    """The moment that these numbers describe; the parts add up to what is resident."""
    writing = now.decode_tokens_per_second if now.phase is Phase.WRITING else None
    reading = now.prefill_tokens_per_second if now.phase is Phase.READING else None
    left, parts = resident_bytes, []
    facts = now.facts
    known = (0, 0, 0) if facts is None else (facts.weights_bytes, facts.kv_bytes, facts.work_bytes)
    for size in known:  # what is mapped or not yet touched may be less than it is said to be
        parts.append(min(size, left))
        left -= parts[-1]
    return Sample(
        now,
        writing or 0.0,
        reading or 0.0,
        *parts,
        program=left,
        predicted=None if facts is None else facts.predicted_bytes,
    )

"""What the monitor shows: speeds and memory of the last minute, twice a second."""

from collections import deque
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ternchat.app.core import machine
from ternchat.app.core.machine import Residence
from ternchat.app.core.statistics import Snapshot
from ternchat.app.core.turn import ModelFacts, Phase

from .status_model import StatusModel
from .tally import Tally

INTERVAL_MS = 500
SAMPLES = 120  # a minute


@dataclass(frozen=True)
class Sample:
    """One moment.

    Attributes:
        writing, reading: tokens per second since the last one, 0 while there is none of it.
        weights, kv, work, program: bytes of memory in use, by what they are for; keys and values
            of other texts, kept for later, count among those of the context.
        in_file: what of the weights are pages of the model's file, which the system may drop.
        predicted: what the model was said to hold with a full context; None without one.
        taken: what it holds now, measured; None where that is not known.
    """

    snapshot: Snapshot
    writing: float
    reading: float
    weights: int = 0
    kv: int = 0
    work: int = 0
    program: int = 0
    in_file: int = 0
    predicted: int | None = None
    taken: int | None = None

    @property
    def total(self) -> int:
        """All memory of the program and of the processes that work for it."""
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
        self._tally = Tally()
        self._reach = 0  # the most tokens that were in the loaded model's context
        self._facts: ModelFacts | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.sample)

    @Slot(bool)
    def set_active(self, active: bool) -> None:
        """Begin anew, with one sample at once, or stop."""
        if active is self._timer.isActive():
            return
        if active:
            self.samples.clear()  # what was before the gap would look as if it were just now
            self._tally = Tally()
            self._status.timed.connect(self._on_timed)
            self._status.answer_ended.connect(self._on_ended)
            self._timer.start()
            self.sample()
        else:
            self._timer.stop()
            self._status.timed.disconnect(self._on_timed)
            self._status.answer_ended.disconnect(self._on_ended)

    @Slot()
    def sample(self) -> None:
        """Look now."""
        now = self._status.snapshot
        if now.facts is not self._facts:
            self._facts, self._reach = now.facts, 0
        self._reach = max(self._reach, now.used_tokens)
        rates = self._tally.take()
        here = machine.residence(() if now.facts is None else now.facts.pids())
        self.samples.append(sample_of(now, here, rates, self._reach))
        self.sampled.emit()

    @Slot(object)
    def _on_timed(self, timings: object) -> None:
        self._tally.add(timings)

    @Slot()
    def _on_ended(self) -> None:
        self._tally.end()


def sample_of(
    now: Snapshot, here: Residence, rates: tuple[float, float] = (0.0, 0.0), reach: int = 0
) -> Sample:
    """The moment that these numbers describe; the parts add up to what is resident.

    `rates`: tokens per second read and written since the last one. `reach`: the tokens of the
    context that were ever used: its other pages take nothing.
    """
    reading, writing = rates
    if not reading and now.phase is Phase.READING:
        reading = now.prefill_tokens_per_second or 0.0
    if not writing and now.phase is Phase.WRITING:  # slower than the samples
        writing = now.decode_tokens_per_second or 0.0
    facts = now.facts
    if facts is None:
        return Sample(now, writing, reading, program=here.resident)
    in_file, held = _in_file(facts, here), facts.held()
    left, parts = here.resident + here.others, []
    if held is None:  # as it must be
        weights, kv = facts.weights_bytes - facts.mapped_bytes, _reached(facts, reach)
        work = facts.work_bytes
    else:
        weights, kv, work = held.weights, held.kv, held.screen + held.work + held.tokenizer
    for size in (weights + in_file, kv + now.kept_bytes, work):
        parts.append(min(size, left))  # what is not yet touched may be less than it is said to be
        left -= parts[-1]
    return Sample(
        now,
        writing,
        reading,
        *parts,
        program=left,
        in_file=in_file,
        predicted=facts.predicted_bytes,
        taken=None if held is None else held.total,
    )


def _in_file(facts: ModelFacts, here: Residence) -> int:
    """What is in memory of the model's file: what was read of late."""
    if here.mapped is None or facts.program is None or facts.program.mapped is None:
        return facts.mapped_bytes
    # Libraries come as pages of files too, some with the first model.
    return min(facts.mapped_bytes, max(0, here.mapped - facts.program.mapped))


def _reached(facts: ModelFacts, reach: int) -> int:
    """What keys and values of so many tokens take."""
    used = min(1.0, reach / facts.context_length) if facts.context_length > 0 else 0.0
    return int(facts.kv_bytes * used)

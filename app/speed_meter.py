"""How fast this computer is, found out when somebody looks, and how fast models really were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.core import answer_speeds
from ternchat.app.workers import model_jobs

if TYPE_CHECKING:
    from ternchat.app.core.model_overview import Overview
    from ternchat.app.core.turn import Ending, ModelFacts
    from ternchat.app.workers.job_thread import Job, JobThread


class SpeedMeter(QObject):
    """Measures this computer once, never while it answers; keeps what answers tell.

    The measurement is a process of low priority. An answer that begins meanwhile ends it; the next
    look at where a speed is shown begins it anew.

    Signals:
        measuring_changed: whether this computer is being measured.
        measured: its MachineSpeed, new or known from before.
    """

    measuring_changed = Signal(bool)
    measured = Signal(object)

    def __init__(self, jobs: model_jobs.ModelJobs, thread: JobThread) -> None:
        super().__init__()
        self._jobs, self._thread = jobs, thread
        self._looked = False  # whether anybody has looked if it was measured before
        self._known = self._tried = self._fresh = False
        self._wanted = self._busy = self._measuring = self._interrupted = False
        self._facts: ModelFacts | None = None
        thread.finished.connect(self._on_finished)
        thread.failed.connect(self._on_failed)

    @Slot(object)
    def learn(self, overview: Overview) -> None:
        """A look at all models tells whether the speed is known."""
        speed = overview.speed
        self._looked = True
        # One that was measured beside other programs is tried again, once while this one runs.
        self._known = speed is not None and (self._tried or not speed.is_disturbed)
        self._consider()

    @Slot()
    def want(self) -> None:
        """Somebody looks at where a speed is shown."""
        self._wanted = True
        self._consider()

    @Slot()
    def measure_again(self) -> None:
        """Forget what was measured: the computer may have been busy then."""
        self._wanted = self._fresh = True
        self._consider()

    @Slot(bool)
    def set_busy(self, busy: bool) -> None:
        """The engine begins or ends an answer, which comes first."""
        self._busy = busy
        if busy:
            self._wanted, self._interrupted = False, self._measuring
            self._thread.cancel(model_jobs.MEASURE)
        else:
            self._consider()

    @Slot(object)
    def on_loaded(self, facts: ModelFacts) -> None:
        """Answers are that model's from now on."""
        self._facts = facts

    @Slot(object)
    def on_answered(self, ending: Ending) -> None:
        """Keep how fast an answer was written."""
        facts = self._facts
        if facts is None or ending.timings is None:
            return
        speed = answer_speeds.of_answer(ending.timings, facts.kernel, facts.threads)
        if speed is not None:
            self._thread.start(self._jobs.keep_speed(facts.model.name, speed))

    def close(self) -> bool:
        """End the thread; False when it did not let go."""
        return self._thread.close()

    def _consider(self) -> None:
        stands_open = self._wanted and self._looked and (self._fresh or not self._known)
        if not stands_open or self._busy or self._measuring:
            return
        fresh, self._fresh = self._fresh, False
        self._measuring = True
        self.measuring_changed.emit(True)
        self._thread.start(self._jobs.measure(fresh=fresh))

    @Slot(object, object)
    def _on_finished(self, job: Job, result: Any) -> None:
        if job.kind != model_jobs.MEASURE:
            return
        if result is None and not self._interrupted:  # it cannot be had now
            self._wanted = False
        self._interrupted = False
        if result is not None:
            self._known = self._tried = True
        self._end()
        if result is not None:
            self.measured.emit(result)

    @Slot(object, object)
    def _on_failed(self, job: Job, _error: BaseException) -> None:
        if job.kind == model_jobs.MEASURE:
            self._wanted = False
            self._end()

    def _end(self) -> None:
        self._measuring = False
        self.measuring_changed.emit(False)
        self._consider()

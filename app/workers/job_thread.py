"""Work that takes its time, one piece after the other, on a thread of its own."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

from ternchat.app.core.control import Control
from ternchat.app.core.progress import Progress

from .throttle import ProgressThrottle

Report = Callable[[Progress], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A piece of work.

    Attributes:
        kind: what comes back is told apart by it.
        name: the model it is about, "" where it is about none.
        work: does it; reports on the way, returns the result, hears of `control`.
    """

    kind: str
    name: str
    work: Callable[[Report, Control], Any]


class _Worker(QObject):
    """Runs jobs; lives on the thread."""

    progressed = Signal(object, object)  # Job, Progress
    finished = Signal(object, object)  # Job, result
    failed = Signal(object, object)  # Job, BaseException

    @Slot(object, object)
    def run(self, job: Job, control: Control) -> None:
        """Run one job; it ends in exactly one of `finished` and `failed`."""
        throttle = ProgressThrottle()

        def report(progress: Progress) -> None:
            if throttle.lets_through(progress):
                self.progressed.emit(job, progress)

        try:
            result = job.work(report, control)
        except BaseException as error:
            log.warning("%s failed", job.kind, exc_info=error)
            self.failed.emit(job, error)
        else:
            self.finished.emit(job, result)


class JobThread(QObject):
    """The thread as the window sees it.

    Signals:
        progressed: a Job and how far it is (Progress), at most four times a second.
        finished: a Job and its result.
        failed: a Job and its error.
    """

    progressed = Signal(object, object)
    finished = Signal(object, object)
    failed = Signal(object, object)
    _requested = Signal(object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = False
        self._pending: list[tuple[Job, Control]] = []  # sent and not ended, oldest first
        self._thread = QThread(self)
        self._thread.setObjectName(name)
        self._worker = _Worker()  # owned here and nowhere else
        self._worker.moveToThread(self._thread)
        self._requested.connect(self._worker.run)
        # Signal to signal: relayed on our thread, so any slot is safe.
        self._worker.progressed.connect(self.progressed)
        self._worker.finished.connect(self.finished)
        self._worker.failed.connect(self.failed)
        self.finished.connect(self._forget)
        self.failed.connect(self._forget)

    def start(self, job: Job) -> None:
        """Queue a job; none begins once the end has come."""
        if self._closed:
            return
        if not self._thread.isRunning():
            self._thread.start()
        control = Control()
        self._pending.append((job, control))
        self._requested.emit(job, control)

    def is_pending(self, kind: str, name: str = "") -> bool:
        """Whether such a job runs or waits."""
        return any(job.kind == kind and job.name == name for job, _ in self._pending)

    def cancel(self, kind: str, name: str = "") -> None:
        """Stop such jobs, running or waiting."""
        for job, control in self._pending:
            if job.kind == kind and job.name == name:
                control.cancel(keep=True)

    def close(self, timeout_ms: int = 5000) -> bool:
        """Stop everything and end the thread; False when a job did not let go."""
        self._closed = True
        for _, control in self._pending:
            control.leave()
        self._thread.quit()
        return self._thread.wait(timeout_ms)

    @Slot(object, object)
    def _forget(self, job: Job, _result: object) -> None:
        self._pending = [entry for entry in self._pending if entry[0] is not job]

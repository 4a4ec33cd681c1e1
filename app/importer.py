"""Brings the chats of a file in while the window goes on living."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.core.importing.importer import ImportPhase, import_steps
from ternchat.app.core.problem import Problem
from ternchat.app.workers.job_thread import Job

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ternchat.app.core.chat_store import ChatStore
    from ternchat.app.core.control import Control
    from ternchat.app.core.importing.importer import Imported
    from ternchat.app.workers.job_thread import JobThread, Report

IMPORT = "import chats"
PAUSE_SECONDS = 0.005  # in which the window's thread can have its turn at the database


class Importer(QObject):
    """Does one import at a time; nobody sees its chats before all of them are there.

    Signals:
        began: an import is under way.
        progressed: how far it is (ImportProgress).
        imported: what came of it (Imported); the chats can be seen now.
        cancelled: it was given up; nothing is kept.
        ended: nothing is under way any more, however it ended.
        left_over: something was written that nobody will see.
        problem_raised: the file cannot be read, or its chats not be kept (Problem).
    """

    began = Signal()
    progressed = Signal(object)
    imported = Signal(object)
    cancelled = Signal()
    ended = Signal()
    left_over = Signal()
    problem_raised = Signal(object)

    def __init__(self, store: ChatStore, jobs: JobThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._jobs = store, jobs
        self._job: Job | None = None
        jobs.progressed.connect(self._on_progressed)
        jobs.finished.connect(self._on_finished)
        jobs.failed.connect(self._on_failed)

    @property
    def is_busy(self) -> bool:
        """Whether an import is under way."""
        return self._job is not None

    def start(self, path: Path) -> None:
        """Begin an import; one that is under way is given up."""
        self.cancel()
        self._job = Job(IMPORT, "", work_of(self._store, path))
        self._jobs.start(self._job)
        self.began.emit()

    @Slot()
    def cancel(self) -> None:
        """Give up what is under way."""
        if self._job is not None:
            self._jobs.cancel(IMPORT)
            self._end()
            self.cancelled.emit()

    @Slot(object, object)
    def _on_progressed(self, job: Job, progress: object) -> None:
        if job is self._job:
            self.progressed.emit(progress)

    @Slot(object, object)
    def _on_finished(self, job: Job, imported: Imported | None) -> None:
        if job.kind != IMPORT:
            return
        if job is not self._job or imported is None:  # cancelled, perhaps at the very end
            self.left_over.emit()
            return
        try:
            self._store.welcome(imported.arrivals)
        except Exception as error:
            self._on_failed(job, error)
        else:
            self._end()
            self.imported.emit(imported)

    @Slot(object, object)
    def _on_failed(self, job: Job, error: BaseException) -> None:
        if job.kind != IMPORT:
            return
        self.left_over.emit()
        if job is self._job:
            self._end()
            self.problem_raised.emit(Problem.of(error))

    def _end(self) -> None:
        self._job = None
        self.ended.emit()


def work_of(store: ChatStore, path: Path) -> Callable[[Report, Control], Imported | None]:
    """Reads and writes on the thread of jobs; gives None when it was stopped."""

    def work(report: Report, control: Control) -> Imported | None:
        steps = import_steps(store, path)
        while not control.stopped.is_set():
            try:
                progress = next(steps)
            except StopIteration as end:
                imported: Imported = end.value
                return imported
            report(progress)
            if progress.state is ImportPhase.WRITING:
                control.stopped.wait(PAUSE_SECONDS)
        return None

    return work

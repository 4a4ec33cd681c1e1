"""The folder the models lie in: shown, moved, its trash emptied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from ternchat.app.core.progress import State
from ternchat.app.workers import model_jobs

if TYPE_CHECKING:
    from pathlib import Path

    from ternchat.app.core.model_store import ModelStore
    from ternchat.app.core.progress import Progress
    from ternchat.app.workers.job_thread import Job, JobThread


class ModelsFolder(QObject):
    """Carries out what is asked of the folder.

    Signals:
        move_progressed: how far moving it is (Progress or None).
        moved: the folder that holds the models from now on.
    """

    move_progressed = Signal(object)
    moved = Signal(str)
    _moved = Signal(object)  # from the job's thread

    def __init__(
        self,
        store: ModelStore,
        jobs: model_jobs.ModelJobs,
        work: JobThread,
        look: JobThread,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._jobs = store, jobs
        self._work, self._look = work, look
        work.progressed.connect(self._on_progressed)
        work.finished.connect(self._on_finished)
        self._moved.connect(self._on_moved)

    @Slot(str)
    def move_to(self, folder: str) -> None:
        """Move the models."""
        self._work.start(self._jobs.move(folder, self._moved.emit))

    @Slot()
    def stop_moving(self) -> None:
        """End the move for now; it can be gone on with."""
        self._work.cancel(model_jobs.MOVE)

    @Slot()
    def open(self) -> None:
        """Show the folder in the system's file manager."""
        open_folder(self._store.folder)

    @Slot()
    def empty_trash(self) -> None:
        """Delete for good what was deleted."""
        self._look.start(self._jobs.purge())

    @Slot(object, object)
    def _on_progressed(self, job: Job, progress: Progress) -> None:
        if job.kind == model_jobs.MOVE:
            self.move_progressed.emit(progress)

    @Slot(object, object)
    def _on_finished(self, job: Job, result: Any) -> None:
        if job.kind == model_jobs.MOVE:
            failed = result is not None and result.state is State.FAILED
            self.move_progressed.emit(result if failed else None)

    @Slot(object)
    def _on_moved(self, folder: Path) -> None:
        self._store.folder = folder
        self.moved.emit(str(folder))


def open_folder(folder: Path) -> None:
    """Show a folder in the system's file manager; made if it is not there yet."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

"""Asks the hub about any repository, and remembers what was found until it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.core.download.request import DownloadRequest
from ternchat.app.core.problem import Problem
from ternchat.app.workers import model_jobs

if TYPE_CHECKING:
    from ternchat.app.core.access_token import AccessToken
    from ternchat.app.core.catalogue import Catalogue
    from ternchat.app.core.hub_address import RepositoryRef
    from ternchat.app.workers.job_thread import Job, JobThread


class RepositorySearch(QObject):
    """One question at a time.

    Signals:
        found: an Inspection of what was looked up, or the Problem with it.
        fetch_requested: the DownloadRequest for what was found.
    """

    found = Signal(object)
    fetch_requested = Signal(object)

    def __init__(
        self,
        catalogue: Catalogue,
        jobs: model_jobs.ModelJobs,
        thread: JobThread,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._catalogue, self._jobs, self._thread = catalogue, jobs, thread
        self._found: tuple[RepositoryRef, AccessToken | None] | None = None
        thread.finished.connect(self._on_finished)
        thread.failed.connect(self._on_failed)

    @Slot(str)
    @Slot(str, object)
    def look_up(self, text: str, token: AccessToken | None = None) -> None:
        """Ask about a repository; a token opens those that need one."""
        self._found = None
        self._thread.start(self._jobs.look_up(text, token))

    @Slot()
    def download(self) -> None:
        """Fetch what was found."""
        if self._found is not None:
            ref, token = self._found
            self.fetch_requested.emit(DownloadRequest.for_repository(ref, self._catalogue, token))

    @Slot(object, object)
    def _on_finished(self, job: Job, result: Any) -> None:
        if job.kind == model_jobs.LOOK_UP:
            ref, token, inspection = result
            self._found = (ref, token) if inspection.verdict.runs else None
            self.found.emit(inspection)

    @Slot(object, object)
    def _on_failed(self, job: Job, error: BaseException) -> None:
        if job.kind == model_jobs.LOOK_UP:
            self.found.emit(Problem.of(error))

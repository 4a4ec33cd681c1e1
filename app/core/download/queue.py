"""Several downloads, one after the other: what the window's worker and the command line run."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from ternchat.app.core.control import Control
from ternchat.app.core.errors import AppError
from ternchat.app.core.problem import Problem
from ternchat.app.core.progress import Progress, State

from .staging import Staging, Unfinished, finish_interrupted, unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ternchat.app.core.access_token import AccessToken
    from ternchat.app.core.model_store import ModelStore

    from .request import DownloadRequest

Run = Callable[["DownloadRequest", Control], "Iterator[Progress]"]


class DownloadQueue:
    """Takes requests and wishes from any thread; `run` does the work on one.

    `start` makes the run of one download: the engine's test, the hub and the like are bound there.
    """

    def __init__(self, store: ModelStore, start: Run) -> None:
        self._store = store
        self._start = start
        self._changed = threading.Condition()
        self._waiting: deque[DownloadRequest] = deque()
        self._known: dict[str, DownloadRequest] = {}  # to resume: queued, running, stopped
        self._reports: deque[Progress] = deque()
        self._running: tuple[str, Control] | None = None
        self._closed = False

    def add(self, request: DownloadRequest) -> None:
        """Queue a download, or resume one that was stopped; one that is at work stays."""
        with self._changed:
            self._known[request.name] = request
            stopping = self._is_running(request.name) and self._control().stopped.is_set()
            at_work = self._is_running(request.name) and not stopping
            if not self._is_waiting(request.name) and not at_work:
                self._waiting.append(request)
                if not stopping:  # else its run says so when it has ended
                    self._report(request.name, State.QUEUED)

    def pause(self, name: str) -> None:
        """Stop it for now."""
        with self._changed:
            if self._is_running(name):
                self._control().pause()
            elif self._take_from_queue(name):
                self._report(name, State.PAUSED)

    def resume(self, name: str, token: AccessToken | None = None) -> None:
        """Go on with one that was stopped or failed; `token` opens it where that is needed."""
        request = self._known.get(name)
        if request is None:
            request = next((u.request() for u in self.unfinished() if u.name == name), None)
        if request is not None:
            self.add(request.with_token(token))

    def cancel(self, name: str, *, keep: bool = False) -> None:
        """Give it up; what is there already is kept for another time, or deleted."""
        with self._changed:
            if self._is_running(name):
                self._control().cancel(keep=keep)
                return
            self._take_from_queue(name)
            self._known.pop(name, None)
        try:
            if not keep:
                self._delete(name)
        except (AppError, OSError) as error:
            with self._changed:
                self._report(name, State.FAILED, Problem.of(error))
            return
        with self._changed:
            self._report(name, State.CANCELLED)

    def unfinished(self) -> tuple[Unfinished, ...]:
        """What earlier runs of the program left, and what was stopped in this one."""
        with self._changed:
            busy = {request.name for request in self._waiting}
            busy |= {self._running[0]} if self._running else set()
        return tuple(entry for entry in unfinished(self._store) if entry.name not in busy)

    def close(self) -> None:
        """End `run`; the running download keeps what it has and goes on at the next start."""
        with self._changed:
            self._closed = True
            if self._running is not None:
                self._control().leave()
            self._changed.notify_all()

    def run(self, *, until_idle: bool = False) -> Iterator[Progress]:
        """Everything that happens to any of the downloads, until `close` (or nothing is left)."""
        finish_interrupted(self._store)
        while True:
            with self._changed:
                while not (self._reports or self._waiting or self._closed or until_idle):
                    self._changed.wait()
                reports, start = self._take_reports(), self._start_next()
            yield from reports
            if start is not None:
                yield from self._run_one(*start)
            elif not reports and (self._closed or until_idle):
                return

    def _run_one(self, request: DownloadRequest, control: Control) -> Iterator[Progress]:
        try:
            for progress in self._start(request, control):
                with self._changed:
                    reports = self._take_reports()
                    if progress.state.final:
                        # Before anybody hears of the end: whoever resumes it must find it ended.
                        self._running = None
                    if progress.state is State.READY:
                        self._known.pop(request.name, None)  # its token was for this one download
                yield from reports
                yield progress
            with self._changed:
                if self._is_waiting(request.name):
                    self._report(request.name, State.QUEUED)
        finally:
            with self._changed:
                self._running = None

    # ---- Below, the lock is held by the caller --------------------------------------------------

    def _start_next(self) -> tuple[DownloadRequest, Control] | None:
        """The next download, marked as running; None when there is none or the end has come."""
        if self._closed or not self._waiting:
            return None
        request, control = self._waiting.popleft(), Control()
        self._running = (request.name, control)
        return request, control

    def _control(self) -> Control:
        assert self._running is not None
        return self._running[1]

    def _is_running(self, name: str) -> bool:
        return self._running is not None and self._running[0] == name

    def _is_waiting(self, name: str) -> bool:
        return any(request.name == name for request in self._waiting)

    def _take_from_queue(self, name: str) -> bool:
        """Remove it from those that wait; whether it was there."""
        left = [request for request in self._waiting if request.name != name]
        found = len(left) < len(self._waiting)
        self._waiting = deque(left)
        return found

    def _report(self, name: str, state: State, problem: Problem | None = None) -> None:
        self._reports.append(Progress(name, state, problem=problem))
        self._changed.notify_all()

    def _take_reports(self) -> list[Progress]:
        reports = list(self._reports)
        self._reports.clear()
        return reports

    def _delete(self, name: str) -> None:
        """Remove what is there of a download that does not run; this one without the lock."""
        staging = Staging(self._store, name)
        if staging.folder.exists():
            with staging.locked():
                staging.delete()

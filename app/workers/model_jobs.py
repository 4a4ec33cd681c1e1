"""The jobs of the models page, made of the core and of the engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ternchat.app.core import answer_speeds, machine, speed_store
from ternchat.app.core.download.tools import Tools
from ternchat.app.core.hub_address import parse_repository
from ternchat.app.core.inspection import inspect
from ternchat.app.core.model_import import import_model
from ternchat.app.core.model_move import move_models
from ternchat.app.core.model_overview import overview
from ternchat.app.core.model_trash import KEEP_SECONDS, Removed, Trash
from ternchat.app.core.model_verify import begin_repair, verify

from .job_thread import Job, Report
from .model_verdict import full_verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

    from ternchat.app.core.access_token import AccessToken
    from ternchat.app.core.answer_speeds import AnswerSpeed
    from ternchat.app.core.control import Control
    from ternchat.app.core.download.queue import DownloadQueue
    from ternchat.app.core.download.trial import SelfTest, TestReport
    from ternchat.app.core.hub import Hub
    from ternchat.app.core.model_store import ModelStore
    from ternchat.app.core.paths import DataPaths
    from ternchat.app.core.progress import Progress
    from ternchat.app.core.turn import LoadOptions

LIST, MEASURE, LOOK_UP, VERIFY, REPAIR = "list", "measure", "look up", "verify", "repair"
IMPORT, MOVE, REMOVE, RESTORE, PURGE = "import", "move", "remove", "restore", "purge"
KEEP_SPEED = "keep speed"
ATTEMPTS = 2  # to measure without being disturbed
QUIET_SECONDS = 20.0  # to wait for a moment in which nothing else runs


class ModelJobs:
    """Makes jobs; nothing is done before a JobThread runs them."""

    def __init__(
        self,
        paths: DataPaths,
        store: ModelStore,
        hub: Hub,
        queue: DownloadQueue,
        options: Callable[[], LoadOptions],
        self_test: SelfTest | None = None,
    ) -> None:
        self._paths = paths
        self._store = store
        self._hub = hub
        self._queue = queue
        self._options = options
        self._self_test = self_test

    def list(self) -> Job:
        """Look at all models, and let go of those deleted long ago; gives an Overview."""

        def work(*_: object) -> Any:
            Trash(self._store).purge(KEEP_SECONDS)
            return overview(self._paths, self._store, self._queue.unfinished())

        return Job(LIST, "", work)

    def measure(self, *, fresh: bool = False) -> Job:
        """Measure this computer, unless that was done; gives a MachineSpeed or None.

        `fresh`: measure it again.
        """

        def work(_report: Report, control: Control) -> Any:
            from ternchat.engine.speed_measurement import measure_in_child

            processor, options = machine.cpu_name(), self._options()
            known = None if fresh else speed_store.load(self._paths.cache, processor)
            fits = known is not None and options.threads in (None, known.threads)
            if known is not None and fits and not known.is_disturbed:
                return known
            best = known if fits else None
            for _ in range(ATTEMPTS):
                machine.wait_until_quiet(control.stopped, QUIET_SECONDS)
                stopped = control.stopped.is_set
                if stopped():
                    return None
                speed = measure_in_child(options.isa, options.threads, stopped, gently=True)
                if speed is None:
                    return None
                if best is None or speed.others_share <= best.others_share:
                    best = speed
                if not speed.is_disturbed:
                    break
            if best is not None:
                speed_store.save(self._paths.cache, processor, best)
            return best

        return Job(MEASURE, "", work)

    def keep_speed(self, name: str, speed: AnswerSpeed) -> Job:
        """Write down how fast a model's answer was."""
        return Job(KEEP_SPEED, name, lambda *_: answer_speeds.add(self._paths.cache, name, speed))

    def look_up(self, text: str, token: AccessToken | None = None) -> Job:
        """Ask the hub what a repository holds; gives its place, the token and an Inspection."""

        def work(_report: Report, _control: Control) -> Any:
            ref = parse_repository(text, self._hub.options.endpoint)
            return ref, token, inspect(self._hub, ref, token, judge=full_verdict)

        return Job(LOOK_UP, text, work)

    def verify(self, name: str) -> Job:
        """Hold an installed model against its checksums."""
        return Job(
            VERIFY,
            name,
            lambda report, control: _last(
                verify(self._store, name, Tools(control=control)), report
            ),
        )

    def repair(self, name: str) -> Job:
        """Prepare fetching what is damaged; gives the DownloadRequest."""
        return Job(REPAIR, name, lambda *_: begin_repair(self._store, name))

    def import_from(self, path: str, *, copy: bool) -> Job:
        """Take over a model of this computer, and try it."""
        return Job(
            IMPORT,
            path,
            lambda report, control: _last(
                import_model(
                    self._store,
                    Path(path),
                    copy=copy,
                    judge=full_verdict,
                    self_test=self._self_test,
                    tools=Tools(control=control),
                ),
                report,
            ),
        )

    def move(self, folder: str, moved: Callable[[Path], None]) -> Job:
        """Move the models folder; `moved` is called on the job's thread when the new one counts."""
        return Job(
            MOVE,
            "",
            lambda report, control: _last(
                move_models(
                    replace(self._paths, models=self._store.folder),
                    Path(folder),
                    moved,
                    Tools(control=control),
                ),
                report,
            ),
        )

    def remove(self, name: str) -> Job:
        """Put a model into the trash; gives the Removed."""
        return Job(REMOVE, name, lambda *_: Trash(self._store).remove(name))

    def restore(self, removed: Removed) -> Job:
        """Bring one back from there."""
        return Job(RESTORE, removed.name, lambda *_: Trash(self._store).restore(removed))

    def purge(self) -> Job:
        """Empty the trash; gives the bytes set free."""
        return Job(PURGE, "", lambda *_: Trash(self._store).purge())


class SelfTester:
    """The engine's test of a model that was just fetched, in a process of its own."""

    def __init__(self, options: Callable[[], LoadOptions]) -> None:
        self._options = options

    def __call__(self, folder: Path, stopped: Event) -> TestReport:
        """What is wrong with the model on this computer, or that nothing is."""
        from ternchat.engine.self_test_report import run_self_test

        options = self._options()
        return run_self_test(folder, options.isa, options.threads, stopped.is_set)


def _last(run: Iterator[Progress], report: Report) -> Progress | None:
    last = None
    for progress in run:
        report(progress)
        last = progress
    return last

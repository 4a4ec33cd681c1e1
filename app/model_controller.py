"""What a person does with models: find, fetch, try, use, check, delete, move."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from ternchat.app.core.download.request import DownloadRequest
from ternchat.app.core.language import number
from ternchat.app.core.model_card import ModelCard, Place
from ternchat.app.core.problem import Problem
from ternchat.app.core.progress import Progress, State
from ternchat.app.core.wording import size_text
from ternchat.app.views.model_actions import Action
from ternchat.app.workers import model_jobs

if TYPE_CHECKING:
    from pathlib import Path

    from ternchat.app.chat_controller import ChatController
    from ternchat.app.core.access_token import AccessToken
    from ternchat.app.core.hub_address import RepositoryRef
    from ternchat.app.core.model_overview import Overview
    from ternchat.app.core.model_store import ModelStore
    from ternchat.app.core.model_trash import Removed
    from ternchat.app.models.download_model import DownloadModel
    from ternchat.app.workers.download_manager import DownloadManager
    from ternchat.app.workers.engine_thread import EngineThread
    from ternchat.app.workers.job_thread import Job, JobThread
    from ternchat.engine.speed import MachineSpeed

REFRESH_MS = 3000  # between two looks at memory and disk while the page is shown


class ModelController(QObject):
    """Carries out what the models page asks for, and lets the chat know what came of it.

    Signals:
        overview_changed: a new Overview.
        found: an Inspection of what was looked up.
        move_progressed: how far moving the folder is (Progress or None).
        folder_moved: the folder that holds the models from now on.
        notified: a sentence, and the name of the one thing to do about it ("" for none).
        waiting_changed: which model the chat waits for and how far it is, "" when for none.
        problem_raised: something went wrong (Problem); None: no longer worth showing.
    """

    overview_changed = Signal(object)
    found = Signal(object)
    move_progressed = Signal(object)
    folder_moved = Signal(str)
    notified = Signal(str, str)
    waiting_changed = Signal(str)
    problem_raised = Signal(object)
    _moved = Signal(object)  # from the job's thread

    def __init__(
        self,
        store: ModelStore,
        model: DownloadModel,
        downloads: DownloadManager,
        jobs: model_jobs.ModelJobs,
        work: JobThread,
        look: JobThread,
        engine: EngineThread,
        chats: ChatController,
    ) -> None:
        super().__init__()
        self._store = store
        self._model = model
        self._downloads = downloads
        self._jobs = jobs
        self._work, self._look = work, look  # what takes minutes, and what takes moments
        self._engine = engine
        self._chats = chats
        self._wanted = ""  # the model the chat waits for
        self._found: tuple[RepositoryRef, AccessToken | None] | None = None
        self._accept: Any = None  # what the button of the last notice does
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        downloads.progressed.connect(self._on_download)
        for thread in (work, look):
            thread.progressed.connect(self._on_job_progress)
            thread.finished.connect(self._on_job_finished)
            thread.failed.connect(self._on_job_failed)
        self._moved.connect(self._on_moved)

    # ---- What the page asks for -----------------------------------------------------------------

    @Slot(bool)
    def set_shown(self, shown: bool) -> None:
        """Keep the page up to date while it is looked at."""
        if not shown:
            self._timer.stop()
            return
        self._timer.start()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Look at all models again."""
        if not self._look.is_pending(model_jobs.LIST):
            self._look.start(self._jobs.list())

    @Slot(object, str)
    def act(self, action: Action, name: str) -> None:
        """Do something with a model."""
        match action:
            case Action.DOWNLOAD:
                self.download(name)
            case Action.PAUSE:
                self._downloads.pause(name)
            case Action.RESUME | Action.RETRY:
                self._downloads.resume(name)
            case Action.CANCEL_KEEP | Action.CANCEL_DELETE:
                self._downloads.cancel(name, action is Action.CANCEL_KEEP)
            case Action.USE:
                self._chats.use_model(name)
            case Action.UNLOAD:
                self._engine.unload()
            case Action.VERIFY:
                self._work.start(self._jobs.verify(name))
            case Action.STOP:
                self._work.cancel(model_jobs.VERIFY, name)
            case Action.REPAIR:
                self._look.start(self._jobs.repair(name))
            case Action.REMOVE:
                self._remove(name)
            case Action.OPEN_FOLDER:
                self._open_folder_of(name)
            case Action.DISMISS:
                self._model.dismiss(name)

    @Slot(str)
    def download(self, name: str) -> None:
        """Fetch a model of the catalogue; the chat waits for the first one there is."""
        entry = self._store.catalogue.find(name)
        if entry is not None:
            self._fetch(DownloadRequest.of(entry))

    @Slot(str)
    def download_and_use(self, name: str) -> None:
        """Fetch a model; what is written meanwhile is for it to answer."""
        self.download(name)
        self._wanted = name
        self._chats.wait_for_model()

    @Slot()
    def download_best(self) -> None:
        """Fetch the model that is best for most people, for the chat to wait for."""
        offered = (card.name for card in self._model.cards() if card.place is Place.OFFERED)
        name = next(offered, None)
        if name is not None:
            self.download_and_use(name)

    @Slot()
    def begin(self) -> None:
        """The window is there: go on with what was under way, and look what there is."""
        self._downloads.start()
        self.refresh()
        last = self._store.last_used()
        if last is not None and not self._store.may_load(last.name):
            self._chats.problem_raised.emit(
                Problem(
                    self.tr("{title} will not be loaded by itself").format(title=last.title),
                    self.tr("Loading it ended the program twice in a row."),
                    self.tr("Fledgling answers. To try it again, choose it on the models page."),
                    last.name,
                    code="crashed",
                )
            )

    @Slot(str, object)
    def resume_with(self, name: str, token: AccessToken) -> None:
        """Go on with a download that a token opens."""
        self._downloads.resume(name, token)

    @Slot(str)
    @Slot(str, object)
    def look_up(self, text: str, token: AccessToken | None = None) -> None:
        """Ask the hub about any repository; a token opens those that need one."""
        self._found = None
        self._look.start(self._jobs.look_up(text, token))

    @Slot()
    def download_found(self) -> None:
        """Fetch what was looked up."""
        if self._found is not None:
            ref, token = self._found
            self._fetch(DownloadRequest.for_repository(ref, self._store.catalogue, token))

    @Slot(str, bool)
    def import_from(self, path: str, copy: bool) -> None:
        """Take over a model of this computer."""
        self._work.start(self._jobs.import_from(path, copy=copy))

    @Slot(str)
    def move_to(self, folder: str) -> None:
        """Move the models folder."""
        self._work.start(self._jobs.move(folder, self._moved.emit))

    @Slot()
    def stop_moving(self) -> None:
        """End the move for now; it can be gone on with."""
        self._work.cancel(model_jobs.MOVE)

    @Slot()
    def open_models_folder(self) -> None:
        """Show the folder in the system's file manager."""
        self._open(self._store.folder)

    @Slot()
    def empty_trash(self) -> None:
        """Delete for good what was deleted."""
        self._look.start(self._jobs.purge())

    @Slot()
    def accept(self) -> None:
        """Do what the last notice offered."""
        accept, self._accept = self._accept, None
        if accept is not None:
            accept()

    def close(self) -> bool:
        """End all threads; False when one did not let go."""
        self._timer.stop()
        return all([self._work.close(), self._look.close(), self._downloads.close()])

    # ---- What comes back ------------------------------------------------------------------------

    @Slot(object)
    def _on_download(self, progress: Progress) -> None:
        self._model.on_progress(progress)
        if progress.name == self._wanted:
            self._tell_wait(progress)
        if progress.state is State.READY:
            self.refresh()
            if progress.name == self._wanted:
                self._wanted = ""
                model = self._store.find(progress.name)
                self._chats.model_came(model)
            else:
                text = self.tr("{title} is ready.").format(title=self._title(progress.name))
                name = progress.name
                self._offer(text, self.tr("Use it"), lambda: self._chats.use_model(name))
        elif progress.state.final:
            self.refresh()
            if progress.name == self._wanted and progress.state is not State.PAUSED:
                self._wanted = ""
                self._chats.model_came(None)
                self.problem_raised.emit(progress.problem)

    @Slot(object, object)
    def _on_job_progress(self, job: Job, progress: Progress) -> None:
        if job.kind == model_jobs.VERIFY:
            self._model.on_progress(progress)
        elif job.kind == model_jobs.MOVE:
            self.move_progressed.emit(progress)
        elif job.kind == model_jobs.IMPORT:
            self._on_import(progress)

    @Slot(object, object)
    def _on_job_finished(self, job: Job, result: Any) -> None:
        match job.kind:
            case model_jobs.LIST:
                self._take(result)
            case model_jobs.LOOK_UP:
                ref, token, inspection = result
                self._found = (ref, token) if inspection.verdict.runs else None
                self.found.emit(inspection)
            case model_jobs.REPAIR:
                self._fetch(result)
            case model_jobs.REMOVE:
                text = self.tr("{title} was deleted.").format(title=result.title)
                self._offer(text, self.tr("Undo"), lambda: self._restore(result))
                self.refresh()
            case model_jobs.PURGE:
                text = self.tr("{size} set free.").format(size=size_text(result))
                self.notified.emit(text, "")
                self.refresh()
            case model_jobs.VERIFY:
                self._on_verified(job.name, result)
            case model_jobs.MOVE:
                self.move_progressed.emit(
                    result if result is not None and result.state is State.FAILED else None
                )
                self.refresh()
            case _:
                self.refresh()

    @Slot(object, object)
    def _on_job_failed(self, job: Job, error: BaseException) -> None:
        if job.kind == model_jobs.LOOK_UP:
            self.found.emit(Problem.of(error))
        else:
            self.problem_raised.emit(Problem.of(error))

    @Slot(object)
    def take_speed(self, speed: MachineSpeed) -> None:
        """This computer has been measured."""
        if self._model.overview is not None:
            self._take(replace(self._model.overview, speed=speed))

    @Slot(object)
    def _on_moved(self, folder: Path) -> None:
        self._store.folder = folder
        self.folder_moved.emit(str(folder))

    # ---- Steps ----------------------------------------------------------------------------------

    def _fetch(self, request: DownloadRequest) -> None:
        self.problem_raised.emit(None)
        queued = Progress(request.name, State.QUEUED)
        self._model.announce(
            ModelCard(
                request.name,
                request.title,
                repository=request.repository,
                revision=request.revision,
                progress=queued,
            )
        )
        self._model.on_progress(queued)
        self._downloads.add(request)

    def _tell_wait(self, progress: Progress) -> None:
        text = self._title(progress.name)
        if progress.fraction is not None:
            text = f"{text} · {number(int(100 * progress.fraction))} %"
        self.waiting_changed.emit("" if progress.state.final else text)

    def _take(self, overview: Overview) -> None:
        self._model.set_overview(overview)
        self.overview_changed.emit(overview)

    def _remove(self, name: str) -> None:
        facts = self._chats.model_in_use
        if facts == name:
            self._engine.unload()
        self._look.start(self._jobs.remove(name))

    def _restore(self, removed: Removed) -> None:
        self._look.start(self._jobs.restore(removed))

    def _on_verified(self, name: str, last: Progress | None) -> None:
        self.refresh()
        if last is not None and last.state is State.READY:
            text = self.tr("{title}: every byte is what it was.")
            self.notified.emit(text.format(title=self._title(name)), "")

    def _on_import(self, progress: Progress) -> None:
        if progress.state is State.FAILED:
            self.problem_raised.emit(progress.problem)
            return
        if self._model.card(progress.name) is None and not progress.state.final:
            self._model.announce(ModelCard(progress.name, progress.name, progress=progress))
        self._model.on_progress(progress)

    def _open_folder_of(self, name: str) -> None:
        card = self._model.card(name)
        if card is not None and card.path is not None:
            self._open(card.path)

    def _open(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _offer(self, text: str, action: str, accept: Any) -> None:
        self._accept = accept
        self.notified.emit(text, action)

    def _title(self, name: str) -> str:
        card = self._model.card(name)
        return name if card is None else card.title

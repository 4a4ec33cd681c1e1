"""What a person does with models: find, fetch, try, use, check, delete, move."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ternchat.app.core.download.request import DownloadRequest
from ternchat.app.core.language import number
from ternchat.app.core.model_card import ModelCard
from ternchat.app.core.problem import Problem
from ternchat.app.core.progress import Progress, State
from ternchat.app.core.transfer_faults import Fault
from ternchat.app.core.wording import size_text
from ternchat.app.models_folder import ModelsFolder, open_folder
from ternchat.app.repository_search import RepositorySearch
from ternchat.app.views.model_actions import Action
from ternchat.app.workers import model_jobs

if TYPE_CHECKING:
    from ternchat.app.chat_controller import ChatController
    from ternchat.app.core.access_token import AccessToken
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

    Attributes:
        search: what is known of repositories beyond the catalogue.
        folder: the folder all models lie in.

    Signals:
        overview_changed: a new Overview.
        notified: a sentence, and the name of the one thing to do about it ("" for none).
        waiting_changed: which model the chat waits for and how far it is, "" when for none.
        problem_raised: something went wrong (Problem); None: no longer worth showing.
    """

    overview_changed = Signal(object)
    notified = Signal(str, str)
    waiting_changed = Signal(str)
    problem_raised = Signal(object)

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
        self._imports: dict[str, str] = {}  # names of models that are taken over, and from where
        self._accept: Any = None  # what the button of the last notice does
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.refresh)
        downloads.progressed.connect(self._on_download)
        for thread in (work, look):
            thread.progressed.connect(self._on_job_progress)
            thread.finished.connect(self._on_job_finished)
            thread.failed.connect(self._on_job_failed)
        self.search = RepositorySearch(store.catalogue, jobs, look, self)
        self.search.fetch_requested.connect(self._fetch)
        self.folder = ModelsFolder(store, jobs, work, look, self)

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
            case Action.DOWNLOAD | Action.LINK:
                self.download(name)
            case Action.PAUSE:
                self._downloads.pause(name)
            case Action.RETRY if self._is_damaged_in_cache(name):
                self.download(name, anew=True)
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
            case Action.STOP if name in self._imports:
                self._work.cancel(model_jobs.IMPORT, self._imports[name])
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
    def download(self, name: str, *, anew: bool = False) -> None:
        """Fetch a model that is offered, or use it where it lies in the shared cache."""
        card, entry = self._model.card(name), self._store.catalogue.find(name)
        if entry is not None:
            request = DownloadRequest.of(entry)
        elif card is not None and card.repository:
            title = card.repository.split("/")[1]
            request = DownloadRequest(name, title, card.repository)
        else:
            return
        if card is not None and card.cached and not anew:
            request = request.in_place(card.commit)
        self._fetch(request)

    @Slot(str)
    def download_and_use(self, name: str) -> None:
        """Fetch a model; what is written meanwhile is for it to answer."""
        self.download(name)
        self._wanted = name
        self._chats.wait_for_model()

    @Slot()
    def download_best(self) -> None:
        """Fetch the model that is best for most people, for the chat to wait for."""
        overview = self._model.overview
        best = None if overview is None else overview.best
        if best is not None:
            self.download_and_use(best.name)

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

    @Slot(str, bool)
    def import_from(self, path: str, copy: bool) -> None:
        """Take over a model of this computer."""
        self._work.start(self._jobs.import_from(path, copy=copy))

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
                self._offer_use(progress.name)
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
        elif job.kind == model_jobs.IMPORT:
            self._on_import(job.name, progress)

    @Slot(object, object)
    def _on_job_finished(self, job: Job, result: Any) -> None:
        match job.kind:
            case model_jobs.LIST:
                self._take(result)
            case model_jobs.LOOK_UP:
                pass  # that is for the search
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
            case _:
                self.refresh()

    @Slot(object, object)
    def _on_job_failed(self, job: Job, error: BaseException) -> None:
        if job.kind == model_jobs.IMPORT:
            for name in [name for name, path in self._imports.items() if path == job.name]:
                self._on_import(job.name, Progress(name, State.CANCELLED))
        if job.kind != model_jobs.LOOK_UP:  # the search tells of those itself
            self.problem_raised.emit(Problem.of(error))

    @Slot(object)
    def take_speed(self, speed: MachineSpeed) -> None:
        """This computer has been measured."""
        if self._model.overview is not None:
            self._take(replace(self._model.overview, speed=speed))

    # ---- Steps ----------------------------------------------------------------------------------

    @Slot(object)
    def _fetch(self, request: DownloadRequest) -> None:
        self.problem_raised.emit(None)
        queued = Progress(request.name, State.QUEUED)
        self._model.announce(
            ModelCard(
                request.name,
                request.title,
                cached=request.from_cache,
                repository=request.repository,
                revision=request.revision,
                progress=queued,
            )
        )
        self._model.on_progress(queued)
        self._downloads.add(request)

    def _is_damaged_in_cache(self, name: str) -> bool:
        card = self._model.card(name)
        if card is None or not card.cached or card.progress is None:
            return False
        problem = card.progress.problem
        return problem is not None and problem.code == "bad_hash"

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

    def _on_import(self, source: str, progress: Progress) -> None:
        name = progress.name
        if not progress.state.final:
            self._imports[name] = source
            if self._model.card(name) is None:
                self._model.announce(ModelCard(name, name, importing=True, progress=progress))
            self._model.on_progress(progress)
            return
        self._imports.pop(name, None)
        if progress.problem is not None and progress.problem.code == Fault.SELF_TEST.code:
            self._model.on_progress(progress)  # it is here all the same: its card says so
            return
        self._model.on_progress(Progress(name, State.CANCELLED))
        if progress.state is State.READY:
            self._offer_use(name)
        elif progress.state is State.FAILED:
            self.problem_raised.emit(progress.problem)

    def _offer_use(self, name: str) -> None:
        text = self.tr("{title} is ready.").format(title=self._title(name))
        self._offer(text, self.tr("Use it"), lambda: self._chats.use_model(name))

    def _open_folder_of(self, name: str) -> None:
        card = self._model.card(name)
        if card is not None and card.path is not None:
            open_folder(card.path)

    def _offer(self, text: str, action: str, accept: Any) -> None:
        self._accept = accept
        self.notified.emit(text, action)

    def _title(self, name: str) -> str:
        card = self._model.card(name)
        return name if card is None else card.title

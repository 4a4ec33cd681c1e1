"""Everything the window needs, built once and handed to constructors."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ternchat.app.answer_runner import AnswerRunner
from ternchat.app.chat_controller import ChatController
from ternchat.app.chat_library import ChatLibrary
from ternchat.app.core.database.opening import OpenedChats, open_chats
from ternchat.app.core.download.job import Download
from ternchat.app.core.download.queue import DownloadQueue
from ternchat.app.core.download.tools import Tools
from ternchat.app.core.load_guard import LoadGuard
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.settings_file import SettingsFile
from ternchat.app.core.thread_choice import threads_for
from ternchat.app.core.turn import LoadOptions
from ternchat.app.hub_settings import HubSettings
from ternchat.app.model_controller import ModelController
from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.models.conversation_model import ConversationModel
from ternchat.app.models.download_model import DownloadModel
from ternchat.app.models.settings_model import SettingsModel
from ternchat.app.models.status_model import StatusModel
from ternchat.app.settings_controller import SettingsController
from ternchat.app.speed_meter import SpeedMeter
from ternchat.app.views.library_views import LibraryViews
from ternchat.app.views.main_window import MainWindow
from ternchat.app.views.notifier import Notifier
from ternchat.app.views.theme import Theme
from ternchat.app.workers.attachment_reader import AttachmentReader
from ternchat.app.workers.dock_progress import DockProgress
from ternchat.app.workers.download_manager import DownloadManager
from ternchat.app.workers.engine_thread import EngineThread
from ternchat.app.workers.job_thread import JobThread
from ternchat.app.workers.model_jobs import ModelJobs, SelfTester
from ternchat.app.workers.model_verdict import full_verdict
from ternchat.app.workers.system_probe import SystemProbe
from ternchat.app.workers.taskbar import taskbar_of
from ternchat.app.workers.token_counter import TokenCounter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication

    from ternchat.app.cli.arguments import Options
    from ternchat.app.core.control import Control
    from ternchat.app.core.download.request import DownloadRequest
    from ternchat.app.core.hub import Hub
    from ternchat.app.core.model_store import InstalledModel
    from ternchat.app.core.paths import DataPaths
    from ternchat.app.core.progress import Progress
    from ternchat.app.workers.engine_worker import AroundLoad


@dataclass(frozen=True)
class AppContext:
    """The parts of the running program."""

    paths: DataPaths
    models: ModelStore
    chats: OpenedChats
    engine: EngineThread
    conversation: ConversationModel
    runner: AnswerRunner
    controller: ChatController
    settings: SettingsController
    manager: ModelController
    meter: SpeedMeter
    probe: SystemProbe
    reader: AttachmentReader
    counter: TokenCounter
    library: ChatLibrary
    chat_jobs: JobThread
    window: MainWindow

    @classmethod
    def build(cls, app: QApplication, paths: DataPaths, options: Options) -> AppContext:
        """Make all parts and tie them together; nothing is loaded or shown yet."""
        models = ModelStore(paths)
        opened = open_chats(paths.database)
        store = opened.store
        given = LoadOptions(
            options.threads, options.isa, options.context_length, paths.cache / "read"
        )
        engine = EngineThread(given, around_load=watched_loads(paths, models))
        conversation, chats = ConversationModel(), ChatListModel()
        status = follow_engine(StatusModel(), engine)
        runner = AnswerRunner(store, engine, conversation, status)
        controller = ChatController(store, models, runner, conversation, chats, status)
        theme = Theme(app)
        cards = DownloadModel()
        window = MainWindow(theme, controller, conversation, chats, status, cards)
        chosen = SettingsModel(SettingsFile(paths.settings))
        hub = HubSettings(chosen, options, window)
        dock = follow_application(DockProgress(taskbar_of(window.winId), window), app)
        manager, meter = build_models(dock, hub.hub, paths, models, cards, engine, controller)
        window.models.set_hub(hub.hub.options.endpoint)
        hub.moved.connect(window.models.set_hub)
        serve_models(window, manager, status)
        serve_meter(window, manager, meter, engine, runner)
        chat_jobs = JobThread("chats")
        library = ChatLibrary(store, chats, controller, chat_jobs, window)
        library.purged.connect(engine.forget_texts)
        controller.private_ended.connect(engine.forget_private_texts)
        LibraryViews(window, theme, library)
        notifier = Notifier(window, lambda: chosen.settings.notify)
        runner.ended.connect(notifier.on_ended)
        settings = SettingsController(
            chosen,
            given,
            threads_for(None, paths.cache),
            theme,
            window,
            engine,
            models,
            controller,
        )
        manager.folder.moved.connect(settings.set_models_folder)
        reader, counter = AttachmentReader(), TokenCounter()
        serve_composer(window, engine, reader, counter)
        probe = SystemProbe()
        probe.sampled.connect(status.on_memory)
        engine.loaded.connect(probe.use_model)
        window.seen.connect(probe.set_active)
        window.painted.connect(engine.warm_up)
        return cls(
            *(paths, models, opened, engine, conversation, runner, controller, settings),
            *(manager, meter, probe, reader, counter, library, chat_jobs, window),
        )

    def keep_house(self) -> None:
        """Do to the stored chats what could wait until the window is there."""
        housekeeping = self.library.housekeeping
        housekeeping.clean_up()
        housekeeping.back_up(self.chats.back_up)

    def close(self) -> bool:
        """End all threads and store all there is; False when a thread did not let go."""
        self.probe.set_active(False)
        self.controller.close()
        parts = (self.engine, self.reader, self.counter, self.manager, self.meter, self.chat_jobs)
        ended = [part.close() for part in parts]
        self.settings.remember()
        self.runner.flush()
        self.chats.close()
        return all(ended)


def follow_engine(status: StatusModel, engine: EngineThread) -> StatusModel:
    """Let the numbers follow the engine; before anyone starts the next request on its signals."""
    engine.progressed.connect(status.on_progress)
    engine.unloaded.connect(status.on_unloaded)
    engine.loaded.connect(status.on_loaded)
    engine.steps_ready.connect(status.on_steps)
    engine.finished.connect(status.on_finished)
    engine.failed.connect(status.on_failed)
    return status


def watched_loads(paths: DataPaths, store: ModelStore) -> AroundLoad:
    """Notes loads that took the program down, and when a model was used."""
    guard = LoadGuard(paths.root / "loading")
    store.may_load = guard.may_load_unasked

    @contextmanager
    def around(model: InstalledModel) -> Iterator[None]:
        with guard.loading(model.name):
            yield
        store.mark_used(model.name)

    return around


def follow_application(dock: DockProgress, app: QApplication) -> DockProgress:
    """Let the icon know when somebody looks, and when the program ends."""
    app.applicationStateChanged.connect(dock.on_application_state)
    app.aboutToQuit.connect(dock.close)
    return dock


def build_models(
    dock: DockProgress,
    hub: Hub,
    paths: DataPaths,
    store: ModelStore,
    cards: DownloadModel,
    engine: EngineThread,
    chats: ChatController,
) -> tuple[ModelController, SpeedMeter]:
    """Make what fetches models and looks after them, and what knows how fast they are."""
    tester = SelfTester(lambda: engine.options)

    def start(request: DownloadRequest, control: Control) -> Iterator[Progress]:
        tools = Tools(control=control)
        return Download(
            request, store, hub, self_test=tester, judge=full_verdict, tools=tools
        ).run()

    queue = DownloadQueue(store, start)
    jobs = ModelJobs(paths, store, hub, queue, lambda: engine.options, tester)
    work, look = JobThread("model work"), JobThread("model looks")
    downloads = DownloadManager(queue)
    downloads.progressed.connect(dock.on_progress)
    manager = ModelController(store, cards, downloads, jobs, work, look, engine, chats)
    return manager, SpeedMeter(jobs, JobThread("speeds"))


def serve_models(window: MainWindow, manager: ModelController, status: StatusModel) -> None:
    """Let the models page and the empty chat ask, and show what comes of it."""
    page, empty = window.models, window.page.empty
    page.shown_changed.connect(manager.set_shown)
    page.list.acted.connect(manager.act)
    page.list.token_given.connect(manager.resume_with)
    page.add.token_given.connect(manager.search.look_up)
    page.add.looked_up.connect(manager.search.look_up)
    page.add.download_requested.connect(manager.search.download)
    page.import_requested.connect(manager.import_from)
    page.folder.open_requested.connect(manager.folder.open)
    page.folder.move_requested.connect(manager.folder.move_to)
    page.folder.stop_requested.connect(manager.folder.stop_moving)
    page.folder.empty_requested.connect(manager.folder.empty_trash)
    page.toast.accepted.connect(manager.accept)
    manager.overview_changed.connect(page.show_overview)
    manager.overview_changed.connect(window.offer_best_model)
    manager.search.found.connect(page.show_found)
    manager.folder.move_progressed.connect(page.folder.show_move)
    manager.notified.connect(page.toast.say)
    manager.problem_raised.connect(page.errors.show_problem)
    manager.waiting_changed.connect(window.show_waiting)
    empty.download_requested.connect(manager.download_best)
    window.page.errors.models_requested.connect(window.body.toggle_models)
    status.changed.connect(page.on_status)
    window.painted.connect(manager.begin)


def serve_meter(
    window: MainWindow,
    manager: ModelController,
    meter: SpeedMeter,
    engine: EngineThread,
    runner: AnswerRunner,
) -> None:
    """Let this computer be measured where its speed is shown, and while it does not answer."""
    page, empty = window.models, window.page.empty
    empty.seen.connect(meter.want)
    page.seen.connect(meter.want)
    page.measure_requested.connect(meter.measure_again)
    manager.overview_changed.connect(meter.learn)
    meter.measuring_changed.connect(page.set_measuring)
    meter.measuring_changed.connect(empty.set_measuring)
    meter.measured.connect(manager.take_speed)
    runner.busy_changed.connect(meter.set_busy)
    engine.loaded.connect(meter.on_loaded)
    engine.finished.connect(meter.on_answered)


def serve_composer(
    window: MainWindow, engine: EngineThread, reader: AttachmentReader, counter: TokenCounter
) -> None:
    """Let files be read, and tokens be counted, for what is being typed."""
    files, meter = window.page.composer.attachments, window.page.meter
    files.read_requested.connect(reader.request)
    files.cancel_requested.connect(reader.cancel)
    reader.read.connect(files.on_read)
    reader.failed.connect(files.on_failed)
    engine.loaded.connect(counter.use_model)
    counter.ready_changed.connect(meter.set_can_count)
    counter.ready_changed.connect(files.recount)
    for asker in (files, meter):
        asker.count_requested.connect(counter.count)
        counter.counted.connect(asker.on_counted)

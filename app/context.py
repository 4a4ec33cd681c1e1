"""Everything the window needs, built once and handed to constructors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ternchat.app.answer_runner import AnswerRunner
from ternchat.app.chat_controller import ChatController
from ternchat.app.core.database.opening import OpenedChats, open_chats
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.settings_file import SettingsFile
from ternchat.app.core.thread_choice import threads_for
from ternchat.app.core.turn import LoadOptions
from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.models.conversation_model import ConversationModel
from ternchat.app.models.settings_model import SettingsModel
from ternchat.app.models.status_model import StatusModel
from ternchat.app.settings_controller import SettingsController
from ternchat.app.views.main_window import MainWindow
from ternchat.app.views.theme import Theme
from ternchat.app.workers.attachment_reader import AttachmentReader
from ternchat.app.workers.engine_thread import EngineThread
from ternchat.app.workers.system_probe import SystemProbe
from ternchat.app.workers.token_counter import TokenCounter

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from ternchat.app.cli.arguments import Options
    from ternchat.app.core.paths import DataPaths


@dataclass(frozen=True)
class AppContext:
    """The parts of the running program."""

    paths: DataPaths
    models: ModelStore
    chats: OpenedChats
    engine: EngineThread
    runner: AnswerRunner
    controller: ChatController
    settings: SettingsController
    probe: SystemProbe
    reader: AttachmentReader
    counter: TokenCounter
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
        engine = EngineThread(given)
        conversation, chats = ConversationModel(), ChatListModel()
        status = follow_engine(StatusModel(), engine)
        runner = AnswerRunner(store, engine, conversation, status)
        controller = ChatController(store, models, runner, conversation, chats, status)
        theme = Theme(app)
        window = MainWindow(theme, controller, runner, conversation, chats, status)
        settings = SettingsController(
            SettingsModel(SettingsFile(paths.settings)),
            given,
            threads_for(None, paths.cache),
            theme,
            window,
            engine,
            models,
            controller,
        )
        reader, counter = AttachmentReader(), TokenCounter()
        serve_composer(window, engine, reader, counter)
        probe = SystemProbe()
        probe.sampled.connect(status.on_memory)
        window.seen.connect(probe.set_active)
        window.painted.connect(engine.warm_up)
        return cls(
            *(paths, models, opened, engine, runner, controller, settings),
            *(probe, reader, counter, window),
        )

    def close(self) -> bool:
        """End all threads and store all there is; False when a thread did not let go."""
        self.probe.set_active(False)
        self.controller.close()
        ended = [part.close() for part in (self.engine, self.reader, self.counter)]
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

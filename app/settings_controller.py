"""Lets the program be as its settings say, and remembers what is worth it."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from ternchat.app.chat_controller import ChatController
from ternchat.app.core.conversation import Chat
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.model_surroundings import DEFAULT_CONTEXT
from ternchat.app.core.problem import Problem
from ternchat.app.core.settings import Settings
from ternchat.app.core.turn import LoadOptions
from ternchat.app.models.settings_model import SettingsModel
from ternchat.app.views.main_window import MainWindow
from ternchat.app.views.settings_dialog import SettingsDialog
from ternchat.app.views.theme import Theme
from ternchat.app.workers.engine_thread import EngineThread


class SettingsController(QObject):
    """Applies settings as soon as they change.

    `given` are options of the command line: they win as long as the program runs. `threads` is
    what a calibration found.
    """

    def __init__(
        self,
        settings: SettingsModel,
        given: LoadOptions,
        threads: int | None,
        theme: Theme,
        window: MainWindow,
        engine: EngineThread,
        models: ModelStore,
        controller: ChatController,
    ) -> None:
        super().__init__()
        self._model = settings
        self._given, self._threads = given, threads
        self._theme = theme
        self._window = window
        self._engine = engine
        self._models = models
        self._controller = controller
        self._default_folder = models.folder
        self._options: LoadOptions | None = None
        self._dialog: SettingsDialog | None = None
        settings.changed.connect(self._apply)
        settings.failed.connect(self._on_failed)
        theme.zoom_chosen.connect(self._on_zoom)
        controller.chat_changed.connect(self._on_chat)
        window.menus.settings.triggered.connect(self.show_dialog)
        self._apply(settings.settings)

    def restore(self) -> None:
        """Put the window where it stood, and show the chat that was open."""
        settings, window = self._model.settings, self._window
        if self._model.notice:
            problem = Problem(
                self.tr("Something is wrong with the settings"),
                self._model.notice,
                self.tr("See Settings, and choose again what is missing."),
                self._model.notice,
            )
            window.page.errors.show_problem(problem)
        self._controller.new_chat()  # its draft may be that of an earlier run
        if not settings.remember:
            return
        window.place.put(settings.window)
        window.body.show_side_parts(settings.window.sidebar, settings.window.chat_settings)
        if settings.last_chat is not None:
            self._controller.reopen(settings.last_chat)

    def remember(self) -> None:
        """Write down where the window stands, and everything that was not saved yet."""
        window = self._window
        place = replace(
            window.place.place(),
            sidebar=window.body.sidebar_wanted,
            chat_settings=not window.panel.isHidden(),
        )
        self._model.change(window=place)
        self._model.save()

    @Slot()
    def show_dialog(self) -> None:
        """Show the settings; one window of them is enough."""
        if self._dialog is None:
            self._dialog = SettingsDialog(self._theme, self._model, self._window)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    @Slot(str)
    def set_models_folder(self, folder: str) -> None:
        """Remember where the models have been moved to."""
        self._model.change(models_folder=folder)

    @Slot(object)
    def _apply(self, settings: Settings) -> None:
        self._theme.set_scheme(settings.theme)
        self._theme.set_zoom(settings.zoom)
        self._window.page.composer.set_send_key(settings.send_key)
        folder = settings.models_folder
        self._models.folder = Path(folder) if folder else self._default_folder
        options = replace(
            self._given,
            threads=self._given.threads or settings.threads or self._threads,
            context_length=self._given.context_length or settings.context_length,
            read_texts=self._given.read_texts if settings.kv_disk_bytes else None,
            read_texts_bytes=settings.kv_disk_bytes,
        )
        if options != self._options:
            self._options = options
            self._engine.set_options(options)
            self._window.models.set_context(options.context_length or DEFAULT_CONTEXT)

    @Slot(int)
    def _on_zoom(self, percent: int) -> None:
        self._model.change(zoom=percent)

    @Slot(object)
    def _on_chat(self, chat: Chat | None) -> None:
        can_be_reopened = chat is not None and not chat.temporary
        self._model.change(last_chat=chat.id if chat and can_be_reopened else None)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._window.page.errors.show_problem(Problem.of(error))

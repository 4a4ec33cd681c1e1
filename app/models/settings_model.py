"""The program's settings while it runs: changed in one place, told to all, saved soon after."""

import logging
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ternchat.app.core.settings import Settings, WindowPlace
from ternchat.app.core.settings_file import SettingsFile, SettingsFileError

SAVE_AFTER_MS = 500  # a slider that is dragged is one change

log = logging.getLogger(__name__)


class SettingsModel(QObject):
    """Holds the settings.

    Signals:
        changed: the new Settings.
        failed: the error with which they could not be written; they hold until the program ends.

    """

    changed = Signal(object)
    failed = Signal(object)

    def __init__(self, file: SettingsFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        loaded = file.load()
        self._settings = loaded.settings
        self.notice = loaded.notice
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.save)

    @property
    def settings(self) -> Settings:
        """The settings now."""
        return self._settings

    def change(self, **values: Any) -> None:
        """Change some of them; SettingError names one that cannot be."""
        settings = replace(self._settings, **values)
        if settings != self._settings:
            self._settings = settings
            self._timer.start()
            self.changed.emit(settings)

    @Slot()
    def reset(self) -> None:
        """Back to the defaults; where the window stands, and what was last used, stays."""
        now = self._settings
        kept = Settings(last_chat=now.last_chat, window=now.window)
        if kept != now:
            self._settings = kept
            self._timer.start()
            self.changed.emit(kept)

    def change_place(self, place: WindowPlace) -> None:
        """Remember where the window stands."""
        self.change(window=place)

    @Slot()
    def save(self) -> None:
        """Write them now, if they changed."""
        self._timer.stop()
        try:
            self._file.save(self._settings)
        except SettingsFileError as error:
            log.exception("settings not saved")
            self.failed.emit(error)

"""Lets the window reach the hub as its settings say, from the moment they change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.core.hub import Hub

if TYPE_CHECKING:
    from ternchat.app.cli.arguments import Options
    from ternchat.app.core.settings import Settings
    from ternchat.app.models.settings_model import SettingsModel


class HubSettings(QObject):
    """Owns the hub; what the command line said about it wins over the settings.

    Attributes:
        hub: the one all parts of the window ask.

    Signals:
        moved: the address of the hub asked from now on.
    """

    moved = Signal(str)

    def __init__(
        self, settings: SettingsModel, options: Options, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._given = (options.endpoint, options.offline, options.proxy)
        self.hub = Hub(settings.settings.hub_options(*self._given))
        settings.changed.connect(self._apply)

    @Slot(object)
    def _apply(self, settings: Settings) -> None:
        self.hub.use(settings.hub_options(*self._given))
        self.moved.emit(self.hub.options.endpoint)

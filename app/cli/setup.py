"""What a command works with: the data folder, the settings in it, and what the options say."""

import sys
from dataclasses import dataclass

from ternchat.app.core.hub import Hub
from ternchat.app.core.hub_address import HubOptions
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.settings import Settings
from ternchat.app.core.settings_file import look_at

from . import console
from .arguments import Options


@dataclass(frozen=True)
class Setup:
    """The same folders and the same hub that the window uses.

    Attributes:
        paths: the data folder, with the models where the settings put them.
    """

    paths: DataPaths
    settings: Settings
    options: Options

    @classmethod
    def of(cls, options: Options) -> "Setup":
        """Looks at settings.toml and changes nothing; what is wrong with it is said on stderr."""
        paths = DataPaths.from_option(options.data_dir)
        loaded = look_at(paths.settings)
        if loaded.notice:
            print(f"ternchat: {console.printable(loaded.notice)}", file=sys.stderr)
        return cls(paths.with_models(loaded.settings.models_folder), loaded.settings, options)

    def store(self) -> ModelStore:
        """The models."""
        return ModelStore(self.paths)

    def hub(self) -> Hub:
        """The model hub, to be closed after use."""
        return Hub(self.hub_options())

    def hub_options(self) -> HubOptions:
        """The way to it."""
        given = self.options
        return self.settings.hub_options(given.endpoint, given.offline, given.proxy)

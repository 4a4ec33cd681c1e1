"""Where Ternchat keeps its data."""

from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

from .errors import AppError, reason_of
from .language import sentence


class DataFolderError(AppError):
    """The data folder cannot be made or is no folder."""


@dataclass(frozen=True)
class DataPaths:
    """The data folder and what lies in it; nothing is created before `create()`.

    Attributes:
        root: the data folder itself.
        models: one folder per installed model.
        database: the chats.
        settings: the settings file.
        logs: log files.
        cache: what can be made again at any time.
    """

    root: Path
    models: Path
    database: Path
    settings: Path
    logs: Path
    cache: Path

    @classmethod
    def from_option(cls, data_dir: Path | str | None) -> "DataPaths":
        """The folders below `data_dir`, or below the system's usual place for user data."""
        if data_dir is None:
            root = Path(platformdirs.user_data_dir("ternchat", appauthor=False))
        else:
            root = Path(data_dir).expanduser().absolute()
        return cls(
            root=root,
            models=root / "models",
            database=root / "chats.db",
            settings=root / "settings.toml",
            logs=root / "logs",
            cache=root / "cache",
        )

    def with_models(self, folder: str | None) -> "DataPaths":
        """The same with the models elsewhere; None leaves them in the data folder."""
        return replace(self, models=Path(folder).expanduser().absolute()) if folder else self

    def create(self) -> None:
        """Make the folders, readable by the user alone."""
        for folder in (self.root, self.models, self.logs, self.cache):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise DataFolderError(
                    sentence(
                        "the data folder {folder} cannot be made: {reason}",
                        folder=folder,
                        reason=reason_of(error),
                    )
                ) from error

"""Which models are there: the built-in one, those in the data folder, and folders elsewhere."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from .errors import AppError
from .paths import DataPaths

BUILT_IN = "fledgling"
BUILT_IN_TITLE = "Fledgling"

# Name on the command line and in the models folder -> title in the window.
CATALOGUE = {"2b4t": "BitNet b1.58 2B4T"}


class ModelNotFoundError(AppError):
    """No model of that name is installed and no such path exists."""


@dataclass(frozen=True)
class InstalledModel:
    """A model that can be loaded.

    Attributes:
        name: what `--model` takes to get it again.
        title: what a person reads.
        path: its Hugging Face folder.
    """

    name: str
    title: str
    path: Path


class ModelStore:
    """Finds models by name or path."""

    def __init__(self, paths: DataPaths) -> None:
        self._paths = paths

    @property
    def built_in(self) -> InstalledModel:
        """Fledgling, which every installation brings along."""
        folder = Path(str(resources.files("ternchat.resources") / BUILT_IN))
        return InstalledModel(BUILT_IN, BUILT_IN_TITLE, folder)

    def resolve(self, name_or_path: str | Path) -> InstalledModel:
        """The model meant by a catalogue name, the name of an installed folder, or a path."""
        name = str(name_or_path)
        if not name:
            raise ModelNotFoundError("the name of a model cannot be empty")
        if name == BUILT_IN:
            return self.built_in
        if _is_plain_name(name):
            installed = self._paths.models / name
            if installed.is_dir():
                return InstalledModel(name, CATALOGUE.get(name, name), installed)
            if name in CATALOGUE:
                raise ModelNotFoundError(
                    f"{CATALOGUE[name]} is not installed: put its Hugging Face folder at"
                    f" {installed}, or give the folder itself as the model"
                )
        try:
            path = Path(name).expanduser().absolute()
            exists = path.exists()
        except (OSError, RuntimeError, ValueError) as error:
            raise ModelNotFoundError(f"{name!r} is no path to a model: {error}") from error
        if not exists:
            known = ", ".join((BUILT_IN, *CATALOGUE))
            raise ModelNotFoundError(
                f"there is no model named {name!r} and no folder {path} (known names: {known})"
            )
        return InstalledModel(str(path), path.name or str(path), path)


def _is_plain_name(name: str) -> bool:
    return bool(name) and name not in (".", "..") and not set(name) & set("/\\~\0")

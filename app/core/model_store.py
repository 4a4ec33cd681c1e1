"""Which models are there: the built-in one, those in the models folder, and folders elsewhere."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from .catalogue import Catalogue
from .errors import AppError
from .language import sentence
from .model_record import FILE_NAME, ModelRecord
from .paths import DataPaths
from .remote_names import is_model_name

BUILT_IN = "fledgling"
BUILT_IN_TITLE = "Fledgling"

# Below the models folder; a leading point keeps them from being taken for models.
DOWNLOADS = ".downloads"
TRASH = ".trash"
USED = ".used"


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


@dataclass(frozen=True)
class ModelDetails:
    """What there is to know about an installed model without loading it.

    Attributes:
        size_bytes: what its files take on the disk, wherever they are.
        last_used: when it was last loaded, in seconds since 1970; None when it never was.
        record: what was written down when it was installed; None for a folder put there by hand.
        linked: whether it is used in place, from a folder that is not ours to delete.
    """

    model: InstalledModel
    size_bytes: int
    last_used: float | None
    record: ModelRecord | None
    linked: bool


class ModelStore:
    """Finds models by name or path, and knows the folder they are installed in.

    Attributes:
        may_load: whether a model may be loaded without a person having asked for it.
    """

    def __init__(self, paths: DataPaths, catalogue: Catalogue | None = None) -> None:
        self.folder = paths.models
        self.catalogue = catalogue or Catalogue.load()
        self.may_load: Callable[[str], bool] = lambda _name: True

    @property
    def built_in(self) -> InstalledModel:
        """Fledgling, which every installation brings along."""
        folder = Path(str(resources.files("ternchat.resources") / BUILT_IN))
        return InstalledModel(BUILT_IN, BUILT_IN_TITLE, folder)

    def resolve(self, name_or_path: str | Path) -> InstalledModel:
        """The model meant by a catalogue name, the name of an installed folder, or a path."""
        name = str(name_or_path)
        if not name:
            raise ModelNotFoundError(sentence("the name of a model cannot be empty"))
        installed = self.find(name)
        if installed is not None:
            return installed
        entry = self.catalogue.find(name)
        if entry is not None:
            raise ModelNotFoundError(
                sentence(
                    "{title} is not installed: `ternchat models pull {name}` downloads it;"
                    " or put its Hugging Face folder at {folder}",
                    title=entry.title,
                    name=name,
                    folder=self.folder / name,
                )
            )
        try:
            path = Path(name).expanduser().absolute()
            exists = path.exists()
        except (OSError, RuntimeError, ValueError) as error:
            raise ModelNotFoundError(
                sentence("{name!r} is no path to a model: {error}", name=name, error=error)
            ) from error
        if not exists:
            known = ", ".join(entry.name for entry in self.catalogue.entries)
            raise ModelNotFoundError(
                sentence(
                    "there is no model named {name!r} and no folder {path} (known names: {known})",
                    name=name,
                    path=path,
                    known=known,
                )
            )
        return InstalledModel(str(path), path.name or str(path), path)

    def find(self, name: str) -> InstalledModel | None:
        """The installed model of that name, None when there is none."""
        if name == BUILT_IN:
            return self.built_in
        if not is_model_name(name):
            return None
        folder = self.folder / name
        if not folder.is_dir():
            return None
        record = ModelRecord.read(folder)
        entry = self.catalogue.find(name)
        title = record.title if record else entry.title if entry else name
        linked = record.location if record else None
        return InstalledModel(name, title, linked or folder)

    def installed(self) -> tuple[InstalledModel, ...]:
        """Every model there is, the built-in one first, then by title."""
        found = [model for name in self._names() if (model := self.find(name)) is not None]
        return (self.built_in, *sorted(found, key=lambda model: model.title.casefold()))

    def last_used(self) -> InstalledModel | None:
        """The model that was loaded last, of those that are still here."""
        used = {
            name: when for name in (BUILT_IN, *self._names()) if (when := self._last_used(name))
        }
        return self.find(max(used, key=lambda name: used[name])) if used else None

    def default(self) -> InstalledModel:
        """What answers when nobody has chosen: the model used last, where that is safe."""
        last = self.last_used()
        return last if last is not None and self.may_load(last.name) else self.built_in

    def details(self, name: str) -> ModelDetails:
        """The details of an installed model."""
        model = self.find(name)
        if model is None:
            raise ModelNotFoundError(sentence("no model named {name!r} is installed", name=name))
        record = None if name == BUILT_IN else ModelRecord.read(self.folder / name)
        return ModelDetails(
            model=model,
            size_bytes=sum(file.stat().st_size for file in _files(model.path)),
            last_used=self._last_used(name),
            record=record,
            linked=record is not None and record.location is not None,
        )

    def mark_used(self, name: str) -> None:
        """Remember that the model was loaded just now; a disk that refuses is no obstacle."""
        if self.find(name) is None:
            return
        mark = self.folder / USED / name
        try:
            mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            mark.touch()
        except OSError:
            return

    def free_name(self, wanted: str) -> str:
        """The name itself, or with a number behind it when a model or a download has it already."""
        taken = {*self._names(), *_folder_names(self.folder / DOWNLOADS)}
        taken |= {entry.name for entry in self.catalogue.entries}
        if wanted not in taken:
            return wanted
        return next(name for n in range(2, 10_000) if (name := f"{wanted}-{n}") not in taken)

    def _names(self) -> list[str]:
        return sorted(
            name
            for name in _folder_names(self.folder)
            if is_model_name(name) and name != BUILT_IN and self._holds_a_model(name)
        )

    def _holds_a_model(self, name: str) -> bool:
        folder = self.folder / name
        return any((folder / file).exists() for file in (FILE_NAME, "config.json"))

    def _last_used(self, name: str) -> float | None:
        try:
            return (self.folder / USED / name).stat().st_mtime
        except OSError:
            return None


def _folder_names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir() if path.is_dir()]
    except OSError:
        return []


def _files(folder: Path) -> Iterator[Path]:
    """The files of a model; a link of the shared cache counts as what it leads to."""
    try:
        yield from (path for path in folder.iterdir() if path.is_file())
    except OSError:
        return

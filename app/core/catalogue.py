"""The models Ternchat knows by name: what they are, where they come from, what they are good at."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from .errors import AppError
from .remote_names import is_repository, is_safe_file_name, is_sha256
from .runnable import Verdict, verdict_of
from .translatable import QT_TRANSLATE_NOOP

FORMAT = 1


class CatalogueError(AppError):
    """The catalogue says something impossible."""

    title = QT_TRANSLATE_NOOP("Problem", "The list of models is damaged")
    advice = QT_TRANSLATE_NOOP("Problem", "Install Ternchat again.")


@dataclass(frozen=True)
class CatalogueFile:
    """A file of a model, as far as it is known beforehand.

    Attributes:
        sha256: only where it was checked against the live hub.
    """

    name: str
    size_bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class CatalogueEntry:
    """One model of the catalogue.

    Attributes:
        name: what `--model` takes; also the folder below `models/`.
        summary: one sentence that helps to choose.
        built_in: whether it comes with the program.
        repository: its place on the hub, "" when built in.
        variant_of: the name of the entry that most people want instead.
        size_bytes: what a download fetches, about.
        config: the fields of config.json that memory and speed are computed from.
        figures: "published" by the makers, or "computed" from size and parameter count.
        needs: what the engine must be able to do, as in its CAPABILITIES.
        available_from: the version of Ternchat that can run it, where this one cannot.
    """

    name: str
    title: str
    summary: str
    licence: str
    licence_url: str
    languages: tuple[str, ...]
    good_at: tuple[str, ...]
    bad_at: tuple[str, ...]
    built_in: bool = False
    repository: str = ""
    revision: str = "main"
    variant_of: str | None = None
    parameters: int | None = None
    size_bytes: int | None = None
    files: tuple[CatalogueFile, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    figures: str = "published"
    needs: tuple[str, ...] = ()
    available_from: str | None = None

    @property
    def checksums(self) -> dict[str, str]:
        """The SHA-256 of each file that has a pinned one."""
        return {file.name: file.sha256 for file in self.files if file.sha256 is not None}

    def verdict(self) -> Verdict:
        """Whether this build can run it, or why not; imports the engine."""
        if self.built_in:
            return Verdict(runs=True)
        found = verdict_of(self.config, self.needs)
        if found.runs or self.available_from is None:
            return found
        return Verdict(False, f"{found.reason} Ternchat {self.available_from} will.", found.config)


class Catalogue:
    """The entries, best first."""

    def __init__(self, entries: tuple[CatalogueEntry, ...]) -> None:
        self.entries = entries
        self._by_name = {entry.name: entry for entry in entries}

    @classmethod
    def load(cls) -> "Catalogue":
        """The catalogue that comes with this version."""
        file = resources.files("ternchat.resources") / "catalogue.toml"
        return cls.from_text(file.read_text("utf-8"))

    @classmethod
    def from_text(cls, text: str) -> "Catalogue":
        """The catalogue written in TOML."""
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise CatalogueError(f"the catalogue is not valid TOML: {error}") from error
        if content.get("format") != FORMAT:
            raise CatalogueError(
                f"the catalogue has the format {content.get('format')!r}; expected {FORMAT}"
            )
        tables = content.get("models")
        if not isinstance(tables, list) or not tables:
            raise CatalogueError("the catalogue lists no models")
        entries = tuple(_Table(table).entry() for table in tables)
        names = [entry.name for entry in entries]
        for name in names:
            if names.count(name) > 1:
                raise CatalogueError(f"the catalogue has two models named {name}")
        return cls(entries)

    def find(self, name: str) -> CatalogueEntry | None:
        """The entry of that name, None when there is none."""
        return self._by_name.get(name)

    def of_repository(self, repository: str) -> CatalogueEntry | None:
        """The entry that is kept in this repository."""
        same = (e for e in self.entries if e.repository.lower() == repository.lower())
        return next(same, None) if repository else None


_TEXTS = ("name", "title", "summary", "licence", "licence_url")
_LISTS = ("languages", "good_at", "bad_at")
_OPTIONAL: dict[str, type] = {
    "built_in": bool,
    "repository": str,
    "revision": str,
    "variant_of": str,
    "parameters": int,
    "size_bytes": int,
    "config": dict,
    "figures": str,
    "available_from": str,
}


class _Table:
    """One `[[models]]` table, its fields fetched with their types checked."""

    def __init__(self, table: Any) -> None:
        self._table: dict[str, Any] = table if isinstance(table, dict) else {}
        self._name = str(self._table.get("name", "?"))

    def entry(self) -> CatalogueEntry:
        """The table as an entry."""
        known = {*_TEXTS, *_LISTS, *_OPTIONAL, "files", "needs"}
        for key in self._table.keys() - known:
            raise self._wrong(key, "no such field")
        values: dict[str, Any] = {key: self._value(key, str) for key in _TEXTS}
        values |= {key: self._texts(key) for key in _LISTS}
        values["needs"] = self._texts("needs") if "needs" in self._table else ()
        for key, kind in _OPTIONAL.items():
            if key in self._table:
                values[key] = self._value(key, kind)
        values["files"] = tuple(self._file(file) for file in self._table.get("files", []))
        entry = CatalogueEntry(**values)
        if not entry.built_in and not is_repository(entry.repository):
            raise self._wrong("repository", "a repository such as owner/name")
        if not entry.built_in and not entry.config:
            raise self._wrong("config", "the fields of config.json")
        if entry.figures not in ("published", "computed"):
            raise self._wrong("figures", '"published" or "computed"')
        return entry

    def _file(self, table: Any) -> CatalogueFile:
        if not isinstance(table, dict) or not is_safe_file_name(table.get("name", "")):
            raise self._wrong("files", "tables with the name of a file")
        sha256 = table.get("sha256")
        if sha256 is not None and not is_sha256(sha256):
            raise self._wrong("files", "SHA-256 checksums in lower-case hexadecimal")
        return CatalogueFile(table["name"], table.get("size_bytes"), sha256)

    def _value(self, key: str, kind: type) -> Any:
        value = self._table.get(key)
        if type(value) is not kind or value == "" or (isinstance(value, int) and value < 0):
            raise self._wrong(key, f"a value of type {kind.__name__}")
        return value

    def _texts(self, key: str) -> tuple[str, ...]:
        value = self._table.get(key)
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise self._wrong(key, "a list of texts")
        return tuple(value)

    def _wrong(self, key: str, expected: str) -> CatalogueError:
        found = self._table.get(key)
        return CatalogueError(
            f"the catalogue's model {self._name} has {found!r} as {key}; expected {expected}"
        )

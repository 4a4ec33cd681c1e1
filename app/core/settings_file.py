"""The settings in their TOML file: written whole or not at all, a damaged one set aside."""

import copy
import logging
import tomllib
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from .atomic_file import write_atomically
from .errors import AppError, reason_of
from .language import sentence
from .settings import Settings, WindowPlace

MAX_BYTES = 1_000_000  # what a person writes has a few hundred

log = logging.getLogger(__name__)


class SettingsFileError(AppError):
    """The settings cannot be written."""


@dataclass(frozen=True)
class LoadedSettings:
    """Settings, and what a person should know about how they were read; empty: nothing."""

    settings: Settings
    notice: str = ""


def look_at(path: Path) -> LoadedSettings:
    """What settings.toml says, for programs that only look: a damaged one is left as it is."""
    try:
        return _settings(_parse(_read(path)), "")
    except FileNotFoundError:
        return LoadedSettings(Settings())
    except OSError as error:
        return LoadedSettings(Settings(), _unreadable(path, reason_of(error)))
    except ValueError as error:
        notice = sentence(
            "The settings in {path} are damaged ({error}): defaults are used.",
            path=path,
            error=error,
        )
        return LoadedSettings(Settings(), notice)


class SettingsFile:
    """Reads and writes settings.toml; keys it does not know stay in it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._raw: dict[str, Any] = {}
        self._data: bytes | None = None  # the file's content as far as we know it

    @property
    def backup(self) -> Path:
        """The file before it was last changed."""
        return self._path.with_name(self._path.name + ".bak")

    def load(self) -> LoadedSettings:
        """The settings; defaults where there is no file or none that can be read."""
        try:
            data = _read(self._path)
            raw = _parse(data)
        except FileNotFoundError:
            return LoadedSettings(Settings())
        except OSError as error:
            return LoadedSettings(Settings(), _unreadable(self._path, reason_of(error)))
        except ValueError as error:
            aside = self._set_aside()
            kept = sentence("It could not be set aside.")
            if aside:
                kept = sentence("It is kept as {file}.", file=aside)
            damaged = sentence("The settings file was damaged ({error}).", error=error)
            return self._from_backup(f"{damaged} {kept}")
        self._raw, self._data = raw, data
        return _settings(raw, "")

    def save(self, settings: Settings) -> None:
        """Write the settings if they are not what the file says."""
        raw = self._with(settings)
        if raw == self._raw and self._data is not None:
            return
        import tomli_w  # not before there is something to write

        data = tomli_w.dumps(raw).encode("utf-8")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._data is not None:
                write_atomically(self.backup, self._data)
            write_atomically(self._path, data)
        except OSError as error:
            raise SettingsFileError(
                sentence(
                    "the settings cannot be written to {path}: {reason}",
                    path=self._path,
                    reason=reason_of(error),
                )
            ) from error
        self._raw, self._data = raw, data

    def _with(self, settings: Settings) -> dict[str, Any]:
        """What the file says, with our keys as they are now."""
        raw = copy.deepcopy(self._raw)
        window = raw.get("window") if isinstance(raw.get("window"), dict) else {}
        window = {k: v for k, v in (window or {}).items() if k not in _names(WindowPlace)}
        raw = {k: v for k, v in raw.items() if k not in _names(Settings)}
        ours = settings.to_dict()
        window |= ours.pop("window", {})
        return raw | ours | ({"window": window} if window else {})

    def _from_backup(self, notice: str) -> LoadedSettings:
        """What the backup says, after `notice` about why it is asked."""
        try:
            raw = _parse(_read(self.backup))
        except (OSError, ValueError):
            return LoadedSettings(Settings(), f"{notice} {sentence('Defaults are used.')}")
        self._raw = raw
        used = sentence("The settings before the last change are used.")
        return _settings(raw, f"{notice} {used}")

    def _set_aside(self) -> Path | None:
        stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S-%f")
        aside = self._path.with_name(f"{self._path.name}.damaged-{stamp}")
        try:
            self._path.replace(aside)
        except OSError:
            log.exception("a damaged settings file cannot be set aside")
            return None
        return aside


def _unreadable(path: Path, reason: str) -> str:
    return sentence("The settings in {path} cannot be read: {reason}.", path=path, reason=reason)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(sentence("it has more than {most} bytes", most=MAX_BYTES))
    return data


def _parse(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except RecursionError as error:
        raise ValueError(sentence("it is nested too deeply")) from error


def _settings(raw: dict[str, Any], notice: str) -> LoadedSettings:
    settings, refused = Settings.from_dict(raw)
    if refused:
        unused = sentence("Not used from the settings file: {values}.", values="; ".join(refused))
        notice = _joined(notice, unused)
    return LoadedSettings(settings, notice)


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _names(record: type) -> set[str]:
    return {f.name for f in fields(record)}

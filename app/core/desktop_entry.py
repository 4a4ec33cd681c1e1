"""The program's entry in the menus and docks of Linux, for one person and one installation."""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from importlib import resources
from pathlib import Path

from .atomic_file import write_atomically
from .errors import AppError
from .language import sentence
from .translatable import QT_TRANSLATE_NOOP

DESKTOP_ID = "ternchat"
"""By this name desktops know window, entry and icon."""
DESKTOP_FILE = f"{DESKTOP_ID}.desktop"

ICON_SIZES = (48, 128, 256)
_MARK = "X-Ternchat-Installed=true"
_QUOTED = re.compile(r"[^\w@%+=:,./-]", re.ASCII)


class DesktopEntryError(AppError):
    """The entry cannot be made or removed."""

    code = "desktop_entry"
    title = QT_TRANSLATE_NOOP("Problem", "The entry in menus and docks cannot be changed")


class DesktopEntry:
    """The files of the entry below a folder such as ~/.local/share.

    A mark in the entry tells it from one that came with a package, which is left alone.
    """

    def __init__(self, share: Path) -> None:
        self._share = share
        self.path = share / "applications" / DESKTOP_FILE

    @property
    def is_ours(self) -> bool:
        """Whether `install` put it there."""
        try:
            return _MARK in self.path.read_text("utf-8", "replace").splitlines()
        except OSError:
            return False

    def install(self, command: Sequence[str]) -> None:
        """Write everything; the entry itself last, so that it never points to what is not there."""
        self._check_ours()
        had_one = self.path.exists()
        text = entry_text(command)
        try:
            for path, source in self._icons():
                _write(path, source)
            _write(self.path, text.encode("utf-8"))
        except OSError:
            if not had_one:
                self._remove_files()
            raise
        with suppress(OSError):  # desktops look at the time of this folder for what is new
            os.utime(self._share / "icons" / "hicolor")

    def remove(self) -> bool:
        """Remove everything that `install` wrote; whether there was an entry."""
        self._check_ours()
        had_one = self.path.exists()
        self._remove_files()
        return had_one

    def _check_ours(self) -> None:
        if self.path.exists() and not self.is_ours:
            raise DesktopEntryError(
                sentence(
                    "{path} came with a package or was written by hand; it is left as it is",
                    path=self.path,
                )
            )

    def _remove_files(self) -> None:
        for path in (self.path, *(path for path, _ in self._icons())):
            path.unlink(missing_ok=True)
            self._remove_empty(path.parent)

    def _remove_empty(self, folder: Path) -> None:
        """Remove the folder, and those above it, as far as there is nothing in them."""
        while folder != self._share:
            try:
                folder.rmdir()
            except OSError:
                return  # others have something in it
            folder = folder.parent

    def _icons(self) -> list[tuple[Path, bytes]]:
        """Where an icon goes, and what is in it."""
        own = resources.files("ternchat.resources")
        hicolor = self._share / "icons" / "hicolor"
        drawn = [
            (
                hicolor / f"{size}x{size}" / "apps" / f"{DESKTOP_ID}.png",
                (own / "linux" / f"{DESKTOP_ID}-{size}.png").read_bytes(),
            )
            for size in ICON_SIZES
        ]
        scalable = hicolor / "scalable" / "apps" / f"{DESKTOP_ID}.svg"
        return [*drawn, (scalable, (own / "icons" / "tern-app.svg").read_bytes())]


def share_folder() -> Path:
    """Where desktops look for what belongs to this person alone."""
    named = Path(os.environ.get("XDG_DATA_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".local" / "share"


def found_entry() -> Path | None:
    """The entry that desktops use, put there by whomever; None where there is none."""
    common = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    folders = [share_folder(), *(Path(name) for name in common.split(":") if name)]
    places = (folder / "applications" / DESKTOP_FILE for folder in folders)
    return next((path for path in places if path.is_file()), None)


def entry_text(command: Sequence[str]) -> str:
    """The entry that starts the program by this command: the program and its arguments."""
    # The specification forbids = in the program's name; GLib does not find one with %.
    if any(not part.isprintable() for part in command) or set(command[0]) & set("=%"):
        raise DesktopEntryError(
            sentence("{command!r} cannot stand in a desktop entry", command=" ".join(command))
        )
    own = resources.files("ternchat.resources") / "linux" / DESKTOP_FILE
    lines = own.read_text("utf-8").splitlines()
    values = {
        "Exec": _escaped(" ".join(_quoted(part) for part in command)),
        "TryExec": _escaped(command[0]),
    }
    made = []
    for line in lines:
        name = line.partition("=")[0]
        made.append(f"{name}={values[name]}" if name in values else line)
    return "\n".join([*made, _MARK]) + "\n"


def _quoted(part: str) -> str:
    """The argument as Exec lines have it; a per cent sign would begin a field code."""
    part = part.replace("%", "%%")
    if part and not _QUOTED.search(part):
        return part
    return '"' + re.sub(r'(["`$\\])', r"\\\1", part) + '"'


def _escaped(value: str) -> str:
    """The text as every value of a desktop entry has it."""
    return value.replace("\\", "\\\\")


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    write_atomically(path, data)
    path.chmod(0o644)

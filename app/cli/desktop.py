"""`ternchat desktop`: the program in the menus and docks of Linux."""

import os
import sys
import sysconfig
from pathlib import Path

from ternchat.app.core.desktop_entry import DESKTOP_ID, DesktopEntry, share_folder

from . import console
from .arguments import Options
from .console import EXIT_OK, printable


def run(options: Options) -> int:
    """Do what the action says; gives the exit code."""
    return console.guarded(lambda: _run(options))


def _run(options: Options) -> int:
    if sys.platform in ("win32", "darwin"):
        return console.fail("menus of this system do not know desktop entries; those of Linux do")
    entry = DesktopEntry(share_folder())
    if options.desktop == "remove":
        was_there = entry.remove()
        print("Ternchat is out of menus and docks." if was_there else "There was no entry.")
        return EXIT_OK
    command = own_command()
    if options.data_dir is not None:
        command += ["--data-dir", str(options.data_dir.absolute())]
    entry.install(command)
    print(printable(f"Menus and docks start {' '.join(command)} ({entry.path})."))
    return EXIT_OK


def own_command() -> list[str]:
    """What starts this installation, from wherever."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    started = Path(os.path.abspath(sys.argv[0]))  # a link that an installer keeps stays one
    scripts = Path(sysconfig.get_path("scripts")) / DESKTOP_ID
    for script in (started, scripts):
        if script.name == DESKTOP_ID and os.access(script, os.X_OK) and script.is_file():
            return [str(script)]
    return [sys.executable, "-m", "ternchat.app"]

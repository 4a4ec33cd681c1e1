"""A window manager with a tray on the robot's screen, and what it knows of windows."""

import re
import subprocess
import tempfile
import time
from pathlib import Path

BEGINS_SECONDS = 30
CONFIGURATION = """<?xml version="1.0"?>
<JWM>
  <Tray x="0" y="-1" height="32"><TaskList/><Dock/></Tray>
  <FocusModel>click</FocusModel>
  <Key mask="A" key="F10">maximize</Key>
</JWM>
"""


class WindowManager:
    """JWM, small and like those of large desktops in what it tells programs.

    Windows are known by a pattern of their titles.
    """

    def __init__(self, desktop):
        self._folder = tempfile.TemporaryDirectory(prefix="windows-")
        configuration = Path(self._folder.name, "jwmrc")
        configuration.write_text(CONFIGURATION)
        self._desktop = desktop
        desktop.start(["jwm", "-f", str(configuration)], subprocess.DEVNULL)
        end = time.monotonic() + BEGINS_SECONDS
        while "window id" not in self._property("-root", "_NET_SUPPORTING_WM_CHECK"):
            assert time.monotonic() < end, "the window manager does not begin"

    def place_of(self, title):
        """Where the inside of the window stands: x, y, width, height."""
        told = self._answer("xwininfo", "-id", self._id(title))
        names = ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")
        return tuple(int(re.search(rf"{name}: +(-?\d+)", told)[1]) for name in names)

    def states_of(self, title):
        """What the window is: FULLSCREEN, HIDDEN, FOCUSED and so on."""
        told = self._property("-id", self._id(title), "_NET_WM_STATE")
        return set(re.findall(r"_NET_WM_STATE_(\w+)", told.partition("=")[2]))

    def put(self, title, x, y, width, height):
        """Move and resize the window, as with the mouse."""
        window = self._id(title)
        self._tool("windowsize", window, width, height, "windowmove", window, x, y)

    def minimise(self, title):
        """Put the window away, as with its button."""
        self._tool("windowminimize", self._id(title))

    def toggle_maximised(self):
        """Make the window in front as large as the screen has room, or no longer."""
        self._desktop.key("alt+F10")

    def _id(self, title):
        listed = self._property("-root", "_NET_CLIENT_LIST")
        for window in re.findall(r"0x[0-9a-f]+", listed):
            name = self._property("-id", window, "-notype", "_NET_WM_NAME").partition("= ")[2]
            if re.search(title, name.strip().strip('"')):
                return window
        raise LookupError(f"no window {title!r}")

    def _property(self, *arguments):
        return self._answer("xprop", *arguments)

    def _tool(self, *arguments):
        self._answer("xdotool", *map(str, arguments))

    def _answer(self, *command):
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

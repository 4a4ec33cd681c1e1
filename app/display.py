"""Whether a window can be shown here; asked first, because Qt ends the process when it cannot."""

import ctypes
import os
import re
import socket
import sys
import threading
from collections.abc import Mapping

ANSWER_SECONDS = 3.0

# Qt's own platforms that need no display server.
_SELF_CONTAINED = {"offscreen", "minimal", "minimalegl", "vnc", "linuxfb", "eglfs", "vkkhrdisplay"}
# What Qt's libraries load, and the Debian package that brings it.
_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
}
_XCB_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def why_no_window(environ: Mapping[str, str] = os.environ) -> str | None:
    """Why no window can be shown, in a sentence; None when one can."""
    if not sys.platform.startswith("linux"):
        return None
    missing = _missing(_LIBRARIES)
    if missing:
        return missing
    wanted = re.split("[:;]", environ.get("QT_QPA_PLATFORM", ""))[0]
    if wanted in _SELF_CONTAINED:
        return None
    if wanted.startswith("wayland"):
        if _wayland_answers(environ):
            return None
        return "the Wayland display does not answer"
    if not wanted and _wayland_answers(environ) and not environ.get("DISPLAY"):
        return None
    name = environ.get("DISPLAY", "")
    if not name:
        return "there is no display"
    missing = _missing(_XCB_LIBRARIES)
    if missing:
        return missing
    return None if _x11_answers(name) else f"the display {name} does not answer"


def _missing(libraries: Mapping[str, str]) -> str | None:
    packages = []
    for library, package in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            packages.append(package)
    if not packages:
        return None
    return (
        f"a window needs system libraries that are missing: {', '.join(packages)}"
        f" (on Debian: apt install {' '.join(packages)})"
    )


def _wayland_answers(environ: Mapping[str, str]) -> bool:
    name, folder = environ.get("WAYLAND_DISPLAY", ""), environ.get("XDG_RUNTIME_DIR", "")
    if not name:
        return False
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.connect(os.path.join(folder, name))
    except OSError:
        return False
    return True


def _x11_answers(name: str) -> bool:
    """Connect as Qt will, by the same library and with the same rights."""
    answers: list[bool] = []

    def connect() -> None:
        xcb = ctypes.CDLL("libxcb.so.1")
        xcb.xcb_connect.restype = ctypes.c_void_p
        connection = ctypes.c_void_p(xcb.xcb_connect(name.encode(), None))
        answers.append(xcb.xcb_connection_has_error(connection) == 0)
        xcb.xcb_disconnect(connection)

    # A server that accepts but never answers holds xcb_connect for ever: give up on the thread.
    thread = threading.Thread(target=connect, name="display probe", daemon=True)
    thread.start()
    thread.join(ANSWER_SECONDS)
    return answers == [True]

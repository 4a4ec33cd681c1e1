"""Whether a window can be shown here; asked first, because Qt ends the process when it cannot."""

import ctypes
import os
import re
import socket
import sys
import threading
from collections.abc import Mapping

from ternchat.app.core.system_libraries import (
    QT_LIBRARIES,
    XCB_LIBRARIES,
    missing_libraries,
)

ANSWER_SECONDS = 10.0  # a busy machine is no reason to do without a window

# Qt's own platforms that need no display server.
_SELF_CONTAINED = {"offscreen", "minimal", "minimalegl", "vnc", "linuxfb", "eglfs", "vkkhrdisplay"}


def why_no_window(environ: Mapping[str, str] = os.environ) -> str | None:
    """Why no window can be shown, in a sentence; None when one can."""
    if not sys.platform.startswith("linux"):
        return None
    missing = _missing(QT_LIBRARIES)
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
    missing = _missing(XCB_LIBRARIES)
    if missing:
        return missing
    return None if _x11_answers(name) else f"the display {name} does not answer"


def _missing(libraries: Mapping[str, str]) -> str | None:
    packages = list(missing_libraries(libraries).values())
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

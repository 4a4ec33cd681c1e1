"""How far the downloads are, on the program's icon: one way for each system, one that chooses."""

import sys
from collections.abc import Callable

from .face import BarState, TaskbarProgress

__all__ = ["BarState", "TaskbarProgress", "taskbar_of"]


def taskbar_of(window: Callable[[], int], platform: str = sys.platform) -> TaskbarProgress:
    """The way of this system; `window` gives the native handle of the program's window."""
    if platform == "win32":
        from .windows import TaskbarButton

        return TaskbarButton(window)
    if platform == "darwin":
        from .macos import DockTile

        return DockTile()
    from .linux import LauncherEntry

    return LauncherEntry()

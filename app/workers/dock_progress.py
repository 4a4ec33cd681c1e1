"""How far the downloads are, on the program's icon in the dock.

On Linux docks listen for a signal on the session's message bus. Windows and macOS have ways of
their own, which are not taken: nobody could try them where this was written.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from ternchat.app.core.progress import Progress, State

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

DESKTOP_FILE = "ternchat.desktop"
_INTERFACE = "com.canonical.Unity.LauncherEntry"
_PATH = "/com/canonical/unity/launcherentry/ternchat"
_STEPS = 100


class DockProgress(QObject):
    """Tells the dock about all downloads together, a hundred times from beginning to end."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: dict[str, Progress] = {}
        self._told: int | None = None  # in steps; None while the icon shows nothing

    @Slot(object)
    def on_progress(self, progress: Progress) -> None:
        """Count what happened to one of them."""
        if progress.state.final:
            self._running.pop(progress.name, None)
        elif progress.state is not State.QUEUED:
            self._running[progress.name] = progress
        self._tell(self._steps())

    @Slot()
    def clear(self) -> None:
        """Show nothing: the program ends."""
        self._running.clear()
        self._tell(None)

    def _steps(self) -> int | None:
        if not self._running:
            return None
        known = [progress for progress in self._running.values() if progress.total_bytes]
        total = sum(progress.total_bytes or 0 for progress in known)
        done = sum(progress.done_bytes for progress in known)
        return _STEPS * min(done, total) // total if total else 0

    def _tell(self, steps: int | None) -> None:
        if steps == self._told:
            return
        self._told = steps
        bus = _session_bus()
        if bus is None:
            return
        from PySide6.QtDBus import QDBusMessage

        shown = {"progress-visible": steps is not None, "progress": (steps or 0) / _STEPS}
        message = QDBusMessage.createSignal(_PATH, _INTERFACE, "Update")
        message.setArguments([f"application://{DESKTOP_FILE}", shown])
        bus.send(message)


def _session_bus() -> QDBusConnection | None:
    """The session's bus; None where there is none: asking Qt for it would start one."""
    if not sys.platform.startswith("linux"):
        return None
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    is_there = runtime is not None and (Path(runtime) / "bus").exists()
    if not is_there and not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return None
    from PySide6.QtDBus import QDBusConnection

    bus = QDBusConnection.sessionBus()
    return bus if bus.isConnected() else None

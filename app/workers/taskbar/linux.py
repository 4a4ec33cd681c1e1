"""On Linux docks listen for a signal on the session's message bus."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ternchat.app.core.desktop_entry import DESKTOP_FILE, DESKTOP_ID

from .face import BarState

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

_INTERFACE = "com.canonical.Unity.LauncherEntry"
_PATH = f"/com/canonical/unity/launcherentry/{DESKTOP_ID}"


class LauncherEntry:
    """Docks find the icon by the name of the desktop file, which has to be installed."""

    def show(self, fraction: float | None, state: BarState) -> None:
        """A bar while something runs; a failure asks for attention; what is paused is not shown."""
        _tell(
            {
                "progress-visible": state is not BarState.PAUSED,
                "progress": fraction or 0.0,
                "urgent": state is BarState.FAILED,
            }
        )

    def clear(self) -> None:
        """No bar, and nothing that asks for attention."""
        _tell({"progress-visible": False, "progress": 0.0, "urgent": False})


def _tell(shown: dict[str, object]) -> None:
    bus = _session_bus()
    if bus is None:
        return
    from PySide6.QtDBus import QDBusMessage

    message = QDBusMessage.createSignal(_PATH, _INTERFACE, "Update")
    message.setArguments([f"application://{DESKTOP_FILE}", shown])
    bus.send(message)


def _session_bus() -> QDBusConnection | None:
    """The session's bus; None where there is none: asking Qt for it would start one."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    is_there = runtime is not None and (Path(runtime) / "bus").exists()
    if not is_there and not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return None
    from PySide6.QtDBus import QDBusConnection

    bus = QDBusConnection.sessionBus()
    return bus if bus.isConnected() else None

"""Progress of downloads in the dock: what is said on a real message bus."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ternchat.app.core.progress import Progress, State
from ternchat.app.workers import dock_progress
from ternchat.app.workers.dock_progress import DockProgress

SESSION = Path(__file__).with_name("dock_session.py")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="docks of Linux listen on D-Bus")
def test_docks_hear_how_far_all_downloads_are_together_and_when_they_have_ended():
    assert shutil.which("dbus-run-session"), "python3 start.py test installs dbus"
    told = subprocess.run(
        ["dbus-run-session", "--", sys.executable, SESSION],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert told.count('string "application://ternchat.desktop"') == 7
    shares = re.findall(r"variant +double ([0-9.]+)", told)
    assert [float(share) for share in shares] == [0, 0.1, 0.5, 0.25, 0, 1, 0]
    assert re.findall(r"variant +boolean (\w+)", told) == ["true"] * 6 + ["false"]


def test_without_a_message_bus_none_is_started(qapp, monkeypatch, tmp_path):
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert dock_progress._session_bus() is None
    dock = DockProgress()
    dock.on_progress(Progress("one", State.DOWNLOADING, 1, 2))
    dock.clear()

"""Progress of downloads on the program's icon: what is told, and when."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from ternchat.app.core.progress import Progress, State
from ternchat.app.workers.dock_progress import DockProgress
from ternchat.app.workers.taskbar import BarState, linux, taskbar_of
from ternchat.app.workers.taskbar.linux import LauncherEntry
from ternchat.app.workers.taskbar.macos import DockTile
from ternchat.app.workers.taskbar.windows import TaskbarButton

SESSION = Path(__file__).with_name("dock_session.py")
RUNNING, PAUSED, FAILED = BarState.RUNNING, BarState.PAUSED, BarState.FAILED


class Bar:
    """Keeps what it is told; "clear" for nothing."""

    def __init__(self):
        self.told, self.error = [], None

    def show(self, fraction, state):
        self._keep((fraction, state))

    def clear(self):
        self._keep("clear")

    def _keep(self, what):
        self.told.append(what)
        if self.error is not None:
            raise self.error


@pytest.fixture
def bar():
    return Bar()


@pytest.fixture
def dock(qapp, bar):
    return DockProgress(bar)


def tell(dock, *moments):
    for name, state, *done in moments:
        dock.on_progress(Progress(name, state, *done))


def test_all_that_runs_counts_together_and_each_hundredth_is_told_once(dock, bar):
    tell(
        dock,
        ("one", State.QUEUED),
        ("one", State.RESOLVING),
        ("one", State.DOWNLOADING, 100, 1000),
        ("one", State.DOWNLOADING, 101, 1000),
        ("two", State.COPYING, 0, 1000),
        ("one", State.READY, 1000, 1000),
        ("two", State.CANCELLED),
    )
    assert bar.told == [(None, RUNNING), (0.1, RUNNING), (0.05, RUNNING), (0, RUNNING), "clear"]


def test_what_is_paused_shows_once_nothing_else_runs(dock, bar):
    tell(
        dock,
        ("one", State.PAUSED, 700, 1000),
        ("two", State.DOWNLOADING, 100, 1000),
        ("two", State.PAUSED, 300, 1000),
        ("one", State.QUEUED),
        ("one", State.DOWNLOADING, 800, 1000),
    )
    assert bar.told == [(0.7, PAUSED), (0.1, RUNNING), (0.5, PAUSED), (0.3, PAUSED), (0.8, RUNNING)]


def test_a_failure_shows_beside_what_runs_and_until_somebody_looks(dock, bar):
    tell(dock, ("one", State.FAILED, 100, 1000), ("two", State.DOWNLOADING, 500, 1000))
    tell(dock, ("two", State.READY))
    assert bar.told == [(0.1, FAILED), (0.5, FAILED), (0.1, FAILED)]
    dock.on_application_state(Qt.ApplicationState.ApplicationActive)
    assert bar.told[3:] == ["clear"]
    tell(dock, ("one", State.FAILED, 100, 1000))  # under somebody's eyes
    assert bar.told[4:] == []
    dock.on_application_state(Qt.ApplicationState.ApplicationInactive)
    assert bar.told[4:] == []


def test_a_failed_download_that_is_tried_again_is_no_failure_any_more(dock, bar):
    tell(dock, ("one", State.FAILED, 100, 1000), ("one", State.QUEUED), ("one", State.RESOLVING))
    assert bar.told == [(0.1, FAILED), "clear", (None, RUNNING)]


def test_at_the_end_of_the_program_nothing_is_shown_any_more(dock, bar):
    tell(dock, ("one", State.DOWNLOADING, 100, 1000))
    dock.close()
    tell(dock, ("one", State.PAUSED, 200, 1000))
    assert bar.told == [(0.1, RUNNING), "clear"]


@pytest.mark.parametrize("error", [OSError("no button"), TypeError("of ctypes")])
def test_a_task_bar_that_refuses_is_told_of_once_and_asked_again(dock, bar, caplog, error):
    bar.error = error
    tell(dock, *(("one", State.DOWNLOADING, 10 * n, 1000) for n in (1, 2, 3)))
    dock.close()
    assert bar.told == [(0.01, RUNNING), (0.02, RUNNING), (0.03, RUNNING), "clear"]
    assert [record.getMessage() for record in caplog.records] == [
        f"the task bar shows no progress: {error}"
    ]


@pytest.mark.parametrize(
    ("platform", "kind"),
    [("win32", TaskbarButton), ("darwin", DockTile), ("linux", LauncherEntry)],
)
def test_each_system_has_its_own_way(platform, kind):
    assert type(taskbar_of(lambda: 7, platform)) is kind


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
    assert told.count('string "application://ternchat.desktop"') == 8
    shares = re.findall(r'"progress"\s+variant +double ([0-9.]+)', told)
    assert [float(share) for share in shares] == [0, 0.1, 0.5, 0.25, 0, 1, 1, 0]
    visible = re.findall(r'"progress-visible"\s+variant +boolean (\w+)', told)
    assert visible == ["true"] * 7 + ["false"]
    assert re.findall(r'"urgent"\s+variant +boolean (\w+)', told) == (
        ["false"] * 6 + ["true", "false"]
    )


def test_without_a_message_bus_none_is_started(qapp, monkeypatch, tmp_path):
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert linux._session_bus() is None
    entry = LauncherEntry()
    entry.show(0.5, RUNNING)
    entry.clear()

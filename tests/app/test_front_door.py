"""A second start on the same data folder."""

import os
import subprocess
import sys

import pytest

from ternchat.app.core.data_lock import DataFolderInUseError, DataLock
from ternchat.app.front_door import FrontDoor, ask_to_show


@pytest.fixture
def door(tmp_path, qapp):
    door = FrontDoor(tmp_path)
    yield door
    door.close()


def test_a_folder_is_locked_for_others_until_it_is_released(tmp_path):
    mine, other = DataLock(tmp_path), DataLock(tmp_path)
    mine.acquire()
    with pytest.raises(DataFolderInUseError, match="already running with the folder"):
        other.acquire()
    mine.release()
    other.acquire()
    other.release()


def test_a_program_that_was_killed_holds_no_lock(tmp_path):
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from ternchat.app.core.data_lock import DataLock;"
        "DataLock(Path(sys.argv[1])).acquire(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert (tmp_path / "lock").exists()
    lock = DataLock(tmp_path)
    lock.acquire()
    lock.release()


def test_folders_are_locked_one_by_one(tmp_path):
    locks = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        locks.append(DataLock(tmp_path / name))
        locks[-1].acquire()
    for lock in locks:
        lock.release()


def test_a_folder_that_cannot_be_written_to_is_not_locked(tmp_path):
    lock = DataLock(tmp_path / "missing")
    lock.acquire()
    lock.release()


def test_somebody_who_knocks_is_heard(door, tmp_path, qtbot):
    with qtbot.waitSignal(door.show_requested):
        assert ask_to_show(tmp_path)


def test_nobody_answers_for_another_folder_or_after_the_end(door, tmp_path):
    assert not ask_to_show(tmp_path / "other")
    door.close()
    assert not ask_to_show(tmp_path)


def test_what_a_killed_program_left_does_not_keep_the_door_shut(tmp_path, qtbot, qapp):
    code = (
        "import os, signal, sys; from pathlib import Path;"
        "from PySide6.QtCore import QCoreApplication;"
        "from ternchat.app.front_door import FrontDoor; app = QCoreApplication([]);"
        "door = FrontDoor(Path(sys.argv[1])); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=os.environ, check=False)
    door = FrontDoor(tmp_path)
    with qtbot.waitSignal(door.show_requested):
        assert ask_to_show(tmp_path)
    door.close()

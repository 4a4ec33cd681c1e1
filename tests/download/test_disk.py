"""The disk: too small, full, read-only, garbled; every byte that is good is kept."""

import errno
import os
import stat
import subprocess
import sys

import pytest
from download_help import BLOCK_BYTES, WEIGHTS, Scene, patient, starts
from hub.faults import Drop

from ternchat.app.core.progress import State

SIZE = 150_000


# ---- A disk that says so --------------------------------------------------------------------


def test_too_small_a_disk_is_noticed_before_anything_large_is_fetched(scene: Scene):
    seen = scene.run(free_bytes=lambda folder: 100_000)
    scene.assert_failed(seen, "no_disk")
    assert scene.hub.asked("/resolve/") == []


def test_a_disk_that_fills_up_meanwhile_stops_it_with_every_byte_kept(scene: Scene):
    room = iter([10**9, 10**9, 10])
    policy = patient(floor_bytes=1000, look_bytes=30_000)
    seen = scene.run(free_bytes=lambda folder: next(room, 10), policy=policy)
    scene.assert_failed(seen, "no_disk")
    kept = scene.part.stat().st_size
    assert kept >= 30_000 - 65_536
    scene.assert_ready(scene.run())
    assert starts(scene) == [0, kept]


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ENOSPC, "no_disk"),
        (errno.EDQUOT, "no_disk"),
        (errno.EFBIG, "no_disk"),
        (errno.EIO, "disk"),
        (errno.EROFS, "read_only"),
        (errno.EACCES, "read_only"),
    ],
)
def test_a_disk_that_refuses_is_a_problem_in_words(scene: Scene, monkeypatch, number, problem):
    real = os.write

    def write(handle, data):
        if len(data) > 10_000:
            real(handle, bytes(data[:5_000]))
            raise OSError(number, os.strerror(number))
        return real(handle, data)

    with monkeypatch.context() as patched:
        patched.setattr("ternchat.app.core.download.part_file.os.write", write)
        scene.assert_failed(scene.run(), problem)
    scene.assert_ready(scene.run())


def test_a_block_that_the_disk_lost_is_the_only_thing_fetched_again(scene: Scene):
    scene.hub.at_bytes(WEIGHTS, Drop(100_000))
    scene.run_until(lambda p: p.state is State.STALLED, "pause")
    damaged = bytearray(scene.part.read_bytes())
    damaged[BLOCK_BYTES + 7] ^= 0xFF
    scene.part.write_bytes(damaged)
    scene.hub.requests.clear()
    scene.assert_ready(scene.run())
    assert [request.range for request in scene.hub.bodies(WEIGHTS)] == [
        f"bytes={BLOCK_BYTES}-{2 * BLOCK_BYTES - 1}",
        f"bytes=100000-{SIZE - 1}",
    ]


def test_a_tail_that_the_disk_lost_is_suspected_first(scene: Scene):
    scene.hub.at_bytes(WEIGHTS, Drop(100_000))
    scene.run_until(lambda p: p.state is State.STALLED, "pause")
    tail = 100_000 // BLOCK_BYTES * BLOCK_BYTES
    scene.part.write_bytes(scene.part.read_bytes()[:tail] + bytes(100_000 - tail))
    scene.hub.requests.clear()
    scene.assert_ready(scene.run())
    assert [request.range for request in scene.hub.bodies(WEIGHTS)] == [
        f"bytes=100000-{SIZE - 1}",
        f"bytes={tail}-{tail + BLOCK_BYTES - 1}",
    ]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permission bits")
def test_a_folder_that_may_not_be_written_is_a_problem_in_words(scene: Scene, tmp_path):
    if os.geteuid() == 0:
        # The administrator may write everywhere but where there is no folder at all.
        scene.store.folder.parent.mkdir(parents=True)
        scene.store.folder.write_text("")
        last = scene.run()[-1]
        assert (last.state, last.problem.code) == (State.FAILED, "disk")
        return
    scene.store.folder.mkdir(parents=True)
    scene.store.folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    scene.assert_failed(scene.run(), "read_only")


# ---- A disk that is really full -------------------------------------------------------------

PULL = """
import resource, sys
from ternchat.app.core.download import Download, DownloadRequest, Policy, Tools
from ternchat.app.core.hub import Hub
from ternchat.app.core.hub_address import HubOptions
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.paths import DataPaths
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[3])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
tools = Tools(policy=Policy(reserve_bytes=0, floor_bytes=0, block_bytes=1 << 14))
run = Download(DownloadRequest("tiny", "Tiny", "acme/tiny", use_cache=False),
    ModelStore(DataPaths.from_option(sys.argv[1])), Hub(HubOptions(sys.argv[2])), tools=tools,
).run()
last = list(run)[-1]
print(last.problem.code if last.problem else last.state)
"""


def pull_in_child(scene: Scene, data, limit: int = 0) -> str:
    arguments = [str(data), scene.hub.url, str(limit)]
    result = subprocess.run(
        [sys.executable, "-c", PULL, *arguments], capture_output=True, text=True, timeout=60
    )
    assert result.stderr == ""
    return result.stdout.strip()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX limits")
def test_a_file_that_may_not_grow_stops_it_and_nothing_is_lost(scene: Scene, tmp_path):
    assert pull_in_child(scene, tmp_path / "data", limit=100_000) == "no_disk"
    assert scene.part.stat().st_size == 100_000
    scene.hub.requests.clear()
    assert pull_in_child(scene, tmp_path / "data") == "ready"
    assert starts(scene) == [100_000]
    scene.assert_installed()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or sys.platform != "linux",
    reason="only the administrator can mount a small disk",
)
def test_a_disk_that_is_full_stops_it_and_nothing_is_lost(scene: Scene, tmp_path):
    disk = tmp_path / "data"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=120k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("this system lets nobody mount a disk")
    try:
        # The room is looked at through a liar: the disk is to say no by itself.
        seen = scene.run(free_bytes=lambda folder: 10**9)
        scene.assert_failed(seen, "no_disk")
        kept = scene.part.stat().st_size
        assert kept > 50_000
        subprocess.run(["mount", "-o", "remount,size=2m", str(disk)], check=True)
        scene.assert_ready(scene.run())
        assert starts(scene)[-1] == kept
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or sys.platform != "linux",
    reason="only the administrator can mount a disk",
)
def test_a_disk_that_cannot_be_written_is_a_problem_in_words(scene: Scene, tmp_path):
    disk = tmp_path / "data"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("this system lets nobody mount a disk")
    try:
        scene.assert_failed(scene.run(), "read_only")
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)

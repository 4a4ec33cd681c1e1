"""Pausing, cancelling, restarting, sharing the folder: nothing that came is lost or mixed up."""

import os
import socket
import subprocess
import sys
import threading
import time

import pytest
from download_help import WEIGHTS, FakeClock, PatientClock, Scene, ranges
from hub.faults import Drop, Slow, Stall

from ternchat.app.core.control import Control
from ternchat.app.core.download import unfinished
from ternchat.app.core.download.staging import Staging, finish_interrupted
from ternchat.app.core.hub import Hub
from ternchat.app.core.hub_address import HubOptions
from ternchat.app.core.progress import State


def stop_at_first_drop(scene: Scene, wish: str):
    """A run that gets 50,000 bytes of the weights and is then stopped."""
    scene.hub.at_bytes(WEIGHTS, Drop(50_000))
    return scene.run_until(lambda progress: progress.state is State.STALLED, wish)


@pytest.mark.parametrize(
    ("wish", "state", "paused"),
    [
        ("pause", State.PAUSED, True),
        ("leave", State.PAUSED, False),
        ("keep", State.CANCELLED, True),
    ],
)
def test_a_stopped_download_goes_on_with_the_next_byte(scene: Scene, wish, state, paused):
    seen = stop_at_first_drop(scene, wish)
    assert seen[-1].state is state
    (left,) = unfinished(scene.store)
    assert (left.name, left.title, left.repository) == ("tiny", "Tiny", "acme/tiny")
    assert left.paused is paused
    assert left.total_bytes == seen[-1].total_bytes
    assert left.done_bytes >= 50_000
    scene.assert_ready(scene.run(request=left.request()))
    assert ranges(scene) == [None, "bytes=50000-149999"]
    assert unfinished(scene.store) == ()


def test_a_deleted_download_leaves_nothing(scene: Scene):
    assert stop_at_first_drop(scene, "cancel")[-1].state is State.CANCELLED
    assert not scene.staging.exists()
    assert unfinished(scene.store) == ()
    scene.assert_ready(scene.run())


@pytest.mark.parametrize("state", [State.RESOLVING, State.DOWNLOADING, State.STALLED])
def test_a_wish_is_heard_in_every_phase(scene: Scene, state):
    scene.hub.at_bytes(WEIGHTS, Drop(50_000))
    seen = scene.run_until(lambda progress: progress.state is state, "pause")
    assert seen[-1].state is State.PAUSED
    scene.assert_ready(scene.run())


def test_a_wish_is_heard_while_the_files_are_checked(scene: Scene):
    stop_at_first_drop(scene, "pause")
    seen = scene.run_until(lambda progress: progress.state is State.VERIFYING, "pause")
    assert seen[-1].state is State.PAUSED
    scene.assert_ready(scene.run())
    assert ranges(scene)[-1] == "bytes=50000-149999"


def test_a_wish_is_heard_at_once_although_the_server_says_nothing(scene: Scene):
    scene.hub.at_bytes(WEIGHTS, Stall(50_000))
    control = Control()
    began = None
    for progress in scene.download(control=control, clock=RealClock()).run():
        if progress.done_bytes >= 50_000 and began is None:
            began = time.monotonic()
            control.pause()
    assert time.monotonic() - began < 1
    assert [t.name for t in threading.enumerate() if t.name == "download"] == []


class RealClock(FakeClock):
    """Real silence, in small steps."""

    def receive(self, inbox, seconds):
        item = super().receive(inbox, 0.02)
        return item


def test_a_deletion_overrides_a_pause_but_nothing_takes_it_back():
    control = Control()
    control.pause()
    control.cancel()
    control.cancel(keep=True)
    assert control.wish.name == "DELETE"


def test_a_run_that_nobody_listens_to_any_more_lets_go_of_everything(scene: Scene):
    scene.hub.at_bytes(WEIGHTS, Slow(10_000, 0.05))
    run = scene.download().run()
    next(progress for progress in run if progress.file == WEIGHTS)
    run.close()
    scene.assert_ready(scene.run())


def test_two_programs_do_not_download_the_same_model(scene: Scene):
    scene.hub.at_bytes(WEIGHTS, Drop(50_000))
    first = scene.download().run()
    next(progress for progress in first if progress.state is State.STALLED)
    scene.assert_failed(scene.run(), "busy")
    seen = list(first)
    scene.assert_ready(seen)


LOCK = """
import sys
from ternchat.app.core.download.staging import Staging
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.paths import DataPaths
with Staging(ModelStore(DataPaths.from_option(sys.argv[1])), "tiny").locked():
    print("locked", flush=True)
    sys.stdin.read()
"""


def test_a_lock_ends_with_its_program(scene: Scene, tmp_path):
    child = subprocess.Popen(
        [sys.executable, "-c", LOCK, str(tmp_path / "data")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout.readline() == b"locked\n"
        scene.assert_failed(scene.run(), "busy")
        child.kill()
    scene.assert_ready(scene.run())


def test_a_verified_model_gets_its_name_even_if_the_program_died_before(scene: Scene, monkeypatch):
    def die(self):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Staging, "publish", die)
        with pytest.raises(KeyboardInterrupt):
            scene.run()
    assert not scene.target.exists()
    finish_interrupted(scene.store)
    scene.assert_installed()


def test_parts_of_another_version_are_swept(scene: Scene):
    stop_at_first_drop(scene, "pause")
    stray = scene.staging / f"{WEIGHTS}.{'0' * 16}.part"
    stray.write_bytes(b"old")
    scene.run_until(lambda progress: progress.file == WEIGHTS, "pause")
    assert not stray.exists()


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"format": 1}', b'{"repository": "../x"}', b"\xff" * 10]
)
def test_a_damaged_journal_costs_no_byte(scene: Scene, damage):
    stop_at_first_drop(scene, "pause")
    (scene.staging / "download.json").write_bytes(damage)
    assert unfinished(scene.store) == ()
    scene.assert_ready(scene.run())
    assert ranges(scene)[-1] == "bytes=50000-149999"


def test_damaged_checksums_of_blocks_cost_only_time(scene: Scene):
    stop_at_first_drop(scene, "pause")
    for damage in (b"", b"abc", os.urandom(12), os.urandom(4000)):
        sums = next(scene.staging.glob(f"{WEIGHTS}.*.sums"))
        sums.write_bytes(damage)
        scene.hub.at_bytes(WEIGHTS, Drop(0))
        scene.run_until(lambda progress: progress.state is State.STALLED, "pause")
    scene.assert_ready(scene.run())


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_a_link_planted_in_place_of_a_part_is_not_written_through(scene: Scene, tmp_path):
    stop_at_first_drop(scene, "pause")
    victim = tmp_path / "victim"
    victim.write_text("precious")
    part = scene.part
    part.unlink()
    part.symlink_to(victim)
    last = scene.run()[-1]
    assert last.state is State.FAILED
    assert victim.read_text() == "precious"


def test_a_calendar_that_is_set_back_changes_nothing(scene: Scene, monkeypatch):
    days = iter(range(10**6))
    monkeypatch.setattr(time, "time", lambda: 2e9 - 86400 * next(days))
    scene.hub.at_bytes(WEIGHTS, Drop(50_000), Drop(20_000))
    seen = scene.run()
    scene.assert_ready(seen)
    assert all((progress.bytes_per_second or 0) >= 0 for progress in seen)
    assert all((progress.seconds_left or 0) >= 0 for progress in seen)


# ---- Connections that are not allowed ----------------------------------------


def test_offline_means_that_no_socket_is_opened(scene: Scene, monkeypatch):
    def no_socket(*args, **kwargs):
        raise AssertionError("a socket was opened")

    scene.client = Hub(HubOptions(scene.hub.url, offline=True))
    monkeypatch.setattr("socket.socket", no_socket)
    monkeypatch.setattr("socket.getaddrinfo", no_socket)
    scene.assert_failed(scene.run(), "offline")
    assert scene.hub.requests == []


def test_a_hub_that_is_not_there_is_a_problem_in_words_after_a_few_tries(scene: Scene):
    scene.client = Hub(HubOptions("http://127.0.0.1:1"))
    clock = PatientClock()
    scene.assert_failed(scene.run(clock=clock), "no_network")
    assert clock.time - 1000 < 10


def test_a_hub_whose_name_nobody_knows_is_a_problem_in_words(scene: Scene, monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    scene.client = Hub(HubOptions("https://hub.example"))
    seen = scene.run()
    scene.assert_failed(seen, "no_network")
    assert "Name or service not known" in seen[-1].problem.text

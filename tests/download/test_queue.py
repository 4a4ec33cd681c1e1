"""Several downloads in a queue: order, wishes, and what is said about them."""

import threading

import pytest
from download_help import POLICY, WEIGHTS, PatientClock, Scene, make_files
from hub.faults import Drop, Slow

from ternchat.app.core.download import Download, DownloadQueue, DownloadRequest, Tools
from ternchat.app.core.progress import Progress, State


class Listener:
    """Runs a queue on a thread, as a window's worker does, and waits for what it says."""

    def __init__(self, queue: DownloadQueue) -> None:
        self.queue = queue
        self.heard: list[Progress] = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def wait_for(self, name: str, state: State, count: int = 1) -> Progress:
        """The report of this state; fails after ten seconds."""

        def found() -> list[Progress]:
            return [p for p in self.heard if (p.name, p.state) == (name, state)]

        with self._changed:
            assert self._changed.wait_for(lambda: len(found()) >= count, 10), self.states(name)
        return found()[count - 1]

    def states(self, name: str) -> list[State]:
        """The states of one download, repetitions left out."""
        states: list[State] = []
        for progress in self.heard:
            if progress.name == name and states[-1:] != [progress.state]:
                states.append(progress.state)
        return states

    def close(self) -> None:
        self.queue.close()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _listen(self) -> None:
        for progress in self.queue.run():
            with self._changed:
                self.heard.append(progress)
                self._changed.notify_all()


def request(name: str) -> DownloadRequest:
    return DownloadRequest(name, name.title(), f"acme/{name}", use_cache=False)


@pytest.fixture
def queue(scene: Scene) -> DownloadQueue:
    for name in ("one", "two", "three"):
        scene.hub.add(f"acme/{name}", make_files(80_000, seed=len(name)))

    def start(wanted, control):
        tools = Tools(control=control, clock=PatientClock(), policy=POLICY)
        return Download(wanted, scene.store, scene.client, tools=tools).run()

    return DownloadQueue(scene.store, start)


@pytest.fixture
def listener(queue):
    listener = Listener(queue)
    yield listener
    listener.close()


def test_models_come_one_after_the_other(queue, scene):
    for name in ("one", "two", "three"):
        queue.add(request(name))
    heard = list(queue.run(until_idle=True))
    ready = [progress.name for progress in heard if progress.state is State.READY]
    assert ready == ["one", "two", "three"]
    assert [p.name for p in heard[:3]] == ["one", "two", "three"]
    assert {p.state for p in heard[:3]} == {State.QUEUED}
    assert {model.name for model in scene.store.installed()} >= {"one", "two", "three"}


def test_a_failure_does_not_hold_up_the_next(queue):
    queue.add(request("none"))
    queue.add(request("one"))
    last = {progress.name: progress.state for progress in queue.run(until_idle=True)}
    assert last == {"none": State.FAILED, "one": State.READY}


def test_a_paused_download_lets_the_next_go_first_and_is_resumed(listener, queue, scene):
    scene.hub.always("bytes", WEIGHTS, Slow(2_000, 0.01))
    queue.add(request("one"))
    queue.add(request("two"))
    listener.wait_for("one", State.DOWNLOADING, 5)
    queue.pause("one")
    listener.wait_for("one", State.PAUSED)
    scene.hub.always("bytes", WEIGHTS, None)
    listener.wait_for("two", State.READY)
    queue.resume("one")
    listener.wait_for("one", State.READY)
    ready = [p.name for p in listener.heard if p.state is State.READY]
    assert ready == ["two", "one"]


def test_a_download_that_waits_can_be_paused_resumed_and_cancelled(listener, queue, scene):
    scene.hub.always("bytes", WEIGHTS, Slow(2_000, 0.01))
    queue.add(request("one"))
    listener.wait_for("one", State.DOWNLOADING)
    queue.add(request("two"))
    queue.pause("two")
    listener.wait_for("two", State.PAUSED)
    queue.resume("two")
    listener.wait_for("two", State.QUEUED, 2)
    queue.cancel("two")
    listener.wait_for("two", State.CANCELLED)
    scene.hub.always("bytes", WEIGHTS, None)
    listener.wait_for("one", State.READY)
    assert State.RESOLVING not in listener.states("two")


def test_a_running_download_is_cancelled_and_deleted(listener, queue, scene):
    scene.hub.always("bytes", WEIGHTS, Slow(2_000, 0.01))
    queue.add(request("one"))
    listener.wait_for("one", State.DOWNLOADING, 5)
    queue.cancel("one")
    listener.wait_for("one", State.CANCELLED)
    assert queue.unfinished() == ()
    assert not (scene.store.folder / ".downloads" / "one").exists()


def test_cancel_and_keep_leaves_it_to_be_resumed_by_another_run_of_the_program(
    listener, queue, scene
):
    scene.hub.at_bytes(WEIGHTS, Drop(30_000))
    scene.hub.always("bytes", WEIGHTS, Drop(0))
    queue.add(request("one"))
    listener.wait_for("one", State.STALLED)
    queue.cancel("one", keep=True)
    listener.wait_for("one", State.CANCELLED)
    scene.hub.always("bytes", WEIGHTS, None)
    (left,) = queue.unfinished()
    assert (left.name, left.paused) == ("one", True)
    queue.resume("one")
    listener.wait_for("one", State.READY)


def test_what_an_earlier_run_left_can_be_deleted(listener, queue, scene):
    scene.hub.at_bytes(WEIGHTS, Drop(30_000))
    scene.run_until(lambda progress: progress.state is State.STALLED, "pause")
    assert [left.name for left in queue.unfinished()] == ["tiny"]
    queue.cancel("tiny")
    listener.wait_for("tiny", State.CANCELLED)
    assert queue.unfinished() == ()


def test_what_another_program_works_on_is_not_deleted(listener, queue, scene):
    scene.hub.at_bytes(WEIGHTS, Drop(30_000))
    other = scene.download().run()
    next(progress for progress in other if progress.state is State.STALLED)
    queue.cancel("tiny")
    assert listener.wait_for("tiny", State.FAILED).problem.code == "busy"
    scene.assert_ready(list(other))


def test_the_end_of_the_program_keeps_everything_and_is_no_pause(queue, scene):
    listener = Listener(queue)
    scene.hub.always("bytes", WEIGHTS, Slow(2_000, 0.01))
    queue.add(request("one"))
    queue.add(request("two"))
    listener.wait_for("one", State.DOWNLOADING, 5)
    listener.close()
    assert listener.states("one")[-1] is State.PAUSED
    assert State.RESOLVING not in listener.states("two")
    (left,) = queue.unfinished()
    assert (left.name, left.paused) == ("one", False)


def test_adding_twice_is_adding_once(listener, queue, scene):
    scene.hub.always("bytes", WEIGHTS, Slow(5_000, 0.01))
    queue.add(request("one"))
    queue.add(request("one"))
    listener.wait_for("one", State.DOWNLOADING)
    queue.add(request("one"))
    listener.wait_for("one", State.READY)
    assert listener.states("one").count(State.RESOLVING) == 1


def test_resuming_while_it_is_still_stopping_is_not_forgotten(listener, queue, scene):
    scene.hub.always("bytes", WEIGHTS, Slow(2_000, 0.01))
    queue.add(request("one"))
    listener.wait_for("one", State.DOWNLOADING, 5)
    queue.pause("one")
    queue.resume("one")
    listener.wait_for("one", State.PAUSED)
    scene.hub.always("bytes", WEIGHTS, None)
    listener.wait_for("one", State.READY)


def test_wishes_about_what_is_not_there_do_nothing(listener, queue):
    queue.pause("nobody")
    queue.resume("nobody")
    queue.cancel("nobody")
    assert listener.wait_for("nobody", State.CANCELLED)

"""Measuring this computer by itself, and what answers tell about the speed of models."""

import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from ternchat.app.core import answer_speeds, machine, speed_store
from ternchat.app.core.answer_speeds import AnswerSpeed
from ternchat.app.core.control import Control
from ternchat.app.core.model_overview import Overview, overview
from ternchat.app.core.model_store import InstalledModel, ModelStore
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.turn import Ending, LoadOptions, ModelFacts
from ternchat.app.speed_meter import SpeedMeter
from ternchat.app.workers import model_jobs
from ternchat.app.workers.job_thread import Job, JobThread
from ternchat.engine.speed import MachineSpeed
from ternchat.engine.timing import Timings

SPEED = MachineSpeed("avx2", 4, 40e9, 30e9, 35e9, 200e9, 20e-6)
UNKNOWN = Overview((), Path("/models"))
KNOWN = replace(UNKNOWN, speed=SPEED)


@dataclass
class Jobs:
    """Measures when it may, or gives up when it is stopped; keeps speeds in a folder."""

    cache: Path

    def __post_init__(self):
        self.may_end = threading.Event()
        self.result = SPEED
        self.asked = []

    def measure(self, *, fresh=False):
        self.asked.append(fresh)

        def work(_report, control):
            while not self.may_end.wait(0.005):
                if control.stopped.is_set():
                    return None
            return self.result

        return Job(model_jobs.MEASURE, "", work)

    def keep_speed(self, name, speed):
        return Job("keep", name, lambda *_: answer_speeds.add(self.cache, name, speed))


@pytest.fixture
def jobs(tmp_path):
    return Jobs(tmp_path / "cache")


@pytest.fixture
def meter(jobs, qapp):
    meter = SpeedMeter(jobs, JobThread("speeds"))
    meter.heard = []
    meter.measuring_changed.connect(meter.heard.append)
    yield meter
    jobs.may_end.set()
    assert meter.close()


def test_the_first_look_measures_a_computer_whose_speed_is_unknown(meter, jobs, qtbot):
    meter.want()
    assert jobs.asked == []  # nobody has looked yet whether it is known
    meter.learn(UNKNOWN)
    assert meter.heard == [True]
    jobs.may_end.set()
    with qtbot.waitSignal(meter.measured) as told:
        pass
    assert told.args == [SPEED]
    assert meter.heard == [True, False]


def test_a_known_speed_is_not_measured_again_unless_somebody_asks(meter, jobs, qtbot):
    meter.want()
    meter.learn(KNOWN)
    meter.want()
    assert jobs.asked == []
    jobs.may_end.set()
    with qtbot.waitSignal(meter.measured):
        meter.measure_again()
    assert jobs.asked == [True]


def test_nobody_looks_nothing_is_measured(meter, jobs):
    meter.learn(UNKNOWN)
    assert jobs.asked == []


def test_an_answer_ends_the_measurement_and_a_look_behind_it_begins_it_anew(meter, jobs, qtbot):
    meter.want()
    meter.learn(UNKNOWN)
    meter.set_busy(True)
    qtbot.waitUntil(lambda: meter.heard == [True, False])
    meter.set_busy(False)  # a person reads the answer
    assert len(jobs.asked) == 1
    jobs.may_end.set()
    with qtbot.waitSignal(meter.measured):
        meter.want()
    assert len(jobs.asked) == 2


def test_a_look_does_not_make_it_compete_with_an_answer(meter, jobs, qtbot):
    meter.learn(UNKNOWN)
    meter.set_busy(True)
    meter.want()
    assert jobs.asked == []
    jobs.may_end.set()
    with qtbot.waitSignal(meter.measured):
        meter.set_busy(False)


def test_what_cannot_be_measured_is_tried_again_only_when_somebody_looks(meter, jobs, qtbot):
    jobs.result = None
    jobs.may_end.set()
    meter.want()
    meter.learn(UNKNOWN)
    qtbot.waitUntil(lambda: meter.heard == [True, False])
    meter.learn(UNKNOWN)
    assert len(jobs.asked) == 1
    meter.want()
    assert len(jobs.asked) == 2


def test_to_measure_again_waits_for_the_answer_that_is_on_its_way(meter, jobs, qtbot):
    meter.learn(KNOWN)
    meter.set_busy(True)
    meter.measure_again()
    assert jobs.asked == []
    jobs.may_end.set()
    with qtbot.waitSignal(meter.measured):
        meter.set_busy(False)
    assert jobs.asked == [True]
    meter.want()
    assert jobs.asked == [True]


def test_a_speed_measured_beside_other_programs_is_tried_again_once(meter, jobs, qtbot):
    disturbed = replace(UNKNOWN, speed=replace(SPEED, others_share=0.6))
    jobs.result = disturbed.speed
    jobs.may_end.set()
    meter.want()
    with qtbot.waitSignal(meter.measured):
        meter.learn(disturbed)
    meter.learn(disturbed)  # still busy: enough of it for today
    meter.want()
    assert len(jobs.asked) == 1


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """The job itself, with the speeds that its measurements give."""
    paths = DataPaths.from_option(tmp_path)
    jobs = model_jobs.ModelJobs(paths, ModelStore(paths), None, None, LoadOptions)
    monkeypatch.setattr(machine, "wait_until_quiet", lambda stopped, seconds: True)

    def measured(*shares, fresh=False):
        results = iter([replace(SPEED, others_share=share) for share in shares])
        monkeypatch.setattr(
            "ternchat.engine.speed_measurement.measure_in_child", lambda *_, gently: next(results)
        )
        speed = jobs.measure(fresh=fresh).work(lambda _: None, Control())
        assert speed == speed_store.load(paths.cache, machine.cpu_name())
        return speed.others_share, len(list(results))

    return measured


def test_a_disturbed_measurement_is_made_twice_and_the_better_one_is_kept(measured):
    assert measured(0.1, 0.0) == (0.1, 1)
    assert measured(fresh=False) == (0.1, 0)  # known
    assert measured(0.7, 0.5, 0.0, fresh=True) == (0.5, 1)
    assert measured(0.9, 0.8) == (0.5, 0)  # what was known is better
    assert measured(0.3, 0.0) == (0.0, 0)


def test_one_that_is_stopped_while_it_waits_starts_no_process(measured, tmp_path, monkeypatch):
    control = Control()
    control.leave()
    monkeypatch.setattr(
        "ternchat.engine.speed_measurement.measure_in_child", lambda *_, **__: pytest.fail("began")
    )
    paths = DataPaths.from_option(tmp_path)
    jobs = model_jobs.ModelJobs(paths, ModelStore(paths), None, None, LoadOptions)
    assert jobs.measure().work(lambda _: None, control) is None


def test_one_waits_for_a_quiet_moment_but_not_for_ever(monkeypatch):
    loads = iter([0.0, 90.0, 80.0, 10.0])
    monkeypatch.setattr(machine.psutil, "cpu_percent", lambda: next(loads))
    never = SimpleNamespace(wait=lambda seconds: False)
    assert machine.wait_until_quiet(never, 60)
    monkeypatch.setattr(machine.psutil, "cpu_percent", lambda: 99.0)
    assert not machine.wait_until_quiet(never, 0.01)
    assert not machine.wait_until_quiet(SimpleNamespace(wait=lambda seconds: True), 60)


def test_answers_are_kept_with_their_model_and_shown_on_its_card(tmp_path, qtbot, qapp):
    paths = DataPaths.from_option(tmp_path)
    meter = SpeedMeter(Jobs(paths.cache), JobThread("speeds"))
    facts = ModelFacts(InstalledModel("fledgling", "F", Path("/f")), "avx2", 2, 256, 1, 1)
    meter.on_loaded(facts)
    meter.on_answered(Ending("stop", Timings(new_tokens=5, decode_seconds=0.1)))  # too short
    meter.on_answered(Ending("stop", Timings(new_tokens=41, decode_seconds=2.0)))
    meter.on_answered(Ending("cancelled"))
    qtbot.waitUntil(lambda: "fledgling" in answer_speeds.load(paths.cache))
    assert meter.close()
    cards = {card.name: card for card in overview(paths, ModelStore(paths), ()).cards}
    assert cards["fledgling"].measured == pytest.approx(20.0)
    assert cards["2b4t"].measured is None


PROGRAM = """
import sys
from PySide6.QtWidgets import QApplication
from ternchat.app.cli import arguments
from ternchat.app.context import AppContext
from ternchat.app.core.paths import DataPaths
from ternchat.app.workers import model_jobs

paths = DataPaths.from_option(sys.argv[1])
paths.create()
model_jobs.QUIET_SECONDS, model_jobs.ATTEMPTS = 0, 1
app = QApplication([])
context = AppContext.build(app, paths, arguments.parse(["--data-dir", sys.argv[1]]))
empty = context.window.page.empty
heard = []

def on_measuring(measuring):
    heard.append(empty._measuring.isVisible())
    if not measuring:
        app.quit()

context.meter.measuring_changed.connect(on_measuring)
context.window.show()
app.exec()
assert context.close()
print(heard, empty._best_text.text())
"""


def test_the_first_start_measures_shows_that_and_keeps_the_result(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        env={"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("[True, False]")
    assert "tok/s" in done.stdout
    assert speed_store.load(tmp_path / "cache", machine.cpu_name()) is not None


# ---- What is kept ----------------------------------------------------------------------------


def test_answers_make_a_mean_in_which_old_ones_fade(tmp_path):
    answer_speeds.add(tmp_path, "x", AnswerSpeed(100, 10, "avx2", 2))
    answer_speeds.add(tmp_path, "x", AnswerSpeed(300, 10, "avx2", 2))
    assert answer_speeds.load(tmp_path)["x"].tokens_per_second == pytest.approx(20)
    for _ in range(50):
        answer_speeds.add(tmp_path, "x", AnswerSpeed(500, 10, "avx2", 2))
    kept = answer_speeds.load(tmp_path)["x"]
    assert kept.tokens_per_second == pytest.approx(50, rel=0.01)
    assert kept.tokens <= 2000


def test_other_kernels_or_threads_begin_anew(tmp_path):
    answer_speeds.add(tmp_path, "x", AnswerSpeed(100, 10, "scalar", 2))
    answer_speeds.add(tmp_path, "x", AnswerSpeed(300, 10, "avx2", 2))
    assert answer_speeds.load(tmp_path) == {"x": AnswerSpeed(300, 10, "avx2", 2)}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "[" * 100_000,
        '{"x": 3}',
        '{"x": {"tokens": 1}}',
        "\x00",
        '{"x": {"tokens": "1", "seconds": 1, "kernel": "a", "threads": 1}}',
        '{"x": {"tokens": 1, "seconds": NaN, "kernel": "a", "threads": 1}}',
    ],
)
def test_a_damaged_file_counts_as_none(tmp_path, content):
    (tmp_path / answer_speeds.FILE_NAME).write_text(content)
    assert answer_speeds.load(tmp_path) == {}


def test_an_answer_too_short_to_tell_is_none():
    short = SimpleNamespace(new_tokens=answer_speeds.LEAST_TOKENS, decode_seconds=1.0)
    assert answer_speeds.of_answer(short, "avx2", 2) is None
    long = SimpleNamespace(new_tokens=answer_speeds.LEAST_TOKENS + 1, decode_seconds=1.0)
    assert answer_speeds.of_answer(long, "avx2", 2).tokens_per_second == 16

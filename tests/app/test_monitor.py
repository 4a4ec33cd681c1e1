"""The monitor: live numbers, only while somebody looks."""

import runpy
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QColor

from ternchat.app.core.machine import Residence
from ternchat.app.core.model_store import InstalledModel
from ternchat.app.core.statistics import Snapshot
from ternchat.app.core.turn import ModelFacts, Phase
from ternchat.app.models.monitor_model import INTERVAL_MS, SAMPLES, MonitorModel, sample_of
from ternchat.app.models.tally import Tally
from ternchat.app.views.level_bar import LevelBar, Part
from ternchat.app.views.monitor_panel import MonitorPanel
from ternchat.app.views.plot import Plot
from ternchat.engine.memory import MemoryHeld
from ternchat.engine.timing import Timings

ROOT = Path(__file__).resolve().parents[2]

FACTS = ModelFacts(
    model=InstalledModel("x", "X", Path("/x")),
    kernel="avx2",
    threads=2,
    context_length=100,
    weights_bytes=500,
    kv_bytes=300,
    work_bytes=100,
    predicted_bytes=880,
)
WRITING = Snapshot(
    phase=Phase.WRITING,
    facts=FACTS,
    decode_tokens_per_second=20.0,
    prefill_tokens_per_second=100.0,
)


@pytest.fixture
def model(status):
    return MonitorModel(status)


@pytest.fixture
def panel(theme, model, qtbot):
    panel = MonitorPanel(theme, model)
    qtbot.addWidget(panel)
    return panel


def test_the_parts_add_up_to_what_is_resident():
    full = sample_of(WRITING, Residence(1200), reach=100)
    assert (full.weights, full.kv, full.work, full.program) == (500, 300, 100, 300)
    assert full.total == 1200
    assert full.predicted == 880
    early = sample_of(WRITING, Residence(600), reach=100)  # the rest was not touched yet
    assert (early.weights, early.kv, early.work, early.program) == (500, 100, 0, 0)


def measured(**parts):
    return lambda: MemoryHeld(**{"weights": 0, "screen": 0, "work": 0, "kv": 0, **parts})


def test_where_the_system_tells_the_parts_are_what_it_says():
    """Of the context, what was never reached; of the model's file, what was not read of late."""
    facts = replace(
        FACTS,
        mapped_bytes=200,
        program=Residence(250, 150),
        measure=measured(weights=300, screen=40, work=30, kv=120),
    )
    sample = sample_of(replace(WRITING, facts=facts), Residence(900, 200), reach=100)
    assert (sample.weights, sample.in_file) == (350, 50)
    assert (sample.kv, sample.work, sample.program) == (120, 70, 360)
    assert sample.taken == 300 + 40 + 30 + 120
    assert sample.total == 900


def test_a_tokenizer_in_a_process_of_its_own_is_the_models_work():
    facts = replace(FACTS, measure=measured(weights=300, work=30, tokenizer=50))
    sample = sample_of(replace(WRITING, facts=facts), Residence(900, others=70))
    assert (sample.work, sample.total, sample.taken) == (80, 970, 380)


def test_where_it_does_not_tell_nothing_is_called_measured():
    facts = replace(FACTS, mapped_bytes=200, program=Residence(250, 150), measure=lambda: None)
    sample = sample_of(replace(WRITING, facts=facts), Residence(900, 200), reach=50)
    assert (sample.weights, sample.in_file) == (350, 50)
    assert (sample.kv, sample.work) == (150, 100)  # what was never reached takes nothing
    assert sample.taken is None


def test_libraries_that_come_with_the_first_model_are_not_its_weights():
    facts = replace(FACTS, mapped_bytes=40, program=Residence(250, 150), measure=measured())
    sample = sample_of(replace(WRITING, facts=facts), Residence(900, 350))
    assert (sample.weights, sample.in_file, sample.program) == (40, 40, 860)


def test_texts_kept_for_later_are_keys_and_values_that_nobody_predicted():
    facts = replace(FACTS, measure=measured(kv=150))
    sample = sample_of(replace(WRITING, facts=facts, kept_bytes=70), Residence(1200))
    assert sample.kv == 150 + 70
    assert sample.taken == 150
    assert sample.total == 1200


def test_a_speed_counts_while_it_is_being_reached():
    here = Residence(1)
    writing, reading = (
        sample_of(WRITING, here),
        sample_of(replace(WRITING, phase=Phase.READING), here),
    )
    assert (writing.writing, writing.reading) == (20.0, 0.0)
    assert (reading.writing, reading.reading) == (0.0, 100.0)
    ready = sample_of(replace(WRITING, phase=Phase.READY), here)
    assert (ready.writing, ready.reading) == (0.0, 0.0)


def test_answers_between_two_looks_are_counted_by_their_own_clocks():
    tally = Tally()
    for _ in range(2):  # two short answers: 40 tokens read, 11 written
        tally.add(Timings(50, 10, prefill_seconds=0.1, new_tokens=1))
        tally.add(Timings(50, 10, prefill_seconds=0.1, new_tokens=11, decode_seconds=0.2))
        tally.end()
    assert tally.take() == (pytest.approx(400), pytest.approx(50))
    assert tally.take() == (0.0, 0.0)


def test_a_long_answer_counts_piece_by_piece():
    tally = Tally()
    tally.add(Timings(50, prefill_seconds=0.5, new_tokens=11, decode_seconds=1.0))
    assert tally.take() == (100, 10)
    tally.add(Timings(50, prefill_seconds=0.5, new_tokens=31, decode_seconds=2.0))
    assert tally.take() == (0, 20)


def test_an_answer_that_was_stopped_while_it_read_has_no_speed():
    tally = Tally()
    tally.add(Timings(500, prefill_seconds=0.01))
    tally.end()
    assert tally.take() == (0, 0)


def test_an_answer_shorter_than_the_interval_is_on_the_plots(panel, model, controller, idle):
    panel.show()
    model._timer.setInterval(3_600_000)  # no sample by itself: the answer falls between two
    controller.send("count 3")
    idle()
    assert model.samples[-1].writing == 0
    model.sample()
    assert model.samples[-1].writing == pytest.approx(20.0)
    assert model.samples[-1].reading > 0


def test_while_hidden_it_does_not_even_listen(panel, model, controller, idle):
    panel.show()
    panel.hide()
    controller.send("count 3")
    idle()
    panel.show()
    assert [sample.writing for sample in model.samples] == [0.0]


def test_its_own_cost_is_below_one_percent_of_a_processor(qapp):
    seconds = runpy.run_path(str(ROOT / "tools" / "measure_monitor.py"))["seconds_a_sample"]
    assert seconds(qapp, rounds=40) < 0.01 * INTERVAL_MS / 1000


def test_it_looks_only_while_it_is_looked_at(panel, model, qtbot):
    assert not model._timer.isActive()
    with qtbot.waitSignal(model.sampled):
        panel.show()
    assert model._timer.isActive()
    assert model._timer.interval() == 500
    panel.hide()
    assert not model._timer.isActive()


def test_a_minute_is_kept(model):
    for _ in range(SAMPLES + 5):
        model.sample()
    assert len(model.samples) == SAMPLES


def test_the_panel_tells_speeds_memory_and_kernels(panel, model):
    panel.show()
    model.samples.append(sample_of(WRITING, Residence(1_200_000_000)))
    model.sampled.emit()
    assert panel.writing.text() == "20.0 tok/s"
    assert panel.reading.text() == "100 tok/s"
    assert panel.total.text() == "1.20 GB"
    assert panel.kernel.text() == "avx2, 2 threads"
    assert panel.predicted.text() == ""  # what was not measured is not held against anything
    facts = replace(FACTS, predicted_bytes=4_600_000, measure=measured(weights=2_300_000))
    model.samples.append(sample_of(replace(WRITING, facts=facts), Residence(1_200_000_000)))
    model.sampled.emit()
    told = "The model alone: 4.6 MB with a full context, as predicted; now 2.3 MB"
    assert panel.predicted.text() == told
    assert panel.accessibleName() == "Monitor"


def test_a_plot_paints_its_values(theme, qtbot):
    plot = Plot(theme, 10, "accent")
    qtbot.addWidget(plot)
    plot.resize(100, 60)
    empty = plot.grab().toImage()
    plot.show_values([0.0, 5.0, 10.0])
    assert plot.largest == 10.0
    assert plot.grab().toImage() != empty


def test_a_bar_paints_each_part_in_its_colour(theme, qtbot):
    bar = LevelBar(theme, height=10)
    qtbot.addWidget(bar)
    bar.resize(100, 10)
    bar.show_parts((Part(30, "accent"), Part(30, "good")), 100)
    image = bar.grab().toImage()
    ratio = image.devicePixelRatio()
    colours = [image.pixelColor(int(x * ratio), int(5 * ratio)).name() for x in (15, 45, 80)]
    expected = (theme.colours.accent, theme.colours.good, theme.colours.border)
    assert colours == [QColor(colour).name() for colour in expected]

"""The monitor: live numbers, only while somebody looks."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QColor

from ternchat.app.core.model_store import InstalledModel
from ternchat.app.core.statistics import Snapshot
from ternchat.app.core.turn import ModelFacts, Phase
from ternchat.app.models.monitor_model import SAMPLES, MonitorModel, sample_of
from ternchat.app.views.level_bar import LevelBar, Part
from ternchat.app.views.monitor_panel import MonitorPanel
from ternchat.app.views.plot import Plot

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
    sample = sample_of(WRITING, 1200)
    assert (sample.weights, sample.kv, sample.work, sample.program) == (500, 300, 100, 300)
    assert sample.total == 1200
    assert sample.predicted == 880
    early = sample_of(WRITING, 600)  # the rest was not touched yet
    assert (early.weights, early.kv, early.work, early.program) == (500, 100, 0, 0)


def test_a_speed_counts_while_it_is_being_reached():
    assert (sample_of(WRITING, 1).writing, sample_of(WRITING, 1).reading) == (20.0, 0.0)
    reading = replace(WRITING, phase=Phase.READING)
    assert (sample_of(reading, 1).writing, sample_of(reading, 1).reading) == (0.0, 100.0)
    ready = sample_of(replace(WRITING, phase=Phase.READY), 1)
    assert (ready.writing, ready.reading) == (0.0, 0.0)


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
    model.samples.append(sample_of(WRITING, 1_200_000_000))
    model.sampled.emit()
    assert panel.writing.text() == "20.0 tok/s"
    assert panel.reading.text() == "100 tok/s"
    assert panel.total.text() == "1.20 GB"
    assert panel.kernel.text() == "avx2, 2 threads"
    assert panel.predicted.text().startswith("Predicted before loading: ")
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

"""What the window calls measured, of the model that comes with the program."""

import threading
from pathlib import Path

import pytest

from ternchat.app.core import machine, model_wording
from ternchat.app.core.model_card import ModelCard
from ternchat.app.core.model_store import InstalledModel
from ternchat.app.core.model_surroundings import Surroundings
from ternchat.app.core.statistics import Snapshot
from ternchat.app.core.turn import LoadOptions, Request
from ternchat.app.models.monitor_model import sample_of
from ternchat.app.workers.engine_worker import EngineWorker, import_engine

WITHIN = 0.05
FLEDGLING = InstalledModel(
    "fledgling", "Fledgling", Path(__file__).parents[2] / "resources" / "fledgling"
)


@pytest.fixture
def facts(qapp):
    """The model's, after it has read and answered a text."""
    seen, failures = [], []
    worker = EngineWorker(import_engine, LoadOptions(threads=2))
    worker.loaded.connect(seen.append)
    worker.failed.connect(failures.append)
    text = "The quick brown fox jumps over the lazy dog. " * 10
    messages = ({"role": "user", "content": text},)
    worker.run(Request(FLEDGLING, messages, {"max_tokens": 4}), threading.Event())
    assert failures == []
    yield seen[0]
    worker.release()


def test_of_a_small_model_too_what_loading_filled_is_held_against_what_was_told(facts):
    assert facts.taken_bytes > 2_000_000
    assert facts.told_bytes == pytest.approx(facts.taken_bytes, rel=WITHIN)
    around = Surroundings(
        loaded="fledgling", taken_bytes=facts.taken_bytes, told_bytes=facts.told_bytes
    )
    note = model_wording.memory_note(ModelCard("fledgling", "Fledgling"), around)
    assert note == "weights took 2.3 MB, predicted 2.3 MB"


def test_the_monitor_shows_what_the_system_says_and_the_parts_add_up(facts):
    here = machine.residence()
    sample = sample_of(Snapshot(facts=facts), here)
    held = facts.held()
    assert sample.taken == held.total
    assert facts.taken_bytes < sample.taken <= facts.predicted_bytes * (1 + WITHIN)
    assert sample.kv == held.kv > 0
    assert sample.total == here.resident

"""The measured speed of a machine, kept."""

from dataclasses import replace

import pytest

from ternchat.app.core import speed_store
from ternchat.engine.speed import MachineSpeed

SPEED = MachineSpeed(
    kernel="avx2",
    threads=4,
    read_bytes_per_second=40e9,
    weight_bytes_per_second=30e9,
    screen_bytes_per_second=35e9,
    weights_per_second=200e9,
    layer_seconds=20e-6,
)


def test_a_speed_is_found_again_on_the_same_processor_only(tmp_path):
    cache = tmp_path / "cache"
    assert speed_store.load(cache, "CPU A") is None
    speed_store.save(cache, "CPU A", SPEED)
    assert speed_store.load(cache, "CPU A") == SPEED
    assert speed_store.load(cache, "CPU B") is None
    faster = replace(SPEED, weight_bytes_per_second=60e9)
    speed_store.save(cache, "CPU A", faster)
    assert speed_store.load(cache, "CPU A") == faster


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"processor": "CPU A"}',
        '{"processor": "CPU A", "speed": {}}',
        '{"processor": "CPU A", "speed": 3}',
        '{"processor": "CPU A", "speed": {"kernel": "x", "colour": 3}}',
        "[" * 100_000,
        "\x00",
    ],
)
def test_a_damaged_file_counts_as_none(tmp_path, content):
    (tmp_path / "speed.json").write_text(content)
    assert speed_store.load(tmp_path, "CPU A") is None


def test_a_speed_that_cannot_be_is_measured_again(tmp_path):
    speed_store.save(tmp_path, "CPU A", SPEED)
    path = tmp_path / "speed.json"
    path.write_text(path.read_text().replace("30000000000.0", "-1"))
    assert speed_store.load(tmp_path, "CPU A") is None

"""Threads stay the same ones: making new ones in every layer would take longer than the work."""

import os
from pathlib import Path

import pytest

from ternchat import engine
from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import bitnet_config
from ternchat.engine import backend

TASKS = Path("/proc/self/task")


@pytest.mark.skipif(
    not TASKS.exists() or not backend.describe()["openmp"], reason="nothing tells it here"
)
@pytest.mark.parametrize("threads", [3, 6])
def test_passes_of_every_size_are_computed_by_the_same_threads(tmp_path, threads):
    config = bitnet_config(  # whose matrices are worth one thread, some threads, and all of them
        hidden_size=640, intermediate_size=1728, layers=2, heads=5, kv_heads=1, vocab_size=4096
    )
    model = engine.load(write_checkpoint(tmp_path / "model", config), threads=threads)
    cache = model.new_cache(300)
    seen = []
    for tokens in (256, 1, 1, 5, 20, 1):
        model.forward([1] * tokens, cache)
        seen.append(set(os.listdir(TASKS)))
    assert len(seen[0]) >= threads
    assert all(tasks == seen[0] for tasks in seen)

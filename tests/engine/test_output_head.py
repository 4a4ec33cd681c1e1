"""The screened head gives what the full head gives."""

import numpy as np
import pytest

from ternchat import engine
from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import bitnet_config
from ternchat.engine import backend, loader, memory
from ternchat.engine.backend import Kernels
from ternchat.engine.output_head import OutputHead, ScreenedHead
from ternchat.engine.sampler import top_k

VOCAB, HIDDEN = 4000, 320
SETS = backend.describe()["kernel_sets"]
NONE = np.array([], np.int64)


def table_of(rng, vocab=VOCAB, hidden=HIDDEN):
    """bfloat16 rows of different lengths, some equal, some nearly, one zero, one of one weight."""
    rows = rng.standard_normal((vocab, hidden), dtype=np.float32)
    rows *= rng.uniform(0.2, 2, (vocab, 1)).astype(np.float32)
    rows[10:20] = rows[30:40]
    rows[50:60] = rows[70:80] * np.float32(1 + 1 / 256)
    rows[99] = 0
    rows[100] = 0
    rows[100, 7] = 3
    return rows


def bf16(rows):
    return (rows.view(np.uint32) >> 16).astype(np.uint16)


def screened(table, isa=None, threads=2):
    head = ScreenedHead(Kernels(isa or SETS[-1], threads), table)
    for first in range(0, len(table), 1024):
        head.pack(first, table[first : first + 1024])
    return head


def assert_same_as_the_full_head(head, h, k):
    full = head.logits(h[None])[0].copy()
    ids, logits = head.highest(h[None], k, NONE)
    assert (np.diff(ids) > 0).all()
    np.testing.assert_array_equal(logits, full[ids])
    np.testing.assert_array_equal(ids[top_k(logits, k)], top_k(full, k))


@pytest.fixture(scope="module")
def rows():
    return table_of(np.random.default_rng(2))


@pytest.fixture(scope="module")
def head(rows):
    return screened(bf16(rows))


def hidden_states(rng, rows, count):
    """Random states, and states made to be hard: near ties, one direction, huge and tiny norms."""
    for i in range(count):
        h = rng.standard_normal(rows.shape[1], dtype=np.float32)
        kind = i % 8
        if kind == 1:  # along a row that has a twin, or nearly one
            h = rows[rng.integers(10, 80)] + h * np.float32(1e-3)
        elif kind == 2:  # between two rows: their logits nearly tie
            a, b = rows[rng.integers(0, len(rows), 2)]
            h = (h @ (a - b)) / max(float((a - b) @ (a - b)), 1e-9) * (b - a) + h
        elif kind == 3:
            h *= np.float32(1e8)
        elif kind == 4:
            h *= np.float32(1e-12)
        elif kind == 5:  # one outlier holds nearly all of the norm, as in trained models
            h[rng.integers(len(h))] = 300
        elif kind == 6:  # few directions
            h[rng.random(len(h)) < 0.95] = 0
        elif kind == 7:  # against a row: all logits low
            h = -rows[rng.integers(0, len(rows))]
        yield h.astype(np.float32)


def test_greedy_and_top_k_equal_the_full_head_on_twenty_thousand_states(rows, head):
    rng = np.random.default_rng(11)
    for i, h in enumerate(hidden_states(rng, rows, 20_000)):
        assert_same_as_the_full_head(head, h, 1 if i % 2 else 40)
    assert head.counts.tokens >= 20_000
    # h along a zero vector cannot be screened, nor can a head that is too flat; few are
    assert head.counts.fallbacks < 0.15 * head.counts.tokens


@pytest.mark.parametrize("isa", SETS)
@pytest.mark.parametrize(("vocab", "hidden"), [(1000, 30), (1001, 33), (2049, 128), (3000, 7)])
def test_every_kernel_set_screens_odd_shapes_exactly(isa, vocab, hidden):
    rng = np.random.default_rng(vocab)
    rows = table_of(rng, vocab, hidden) if hidden > 7 else rng.standard_normal((vocab, hidden))
    rows = rows.astype(np.float32)
    for table in (bf16(rows), rows):
        head = screened(table, isa)
        for i, h in enumerate(hidden_states(rng, rows, 40)):
            assert_same_as_the_full_head(head, h, (1, 5)[i % 2])


def test_every_kernel_set_and_thread_count_keeps_the_same_rows(rows):
    rng = np.random.default_rng(3)
    states = list(hidden_states(rng, rows, 24))
    kept = []
    for isa in SETS:
        for threads in (1, 3):
            head = screened(bf16(rows), isa, threads)
            kept.append([head.highest(h[None], 3, NONE)[0].tolist() for h in states])
    assert all(other == kept[0] for other in kept[1:])


def test_states_that_cannot_be_screened_fall_back_to_the_full_head(rows):
    head = screened(bf16(rows))
    for h in (np.zeros(HIDDEN), np.full(HIDDEN, np.inf), np.full(HIDDEN, 1e-38)):
        ids, _ = head.highest(h.astype(np.float32)[None], 1, NONE)
        assert len(ids) == VOCAB
    assert head.counts.fallbacks == 3


def test_asking_for_too_many_falls_back_to_the_full_head(rows, head):
    h = np.random.default_rng(0).standard_normal((1, HIDDEN), dtype=np.float32)
    assert len(head.highest(h, VOCAB // 10, NONE)[0]) == VOCAB


def test_other_ids_are_always_among_the_result(head):
    h = np.random.default_rng(0).standard_normal((1, HIDDEN), dtype=np.float32)
    others = np.array([5, 99, 3999], np.int64)
    ids, logits = head.highest(h, 1, others)
    assert set(others.tolist()) <= set(ids.tolist())
    np.testing.assert_array_equal(logits, head.logits(h)[0][ids])


def test_the_screen_reads_a_quarter_of_the_head(rows, head):
    assert head.screen_nbytes < 0.27 * head.nbytes
    full = OutputHead(Kernels(SETS[-1], 1), bf16(rows))
    assert full.bytes_per_token == full.nbytes
    fresh = screened(bf16(rows))
    h = np.random.default_rng(0).standard_normal((1, HIDDEN), dtype=np.float32)
    ids, _ = fresh.highest(h, 1, NONE)
    assert fresh.bytes_per_token == fresh.screen_nbytes + len(ids) * 2 * HIDDEN


def test_a_model_answers_the_same_with_and_without_a_screen(tmp_path, monkeypatch):
    config = bitnet_config(
        hidden_size=64, intermediate_size=96, layers=2, heads=4, kv_heads=2, vocab_size=2000
    )
    folder = write_checkpoint(tmp_path / "model", config)
    answers = {}
    for smallest in (1, 1 << 40):
        monkeypatch.setattr(memory, "SMALLEST_SCREENED_HEAD", smallest)
        monkeypatch.setattr(loader, "SMALLEST_SCREENED_HEAD", smallest)
        model = engine.load(folder)
        assert bool(model.memory.screen) == (smallest == 1)
        answers[smallest] = []
        for sampling in (
            engine.SamplingParams(temperature=0, max_tokens=40),
            engine.SamplingParams(temperature=0, max_tokens=40, repetition_penalty=1.3),
            engine.SamplingParams(temperature=1.0, top_k=5, seed=4, max_tokens=40),
            engine.SamplingParams(
                temperature=1.5, top_k=20, repetition_penalty=0.8, seed=5, max_tokens=40
            ),
            engine.SamplingParams(temperature=1.0, top_k=0, top_p=1.0, seed=6, max_tokens=10),
        ):
            session = engine.Session(model)
            list(session.generate([1, 2, 3], sampling, ignore_stop=True))
            answers[smallest].append(session.last.token_ids)
        if smallest == 1:
            assert model.head.counts.tokens > 100
    assert answers[1] == answers[1 << 40]

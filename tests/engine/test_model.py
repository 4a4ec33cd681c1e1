"""The forward pass: determinism, odd shapes, the reference."""

import numpy as np
import pytest

from ternchat import engine
from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import bitnet_config
from ternchat.engine import backend, reference
from ternchat.engine.formats.dtypes import to_f32
from ternchat.engine.formats.huggingface import HuggingFaceCheckpoint
from ternchat.engine.row_reader import RowReader

SETS = backend.describe()["kernel_sets"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Rows that are no multiple of 4: 3 heads of 10, ffn 74, vocabulary 203."""
    config = bitnet_config(
        hidden_size=30, intermediate_size=74, layers=3, heads=3, kv_heads=1, vocab_size=203
    )
    return write_checkpoint(tmp_path_factory.mktemp("model") / "odd", config, seed=5)


@pytest.fixture(scope="module")
def wide_folder(tmp_path_factory):
    """Large enough that the drivers wake every thread, for chunks and for single tokens."""
    config = bitnet_config(
        hidden_size=512, intermediate_size=1100, layers=2, heads=8, kv_heads=2, vocab_size=203
    )
    return write_checkpoint(tmp_path_factory.mktemp("model") / "wide", config, seed=6)


@pytest.fixture(scope="module")
def ids():
    return np.random.default_rng(1).integers(0, 203, 70).tolist()


def reference_logits(folder, ids):
    """The forward pass over engine/reference.py, straight from the packed file."""
    config = engine.ModelConfig.from_folder(folder)
    checkpoint = HuggingFaceCheckpoint(folder, config)
    reader = RowReader(checkpoint)
    heads, kv, d = config.num_attention_heads, config.num_key_value_heads, config.head_dim
    eps = config.rms_norm_eps
    cosines, sines = reference.rope_angles(len(ids), d, config.rope_theta)

    def project(name, x):
        part = checkpoint.ternary(f"{name}.weight")
        weights = reference.unpack(reader.matrix(part.name, int), part.rows)
        return reference.matmul(weights, np.full(part.rows, part.scale, np.float32), x)

    def norm(name):
        return checkpoint.norm(f"{name}.weight")

    embedding = checkpoint.dense("model.embed_tokens.weight")
    table = to_f32(embedding.array, embedding.dtype)
    x = table[ids]
    for layer in range(config.num_hidden_layers):
        at = f"model.layers.{layer}"
        h = reference.norm_quantize(x, norm(f"{at}.input_layernorm"), eps)
        q, k, v = (
            project(f"{at}.self_attn.{which}_proj", h).reshape(len(ids), n, d)
            for which, n in (("q", heads), ("k", kv), ("v", kv))
        )
        q, k = reference.rope(q, cosines, sines), reference.rope(k, cosines, sines)
        a = reference.attention(q, k, v)
        a = reference.norm_quantize(a, norm(f"{at}.self_attn.attn_sub_norm"), eps)
        x = x + project(f"{at}.self_attn.o_proj", a)
        h = reference.norm_quantize(x, norm(f"{at}.post_attention_layernorm"), eps)
        gate_up = np.concatenate(
            [project(f"{at}.mlp.{which}_proj", h) for which in ("gate", "up")], -1
        )
        u = reference.glu_quantize(gate_up, "relu2", norm(f"{at}.mlp.ffn_sub_norm"), eps)
        x = x + project(f"{at}.mlp.down_proj", u)
    logits = reference.head(reference.norm(x, norm("model.norm"), eps), table)
    checkpoint.close()
    return logits


@pytest.mark.parametrize("isa", SETS)
def test_rows_that_are_no_multiple_of_four_equal_the_reference(folder, ids, isa):
    model = engine.load(folder, isa=isa, kv_dtype="f32")
    expected = reference_logits(folder, ids)
    rms = np.sqrt(np.mean((model.logits(ids) - expected) ** 2)) / expected.std()
    assert rms <= 0.03


@pytest.mark.parametrize("kv_dtype", ["f16", "f32", "i8"])
@pytest.mark.parametrize("isa", SETS)
@pytest.mark.parametrize("shape", ["folder", "wide_folder"])
def test_results_do_not_depend_on_chunks_threads_or_the_cache(request, shape, ids, isa, kv_dtype):
    folder = request.getfixturevalue(shape)
    whole = engine.load(folder, isa=isa, threads=2, kv_dtype=kv_dtype).logits(ids)
    for threads in (1, 2, 3):
        model = engine.load(folder, isa=isa, threads=threads, kv_dtype=kv_dtype)
        for sizes in ([1] * len(ids), [7] * 10, [64, 1, 5], [1, 69]):
            cache = model.new_cache(len(ids))
            begin, rows = 0, []
            for size in sizes:
                chunk = ids[begin : begin + size]
                rows.append(model.forward(chunk, cache, every_position=True).copy())
                begin += size
            np.testing.assert_array_equal(np.concatenate(rows), whole)


def test_a_truncated_cache_gives_the_same_results_as_a_new_one(folder, ids):
    model = engine.load(folder)
    cache = model.new_cache(len(ids))
    model.forward(ids[:60], cache)
    cache.truncate(20)
    again = model.forward(ids[20:40], cache)[0].copy()
    np.testing.assert_array_equal(again, model.logits(ids[:40])[-1])


def test_every_kernel_set_gives_the_same_logits(folder, ids):
    first, *others = (engine.load(folder, isa=isa).logits(ids) for isa in SETS)
    for other in others:
        np.testing.assert_array_equal(other, first)


def test_token_ids_outside_the_vocabulary_are_refused(folder):
    model = engine.load(folder)
    for bad in ([203], [-1], [], [[1, 2]]):
        with pytest.raises(ValueError, match="token ids"):
            model.logits(bad)


class CancelledAfter:
    """Set from the n-th look on."""

    def __init__(self, looks):
        self.left = looks

    def is_set(self):
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize("looks", range(4))
def test_cancel_between_layers_leaves_whole_tokens_in_the_cache(folder, ids, looks):
    from ternchat.engine.model import ForwardCancelled

    model = engine.load(folder)
    cache = model.new_cache(40)
    model.forward(ids[:10], cache)
    if looks < 3:
        with pytest.raises(ForwardCancelled):
            model.forward(ids[10:20], cache, CancelledAfter(looks))
        assert cache.length == 10
    model.forward(ids[10:20], cache)
    np.testing.assert_array_equal(model.forward(ids[20:30], cache)[0], model.logits(ids[:30])[-1])


def test_an_int8_cache_costs_half_and_changes_little(folder, ids):
    models = {kv_dtype: engine.load(folder, kv_dtype=kv_dtype) for kv_dtype in ("f32", "f16", "i8")}
    exact = models["f32"].logits(ids)
    error = {
        kv_dtype: np.sqrt(np.mean((model.logits(ids) - exact) ** 2)) / exact.std()
        for kv_dtype, model in models.items()
    }
    assert error["f32"] == 0
    assert error["f16"] < 0.05
    assert error["i8"] < 0.08
    # a step of four bytes beside each row of ten here; 128 in real models
    assert models["i8"].memory.kv(100) == 100 * 3 * 2 * (10 + 4)


def test_memory_use_names_what_was_allocated(folder):
    model = engine.load(folder)
    memory = model.memory
    assert memory.head == 203 * 30 * 2
    assert memory.kv(100) == 100 * 3 * 2 * 10 * 2
    assert memory.weights > 0
    assert memory.work > 0
    assert model.bytes_per_token(99) == memory.weights + memory.head + memory.kv(100)

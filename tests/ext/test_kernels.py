"""Every kernel of every set this machine can run, against its NumPy twin."""

import numpy as np
import pytest

from ternchat.engine import reference
from ternchat.engine.backend import (
    KEY_BLOCK,
    HeadTable,
    Kernels,
    LayerCache,
    Projection,
    Rows,
    TernaryMatrix,
    packed_bytes,
    quantized_rows,
)
from ternchat.ext import _kernels

SETS = _kernels.available()
ROWS = (1, 3, 16, 31, 64, 65, 130, 200)
COLUMNS = (1, 4, 7, 8, 30, 64, 257, 320, 864)
SIZES = (1, 5, 16, 33, 320, 865)


@pytest.fixture(params=SETS)
def isa(request):
    return request.param


@pytest.fixture(params=(1, 2))
def kernels(isa, request):
    return Kernels(isa, request.param)


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def ternary(rng, rows, columns):
    return rng.integers(-1, 2, (rows, columns)).astype(np.int8)


def packed(kernels, weights, scale=1.0):
    rows, columns = weights.shape
    tiles = np.zeros(packed_bytes(rows, columns, kernels.lanes), np.uint8)
    assert kernels.pack(tiles, weights.view(np.uint8), 0, rows, rows, packed=False) == -1
    scales = np.full(rows, scale, np.float32)
    return TernaryMatrix(tiles, scales, columns, kernels.lanes), tiles


def quantized(kernels, x):
    rows = quantized_rows(*x.shape)
    kernels.norm_quantize(x, None, 1e-5, rows)
    return rows


def identity_sums(kernels, x):
    """The quantised activations themselves, seen through a multiplication by one."""
    matrix, _ = packed(kernels, np.eye(x.shape[1], dtype=np.int8))
    out = np.empty(x.shape, np.float32)
    kernels.matmul(matrix, quantized(kernels, x), out)
    return out


def test_the_scalar_set_is_always_there_and_the_fastest_set_is_last():
    assert SETS[0] == "scalar"
    assert set(SETS) <= set(_kernels.set_names())


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("columns", COLUMNS)
def test_packing_gives_the_documented_layout(isa, rng, rows, columns):
    kernels = Kernels(isa, 2)
    weights = ternary(rng, rows, columns)
    _, tiles = packed(kernels, weights)
    expected = reference.tiles(weights, kernels.lanes)
    # what stands in the padding is multiplied by zero, so only codes of real columns count
    lines = tiles.reshape(-1, (columns + 7) // 8 * 2, kernels.lanes // 4, 4)
    real = np.arange(4 * lines.shape[1]).reshape(-1, 1, 4) < columns
    np.testing.assert_array_equal(lines * real, expected.reshape(lines.shape) * real)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("columns", [4, 30, 257])
def test_packing_from_hugging_faces_layout_equals_packing_from_weights(isa, rng, rows, columns):
    kernels = Kernels(isa, 2)
    weights = ternary(rng, rows, columns)
    from_codes = np.zeros(packed_bytes(rows, columns, kernels.lanes), np.uint8)
    assert kernels.pack(from_codes, reference.pack(weights), 0, rows, rows, packed=True) == -1
    x = rng.standard_normal((1, columns), dtype=np.float32)
    outs = []
    for tiles in (from_codes, packed(kernels, weights)[1]):
        matrix = TernaryMatrix(tiles, np.ones(rows, np.float32), columns, kernels.lanes)
        outs.append(np.empty((1, rows), np.float32))
        kernels.matmul(matrix, quantized(kernels, x), outs[-1])
    np.testing.assert_array_equal(*outs)


def test_packing_reports_the_first_row_with_a_code_that_is_no_weight(kernels, rng):
    codes = reference.pack(ternary(rng, 40, 12))
    codes[3, 5] |= 0b11_00_00  # row 3 + 2 * 10
    codes[7, 1] |= 0b11_00_00_00  # row 7 + 3 * 10
    tiles = np.zeros(packed_bytes(40, 12, kernels.lanes), np.uint8)
    assert kernels.pack(tiles, codes, 0, 40, 40, packed=True) == 23


def test_matrices_stacked_at_any_row_multiply_like_one(kernels, rng):
    parts = [ternary(rng, rows, 36) for rows in (5, 64, 1, 21)]
    total = sum(map(len, parts))
    tiles = np.zeros(packed_bytes(total, 36, kernels.lanes), np.uint8)
    first = 0
    for part in parts:
        kernels.pack(tiles, reference.pack(part), first, len(part), total, packed=True)
        first += len(part)
    stacked = TernaryMatrix(tiles, np.ones(total, np.float32), 36, kernels.lanes)
    whole, _ = packed(kernels, np.concatenate(parts))
    x = quantized(kernels, rng.standard_normal((3, 36), dtype=np.float32))
    outs = [np.empty((3, total), np.float32) for _ in range(2)]
    kernels.matmul(stacked, x, outs[0])
    kernels.matmul(whole, x, outs[1])
    np.testing.assert_array_equal(*outs)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("columns", COLUMNS)
def test_integer_products_equal_the_reference_bit_for_bit(isa, rng, rows, columns):
    kernels = Kernels(isa, 2)
    weights = ternary(rng, rows, columns)
    matrix, _ = packed(kernels, weights)
    for tokens in (1, 2, 5, 6, 7, 13):
        x = rng.standard_normal((tokens, columns), dtype=np.float32)
        expected = reference.matmul(weights, np.ones(rows, np.float32), reference.quantize(x))
        out = np.empty((tokens, rows), np.float32)
        kernels.matmul(matrix, quantized(kernels, x), out)
        np.testing.assert_array_equal(out, expected)


def test_the_largest_sums_do_not_overflow(isa):
    kernels = Kernels(isa, 2)
    columns = 9000
    matrix, _ = packed(kernels, np.ones((70, columns), np.int8))
    for sign in (1, -1):
        x = np.full((7, columns), sign, np.float32)
        out = np.empty((7, 70), np.float32)
        kernels.matmul(matrix, quantized(kernels, x), out)
        q = np.full((7, 70), sign * 127 * columns, np.float32)
        np.testing.assert_array_equal(out, q * np.float32(1 / 127))


def test_accumulating_adds_to_what_is_there(kernels, rng):
    weights = ternary(rng, 70, 40)
    matrix, _ = packed(kernels, weights, scale=0.3)
    x = quantized(kernels, rng.standard_normal((4, 40), dtype=np.float32))
    product, sum_ = np.empty((4, 70), np.float32), np.ones((4, 70), np.float32)
    kernels.matmul(matrix, x, product)
    kernels.matmul(matrix, x, sum_, accumulate=True)
    np.testing.assert_array_equal(sum_, product + 1)


@pytest.mark.parametrize("n", SIZES)
def test_quantisation_rounds_half_to_even_like_the_reference(kernels, rng, n):
    x = rng.standard_normal((5, n), dtype=np.float32) * 100
    x[1] = np.resize(np.array([127, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5], np.float32), n)
    x[2] = 0
    q = reference.quantize(x)
    np.testing.assert_array_equal(identity_sums(kernels, x), q.q * q.step[:, None])


@pytest.mark.parametrize("n", SIZES)
def test_rms_norm_equals_the_reference(kernels, rng, n):
    x = rng.standard_normal((3, n), dtype=np.float32)
    weight = rng.standard_normal(n, dtype=np.float32)
    out = np.empty_like(x)
    kernels.norm(x, weight, 1e-5, out)
    np.testing.assert_allclose(out, reference.norm(x, weight, 1e-5), rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("n", SIZES)
def test_norm_and_quantisation_together_equal_the_reference_within_a_step(kernels, rng, n):
    x = rng.standard_normal((4, n), dtype=np.float32)
    weight = rng.standard_normal(n, dtype=np.float32)
    rows = quantized_rows(4, n)
    kernels.norm_quantize(x, weight, 1e-5, rows)
    matrix, _ = packed(kernels, np.eye(n, dtype=np.int8))
    out = np.empty_like(x)
    kernels.matmul(matrix, rows, out)
    q, step = reference.norm_quantize(x, weight, 1e-5)
    # a value on the edge between two integers may fall to either side
    assert np.abs(np.rint(out / step[:, None]) - q).max() <= 1
    assert (np.rint(out / step[:, None]) != q).mean() < 0.01


@pytest.mark.parametrize("activation", ["relu2", "silu"])
@pytest.mark.parametrize("n", SIZES)
def test_the_gated_unit_equals_the_reference(kernels, rng, activation, n):
    gate_up = rng.standard_normal((3, 2 * n), dtype=np.float32) * 4
    q, step = reference.glu_quantize(gate_up, activation, None, 1e-5)
    rows = quantized_rows(3, n)
    kernels.glu_quantize(gate_up.copy(), activation, None, 1e-5, rows)
    matrix, _ = packed(kernels, np.eye(n, dtype=np.int8))
    out = np.empty((3, n), np.float32)
    kernels.matmul(matrix, rows, out)
    assert np.abs(np.rint(out / step[:, None]) - q).max() <= (activation == "silu")


def test_squared_relu_of_large_values_stays_finite(kernels):
    """relu(gate)^2 * up leaves the range of half precision in layer 0 of BitNet 2B4T."""
    gate_up = np.full((1, 64), 900, np.float32)
    rows = quantized_rows(1, 32)
    kernels.glu_quantize(gate_up, "relu2", np.ones(32, np.float32), 1e-5, rows)
    np.testing.assert_allclose(gate_up[0, :32], 900.0**3)


def layer_cache(kv_heads, capacity, head_dim, dtype):
    keys = np.zeros((kv_heads, capacity // KEY_BLOCK, head_dim, KEY_BLOCK), dtype)
    values = np.zeros((kv_heads, capacity, head_dim), dtype)
    steps = np.zeros((2, kv_heads, capacity), np.float32)
    return LayerCache(keys, values, steps[0], steps[1]), values


def as_cached(x, dtype):
    """What a cache of that dtype gives back of rows x."""
    if dtype != "int8":
        return x.astype(dtype).astype(np.float32)
    q, step = reference.quantize(x)
    return q * step[..., None]


@pytest.mark.parametrize("dtype", ["float16", "float32", "int8"])
@pytest.mark.parametrize(
    ("heads", "kv_heads", "head_dim"), [(1, 1, 20), (4, 2, 16), (20, 5, 32), (6, 1, 6), (8, 8, 128)]
)
def test_attention_equals_the_reference(kernels, rng, dtype, heads, kv_heads, head_dim):
    capacity, start, tokens = 48, 17, 9
    cosines, sines = reference.rope_angles(capacity, head_dim, 10000.0)
    layer, _ = layer_cache(kv_heads, capacity, head_dim, dtype)
    scratch = Rows(np.empty((kernels.score_rows, capacity), np.float32))
    out = Rows(np.empty((tokens, heads * head_dim), np.float32))
    angles = Rows(cosines), Rows(sines)
    width = (heads + 2 * kv_heads) * head_dim
    keys, values = [], []
    for begin, count in ((0, start), (start, tokens)):
        qkv = rng.standard_normal((count, width), dtype=np.float32)
        parts = qkv.reshape(count, heads + 2 * kv_heads, head_dim).copy()
        rotated = reference.rope(
            parts[:, : heads + kv_heads],
            cosines[begin : begin + count],
            sines[begin : begin + count],
        )
        keys.append(as_cached(rotated[:, heads:], dtype))
        values.append(as_cached(parts[:, heads + kv_heads :], dtype))
        kernels.rope(count, Rows(qkv), heads, *angles, begin, layer)
        np.testing.assert_allclose(
            qkv[:, : heads * head_dim].reshape(count, heads, head_dim),
            rotated[:, :heads],
            rtol=1e-6,
            atol=1e-6,
        )
    kernels.attention(tokens, Rows(qkv), heads, start, layer, scratch, out)
    expected = reference.attention(rotated[:, :heads], np.concatenate(keys), np.concatenate(values))
    # a key whose rotation lands between two halves, or two integers, may be stored as either
    tolerance = {"float32": 2e-5, "float16": 1e-3, "int8": 0.03}[dtype]
    np.testing.assert_allclose(out.array, expected, rtol=tolerance, atol=tolerance)


def test_the_cache_holds_halves_rounded_as_numpy_rounds_them(kernels):
    values = np.array(
        [0, 1, -1, 1 / 3, 65504, 7e4, -1e9, 6e-5, 6.1e-5, 3e-8, 2.98e-8, -1e-7, 2049, 2051, 0.1, 5],
        np.float32,
    )
    layer, cached = layer_cache(1, 16, 16, np.float16)
    qkv = np.concatenate([np.zeros(32, np.float32), values])[None]
    angles = np.ones((1, 8), np.float32)
    kernels.rope(1, Rows(qkv), 1, Rows(angles), Rows(np.zeros_like(angles)), 0, layer)
    expected = np.clip(values, -65504, 65504).astype(np.float16)
    np.testing.assert_array_equal(cached[0, 0], expected)


@pytest.mark.parametrize("dtype", ["bf16", "float16", "float32"])
@pytest.mark.parametrize("n", SIZES)
def test_the_head_equals_the_reference(kernels, rng, dtype, n):
    table = rng.standard_normal((77, n), dtype=np.float32)
    if dtype == "bf16":
        stored = (table.view(np.uint32) >> 16).astype(np.uint16)
        table = (stored.astype(np.uint32) << 16).view(np.float32)
    else:
        stored = table.astype(dtype)
        table = stored.astype(np.float32)
    x = rng.standard_normal((3, n), dtype=np.float32)
    out = np.empty((3, 77), np.float32)
    kernels.head(x, HeadTable(stored), out)
    np.testing.assert_allclose(out, reference.head(x, table), rtol=1e-5, atol=2e-5 * np.sqrt(n))


def test_every_set_and_thread_count_gives_the_same_floats(rng):
    """Stronger than needed across sets, but it is what the fixed order of additions buys.

    Large enough that the drivers find every thread worth waking.
    """
    tokens, n, heads, kv_heads, head_dim, capacity = 41, 1000, 6, 2, 64, 48
    x = rng.standard_normal((tokens, n), dtype=np.float32)
    weight = rng.standard_normal(n, dtype=np.float32)
    weights = ternary(rng, (heads + 2 * kv_heads) * head_dim, n)
    table = HeadTable(rng.standard_normal((501, heads * head_dim), dtype=np.float32))
    cosines, sines = reference.rope_angles(capacity, head_dim, 10000.0)
    results = []
    for name in SETS:
        for threads in (1, 2, 3):
            kernels = Kernels(name, threads)
            rows = quantized_rows(tokens, n)
            kernels.norm_quantize(x, weight, 1e-5, rows)
            qkv = np.empty((tokens, len(weights)), np.float32)
            kernels.matmul(packed(kernels, weights, 0.1)[0], rows, qkv)
            layer, _ = layer_cache(kv_heads, capacity, head_dim, np.float16)
            kernels.rope(tokens, Rows(qkv), heads, Rows(cosines), Rows(sines), 0, layer)
            scratch = Rows(np.empty((kernels.score_rows, capacity), np.float32))
            attended = np.empty((tokens, heads * head_dim), np.float32)
            kernels.attention(tokens, Rows(qkv), heads, 0, layer, scratch, Rows(attended))
            gated = quantized_rows(tokens, len(weights) // 2)
            kernels.glu_quantize(qkv, "silu", None, 1e-5, gated)
            logits = np.empty((tokens, 501), np.float32)
            kernels.head(attended, table, logits)
            results.append((qkv, attended, logits))
    for others in results[1:]:
        for other, first in zip(others, results[0], strict=True):
            np.testing.assert_array_equal(other, first)


@pytest.mark.parametrize("accumulate", [False, True])
def test_a_projection_is_its_norm_and_its_product(kernels, rng, accumulate):
    x = rng.standard_normal((3, 2 * 130), dtype=np.float32)
    weight = rng.standard_normal(130, dtype=np.float32)
    matrix, _ = packed(kernels, ternary(rng, 70, 130), 0.5)
    plain, gated = Projection(matrix, weight), Projection(matrix)
    before = rng.standard_normal((3, 70), dtype=np.float32)
    rows, work = quantized_rows(3, 130), quantized_rows(5, 130)

    expected, out = before[:2].copy(), Rows(before.copy())
    kernels.norm_quantize(x[:2, :130].copy(), weight, 1e-5, rows)
    kernels.matmul(matrix, rows, expected, accumulate)
    kernels.project(2, Rows(x[:, :130].copy()), plain, 1e-5, work, out, accumulate)
    np.testing.assert_array_equal(out.array[:2], expected)
    np.testing.assert_array_equal(out.array[2], before[2])

    expected, out = before.copy(), Rows(before.copy())
    kernels.glu_quantize(x.copy(), "silu", None, 1e-5, rows)
    kernels.matmul(matrix, rows, expected, accumulate)
    kernels.glu_project(3, Rows(x.copy()), "silu", gated, 1e-5, work, out, accumulate)
    np.testing.assert_array_equal(out.array, expected)


def test_wrong_shapes_are_refused_with_a_sentence(kernels, rng):
    matrix, _ = packed(kernels, ternary(rng, 8, 12))
    rows = quantized_rows(2, 12)
    with pytest.raises(ValueError, match="out has 9 columns, w 8 rows"):
        kernels.matmul(matrix, rows, np.empty((1, 9), np.float32))
    with pytest.raises(ValueError, match="3 tokens, room for 2"):
        kernels.matmul(matrix, rows, np.empty((3, 8), np.float32))
    with pytest.raises(ValueError, match="x has 16 columns"):
        kernels.norm_quantize(np.zeros((1, 16), np.float32), None, 1e-5, rows)
    with pytest.raises(ValueError, match="a norm of 7 for 12 columns"):
        Projection(matrix, np.ones(7, np.float32))
    x, out = Rows(np.zeros((1, 12), np.float32)), Rows(np.zeros((1, 8), np.float32))
    with pytest.raises(ValueError, match="2 tokens, room for 1, 2, 1"):
        kernels.project(2, x, Projection(matrix), 1e-5, rows, out)
    with pytest.raises(ValueError, match="gate_up has 9 columns"):
        kernels.glu_project(
            1, Rows(np.zeros((1, 9), np.float32)), "silu", Projection(matrix), 1e-5, rows, out
        )
    with pytest.raises(ValueError, match="out has 12 columns, w 8 rows"):
        kernels.project(1, x, Projection(matrix), 1e-5, rows, x)
    with pytest.raises(ValueError, match="cannot run here"):
        Kernels("avx9000", 1)


def test_time_in_kernels_is_counted(kernels, rng):
    before = kernels.seconds
    quantized(kernels, rng.standard_normal((4, 400), dtype=np.float32))
    assert kernels.seconds > before

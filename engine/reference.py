"""NumPy twins of the kernels: slow, plain, and the oracle they are tested against.

Integer results must be equal; float results may differ in the last bits, because the kernels add
in another (fixed) order.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int8]


class Quantized(NamedTuple):
    """Activations as integers: x is about q * step, row by row."""

    q: Ints  # (tokens, n), -127 ... 127
    step: Floats  # (tokens,)

    @property
    def sum(self) -> npt.NDArray[np.int32]:
        """The sum of each row, exact."""
        total: npt.NDArray[np.int32] = self.q.sum(-1, dtype=np.int32)
        return total


def unpack(packed: npt.NDArray[np.uint8], rows: int) -> Ints:
    """Weights -1, 0, 1 of shape (rows, columns) from Hugging Face's packing.

    Byte (r, c) holds rows r, r + R, r + 2R, r + 3R of column c, R = ceil(rows / 4), as w + 1 in
    bits 0-1, 2-3, 4-5, 6-7.
    """
    blocks = [(packed >> shift) & 3 for shift in (0, 2, 4, 6)]
    return np.concatenate(blocks)[:rows].astype(np.int8) - np.int8(1)


def pack(weights: Ints) -> npt.NDArray[np.uint8]:
    """Hugging Face's packing of weights -1, 0, 1; the inverse of `unpack`."""
    rows, columns = weights.shape
    block = -(-rows // 4)
    codes = np.zeros((4 * block, columns), np.uint8)
    codes[:rows] = weights + 1
    parts = codes.reshape(4, block, columns)
    packed: npt.NDArray[np.uint8] = parts[0] | parts[1] << 2 | parts[2] << 4 | parts[3] << 6
    return packed


def tiles(weights: Ints, lanes: int) -> npt.NDArray[np.uint8]:
    """The bytes of a matrix in the kernels' tile layout (drawn in ext/kernels/ops.h)."""
    rows, columns = weights.shape
    group, lines = lanes // 4, (columns + 7) // 8 * 2
    row, column = np.indices(weights.shape)
    r = row % lanes
    line = (row // lanes) * lines + column // 4
    address = line * lanes + 4 * (r % group) + column % 4
    out = np.zeros(-(-rows // lanes) * lines * lanes, np.uint8)
    codes = (weights + 1).astype(np.uint8) << (2 * (r // group)).astype(np.uint8)
    np.bitwise_or.at(out, address, codes)
    return out


def ternarize(weights: Floats) -> tuple[Ints, float]:
    """Full-precision weights as -1, 0, 1 and their scale mean|W| (BitNet's online quantisation)."""
    scale = max(float(np.abs(weights).mean(dtype=np.float64)), 1e-5)
    rounded = np.clip(np.rint(weights * np.float32(1 / scale)), -1, 1)
    return rounded.astype(np.int8), scale


def norm(x: Floats, weight: Floats, eps: float) -> Floats:
    """RMSNorm over the last axis."""
    mean = np.mean(x.astype(np.float64) ** 2, -1, keepdims=True)
    inverse = (1 / np.sqrt(mean + eps)).astype(np.float32)
    normed: Floats = weight * (x * inverse)
    return normed


def quantize(x: Floats) -> Quantized:
    """int8 activations, one step per token, rounded half to even."""
    largest = np.maximum(np.abs(x).max(-1), np.float32(1e-5))
    scale = np.float32(127) / largest
    q = np.clip(np.rint(x * scale[..., None]), -127, 127).astype(np.int8)
    return Quantized(q, largest / np.float32(127))


def norm_quantize(x: Floats, weight: Floats | None, eps: float) -> Quantized:
    """RMSNorm (weight None: none), then quantisation."""
    return quantize(x if weight is None else norm(x, weight, eps))


def glu(gate_up: Floats, activation: str) -> Floats:
    """activation(gate) * up; gate_up is (tokens, 2n)."""
    gate, up = np.split(gate_up, 2, -1)
    if activation == "relu2":
        activated: Floats = np.maximum(gate, 0) ** 2
    else:
        activated = gate / (1 + np.exp(-gate))
    gated: Floats = activated * up
    return gated


def glu_quantize(gate_up: Floats, activation: str, weight: Floats | None, eps: float) -> Quantized:
    """activation(gate) * up, RMSNorm (weight None: none), then quantisation."""
    return norm_quantize(glu(gate_up, activation), weight, eps)


def matmul(weights: Ints, row_scale: Floats, x: Quantized) -> Floats:
    """X @ W.T with W = weights * row_scale: int32 sums, one float32 scaling."""
    sums = x.q.astype(np.int32) @ weights.T.astype(np.int32)  # (tokens, rows)
    return sums.astype(np.float32) * (row_scale * x.step[:, None])


def rope_angles(positions: int, head_dim: int, theta: float) -> tuple[Floats, Floats]:
    """Cos and sin of shape (positions, head_dim / 2), computed as transformers does, in float32."""
    exponents = np.arange(0, head_dim, 2, dtype=np.float32) / np.float32(head_dim)
    inverse_frequencies = (1.0 / np.power(np.float32(theta), exponents)).astype(np.float32)
    angles = np.arange(positions, dtype=np.float32)[:, None] * inverse_frequencies
    return np.cos(angles), np.sin(angles)


def rope(x: Floats, cosines: Floats, sines: Floats) -> Floats:
    """Rotate the halves of each head; x (tokens, heads, d), angles (tokens, d / 2)."""
    a, b = np.split(x, 2, -1)
    c, s = cosines[:, None], sines[:, None]
    return np.concatenate([a * c - b * s, b * c + a * s], -1)


def attention(q: Floats, keys: Floats, values: Floats) -> Floats:
    """Causal attention of the last tokens; q (tokens, heads, d), keys, values (length, kv, d).

    Query token i stands at position length - tokens + i; returns (tokens, heads * d).
    """
    tokens, heads, head_dim = q.shape
    length, kv_heads, _ = keys.shape
    group = heads // kv_heads
    grouped = q.reshape(tokens, kv_heads, group, head_dim).astype(np.float64)
    scores = np.einsum("tkgd,lkd->tkgl", grouped, keys) / np.sqrt(head_dim)
    future = np.arange(length) > np.arange(length - tokens, length)[:, None]  # (tokens, length)
    scores = np.where(future[:, None, None], -np.inf, scores)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    mixed = np.einsum("tkgl,lkd->tkgd", weights, values)
    out: Floats = mixed.reshape(tokens, heads * head_dim).astype(np.float32)
    return out


def head(x: Floats, table: Floats) -> Floats:
    """Logits (tokens, vocab) of the output head."""
    return (x.astype(np.float64) @ table.T.astype(np.float64)).astype(np.float32)

"""Random weights, made fast: every 16 random bits are looked up in a table of ready values."""

from collections.abc import Iterator
from functools import cache
from itertools import product
from statistics import NormalDist
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Dtype: TypeAlias = Literal["bf16", "f16", "f32"]

# Share of zeros among the ternary weights of BitNet b1.58 2B4T.
ZERO_SHARE = 0.4219
_TABLE = 1 << 16
_BLOCK = 4 << 20


def store(values: Array, dtype: Dtype) -> Array:
    """The values as a file stores them; bfloat16 is rounded half to even and given as uint16."""
    if dtype == "f32":
        return values.astype("<f4")
    if dtype == "f16":
        return values.astype("<f2")
    bits = values.astype(np.float32).view(np.uint32)
    rounded = bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    return (rounded >> np.uint32(16)).astype("<u2")


def normal_blocks(
    rng: np.random.Generator, count: int, std: float, dtype: Dtype
) -> Iterator[Array]:
    """`count` normally distributed values, in blocks."""
    table = store(_normal_table() * std, dtype)
    for size in _block_sizes(count, _BLOCK):
        yield table[_random16(rng, size)]


def packed_rows(rng: np.random.Generator, rows: int, columns: int) -> Iterator[Array]:
    """The bytes of a packed ternary matrix, in blocks of whole packed rows.

    Packed row r holds the codes of rows r, r + R, r + 2R and r + 3R in bits 0-1, 2-3, 4-5
    and 6-7, where R = ceil(rows / 4); rows past the end have code 0.
    """
    table = _packed_table()
    packed = -(-rows // 4)
    start = 0
    for size in _block_sizes(packed, max(1, _BLOCK // columns)):
        block = table[_random16(rng, size * columns)].reshape(size, columns)
        for row in range(size):
            present = sum(start + row + i * packed < rows for i in range(4))
            if present < 4:
                block[row] &= (1 << (2 * present)) - 1
        start += size
        yield block


def _random16(rng: np.random.Generator, count: int) -> Array:
    return np.frombuffer(rng.bytes(2 * count), dtype="<u2")


def _block_sizes(count: int, size: int) -> Iterator[int]:
    for start in range(0, count, size):
        yield min(size, count - start)


@cache
def _normal_table() -> Array:
    quantile = NormalDist().inv_cdf
    return np.array([quantile((i + 0.5) / _TABLE) for i in range(_TABLE)])


@cache
def _packed_table() -> Array:
    """Each byte of four codes as often as its probability says, in 65,536 entries."""
    shares = ((1 - ZERO_SHARE) / 2, ZERO_SHARE, (1 - ZERO_SHARE) / 2)
    codes = np.array(list(product(range(3), repeat=4)))
    values = codes @ np.array([1, 4, 16, 64])
    bounds = np.cumsum(np.prod(np.array(shares)[codes], axis=1)) * _TABLE
    bounds[-1] = _TABLE
    counts = np.diff(np.rint(bounds).astype(int), prepend=0)
    return np.repeat(values, counts).astype(np.uint8)

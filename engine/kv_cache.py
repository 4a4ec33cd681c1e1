"""The keys and values of the tokens a session has read."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ternchat.engine import backend
from ternchat.engine.backend import KEY_BLOCK, Kernels, LayerCache, Rows
from ternchat.engine.config import ModelConfig
from ternchat.engine.memory import kv_bytes_per_token
from ternchat.engine.reference import rope_angles

_DTYPES = {"f16": np.float16, "f32": np.float32, "i8": np.int8}


@dataclass(frozen=True)
class KVPart:
    """Keys and values of tokens in a row, copied out of a cache.

    Attributes:
        rows: of each layer keys, then values: (layers, 2, kv_heads, tokens, head_dim).
        steps: what int8 rows are multiplied by, (layers, 2, kv_heads, tokens); None for floats.

    """

    rows: npt.NDArray[np.generic]
    steps: npt.NDArray[np.float32] | None

    @property
    def nbytes(self) -> int:
        """Bytes it takes."""
        return self.rows.nbytes + (0 if self.steps is None else self.steps.nbytes)

    def pieces(self) -> list[bytes]:
        """Its bytes, rows first."""
        return [array.tobytes() for array in (self.rows, self.steps) if array is not None]

    @classmethod
    def from_bytes(cls, data: bytes, config: ModelConfig, dtype: str, tokens: int) -> "KVPart":
        """The part that `pieces` made these bytes of."""
        shape = (config.num_hidden_layers, 2, config.num_key_value_heads, tokens)
        rows_type, steps = np.dtype(_DTYPES[dtype]), None
        end = math.prod(shape) * config.head_dim * rows_type.itemsize
        if len(data) != tokens * kv_bytes_per_token(config, dtype):
            raise ValueError(f"{len(data)} bytes for the keys and values of {tokens} tokens")
        if rows_type == np.int8:
            steps = np.frombuffer(data, np.float32, offset=end).reshape(shape)
        rows = np.frombuffer(data[:end], rows_type).reshape(*shape, config.head_dim)
        return cls(rows, steps)


class KVCache:
    """Room for `capacity` tokens in every layer; memory is taken as it is first written.

    Attributes:
        layers: the kernels' view of each layer.
        cosines, sines: rotary angles of each position, (capacity, head_dim / 2).
        scores: scratch of the attention kernel.
        length: tokens held; positions 0 ... length - 1 are valid.
        capacity: tokens that fit.

    """

    def __init__(
        self, config: ModelConfig, capacity: int, kernels: Kernels, dtype: str = "f16"
    ) -> None:
        positions = -(-capacity // KEY_BLOCK) * KEY_BLOCK
        shape = (config.num_key_value_heads, positions, config.head_dim)
        blocks = (shape[0], positions // KEY_BLOCK, config.head_dim, KEY_BLOCK)
        item = np.dtype(_DTYPES[dtype]).itemsize
        self.layers: list[LayerCache] = []
        # In one piece, for huge pages: attention walks through all of it for every token.
        whole = backend.allocate(2 * config.num_hidden_layers * math.prod(shape) * item)
        parts = whole.view(_DTYPES[dtype]).reshape(config.num_hidden_layers, 2, *shape)
        self._whole = whole
        # Only int8 rows have steps; other layers share some that are written, but never read.
        step_layers = config.num_hidden_layers if dtype == "i8" else 1
        self._steps = np.zeros((step_layers, *parts.shape[1:-1]), np.float32)
        for (keys, values), steps in zip(parts, itertools.cycle(self._steps), strict=False):
            self.layers.append(LayerCache(keys.reshape(blocks), values, *steps))
        # (layers, kv_heads, blocks, KEY_BLOCK, head_dim)
        self._keys = parts[:, 0].reshape(-1, *blocks).swapaxes(-1, -2)
        self._values = parts[:, 1]  # (layers, kv_heads, positions, head_dim)
        self.cosines, self.sines = map(
            Rows, rope_angles(capacity, config.head_dim, config.rope_theta)
        )
        self.scores = Rows(np.empty((kernels.score_rows, positions), np.float32))
        self.capacity = capacity
        self.length = 0
        self._bytes_per_token = kv_bytes_per_token(config, dtype)

    @property
    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """What all of it lies in, rotary angles and scratch included."""
        angles = (self.cosines.array, self.sines.array)
        return self._whole, self._steps, *angles, self.scores.array

    def read(self, begin: int, end: int) -> KVPart:
        """A copy of what is held of the tokens from `begin` up to `end`."""
        if not 0 <= begin < end <= self.length:
            raise ValueError(f"tokens {begin} to {end} of a cache of {self.length}")
        values = self._values[:, :, begin:end]  # (layers, kv_heads, tokens, head_dim)
        rows = np.empty((len(values), 2, *values.shape[1:]), values.dtype)
        rows[:, 1] = values
        for block, at, tokens in _in_blocks(begin, end):
            rows[:, 0, :, tokens] = self._keys[:, :, block, at]
        steps = self._steps[:, :, :, begin:end].copy() if values.dtype == np.int8 else None
        return KVPart(rows, steps)

    def append(self, part: KVPart, begin: int, end: int) -> None:
        """Add tokens `begin` up to `end` of a part, read behind the same tokens as stand here."""
        first, to = self.length, self.length + end - begin
        rows = part.rows[:, :, :, begin:end]
        self._values[:, :, first:to] = rows[:, 1]
        for block, at, tokens in _in_blocks(first, to):
            self._keys[:, :, block, at] = rows[:, 0, :, tokens]
        if part.steps is not None:
            self._steps[:, :, :, first:to] = part.steps[:, :, :, begin:end]
        self.length = to

    def truncate(self, length: int) -> None:
        """Forget the tokens from position `length` on."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot truncate a cache of {self.length} tokens to {length}")
        self.length = length

    @property
    def nbytes(self) -> int:
        """Bytes of the tokens held."""
        return self.length * self._bytes_per_token


def _in_blocks(begin: int, end: int) -> Iterator[tuple[int, slice, slice]]:
    """The positions from begin to end as blocks of keys: which, where in it, and counted from 0."""
    for block in range(begin // KEY_BLOCK, -(-end // KEY_BLOCK)):
        first = block * KEY_BLOCK
        low, high = max(begin, first), min(end, first + KEY_BLOCK)
        yield block, slice(low - first, high - first), slice(low - begin, high - begin)

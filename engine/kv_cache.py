"""The keys and values of the tokens a session has read."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ternchat.engine import backend
from ternchat.engine.backend import Kernels, LayerCache
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
        shape = (config.num_key_value_heads, capacity, config.head_dim)
        item = np.dtype(_DTYPES[dtype]).itemsize
        self.layers: list[LayerCache] = []
        # In one piece, for huge pages: attention walks through all of it for every token.
        whole = backend.allocate(2 * config.num_hidden_layers * math.prod(shape) * item)
        self._rows = whole.view(_DTYPES[dtype]).reshape(config.num_hidden_layers, 2, *shape)
        self._steps = np.zeros(self._rows.shape[:-1], np.float32)
        for rows, steps in zip(self._rows, self._steps, strict=True):
            self.layers.append(LayerCache(*rows, *steps))
        self.cosines, self.sines = rope_angles(capacity, config.head_dim, config.rope_theta)
        self.scores = np.empty(kernels.scores_per_position * capacity, np.float32)
        self.capacity = capacity
        self.length = 0
        self._bytes_per_token = kv_bytes_per_token(config, dtype)

    def read(self, begin: int, end: int) -> KVPart:
        """A copy of what is held of the tokens from `begin` up to `end`."""
        if not 0 <= begin < end <= self.length:
            raise ValueError(f"tokens {begin} to {end} of a cache of {self.length}")
        steps = self._steps[:, :, :, begin:end].copy() if self._rows.dtype == np.int8 else None
        return KVPart(self._rows[:, :, :, begin:end].copy(), steps)

    def append(self, part: KVPart, begin: int, end: int) -> None:
        """Add tokens `begin` up to `end` of a part, read behind the same tokens as stand here."""
        to = self.length + end - begin
        self._rows[:, :, :, self.length : to] = part.rows[:, :, :, begin:end]
        if part.steps is not None:
            self._steps[:, :, :, self.length : to] = part.steps[:, :, :, begin:end]
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

"""The keys and values of the tokens a session has read."""

import math

import numpy as np

from ternchat.engine import backend
from ternchat.engine.backend import Kernels, LayerCache
from ternchat.engine.config import ModelConfig
from ternchat.engine.memory import kv_bytes_per_token
from ternchat.engine.reference import rope_angles

_DTYPES = {"f16": np.float16, "f32": np.float32, "i8": np.int8}


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
        parts = whole.view(_DTYPES[dtype]).reshape(config.num_hidden_layers, 2, *shape)
        for keys, values in parts:
            key_steps, value_steps = (np.zeros(shape[:2], np.float32) for _ in range(2))
            self.layers.append(LayerCache(keys, values, key_steps, value_steps))
        self.cosines, self.sines = rope_angles(capacity, config.head_dim, config.rope_theta)
        self.scores = np.empty(kernels.scores_per_position * capacity, np.float32)
        self.capacity = capacity
        self.length = 0
        self._bytes_per_token = kv_bytes_per_token(config, dtype)

    def truncate(self, length: int) -> None:
        """Forget the tokens from position `length` on."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot truncate a cache of {self.length} tokens to {length}")
        self.length = length

    @property
    def nbytes(self) -> int:
        """Bytes of the tokens held."""
        return self.length * self._bytes_per_token

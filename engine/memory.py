"""What a model takes in memory, from its configuration alone."""

from dataclasses import dataclass

from ternchat.engine.config import ModelConfig

KV_BYTES = {"f16": 2, "f32": 4, "i8": 1}
"""Bytes of one cached value, by the name of its type."""

CHUNK_TOKENS = 256
"""Tokens read at once at most; the work buffers have room for so many."""

SMALLEST_SCREENED_HEAD = 16 << 20
"""Bytes from which on a head gets a screen; a smaller one is read as fast as it is."""

_WIDEST_LANES = 64


@dataclass(frozen=True)
class MemoryUse:
    """Bytes a loaded model takes.

    Attributes:
        weights: packed matrices with their scales, and norms.
        head: the output table; part of the mapped file, not allocated, if `embedding_mapped`.
        screen: the head's copy in four bits (engine/output_head.py), 0 for a small head.
        work: buffers for the activations of a chunk of tokens.
        kv_bytes_per_token: keys and values of one token in all layers.
        embedding_mapped: whether the embedding (and the head) stay in the mapped file.

    """

    weights: int
    head: int
    screen: int
    work: int
    kv_bytes_per_token: int
    embedding_mapped: bool = True

    def kv(self, context_length: int) -> int:
        """Bytes of keys and values of a whole context."""
        return context_length * self.kv_bytes_per_token

    def allocated(self, context_length: int) -> int:
        """Bytes that loading and a session over that context take from the system."""
        head = 0 if self.embedding_mapped else self.head
        return self.weights + head + self.screen + self.work + self.kv(context_length)


def kv_bytes_per_token(config: ModelConfig, kv_dtype: str) -> int:
    """Bytes of one token's keys and values in all layers; int8 rows have a step each."""
    row = config.head_dim * KV_BYTES[kv_dtype] + (4 if kv_dtype == "i8" else 0)
    return 2 * config.num_hidden_layers * config.num_key_value_heads * row


def predict(config: ModelConfig, kv_dtype: str = "f16") -> MemoryUse:
    """The memory a model of this configuration will take, within a few per cent."""
    ternary = norms = 0
    for spec in config.tensors():
        if spec.role == "ternary":
            rows, columns = spec.shape
            padded_rows = -(-rows // _WIDEST_LANES) * _WIDEST_LANES
            ternary += padded_rows * ((columns + 7) // 8 * 2) + 4 * rows
        elif spec.role == "norm":
            norms += 4 * spec.shape[0]
    qkv, ffn = config.q_size + 2 * config.kv_size, config.intermediate_size
    floats = 3 * config.hidden_size + qkv + config.q_size + 2 * ffn
    quantized = config.hidden_size + config.q_size + ffn
    head = 2 * config.vocab_size * config.hidden_size
    return MemoryUse(
        weights=ternary + norms,
        head=head,
        screen=head // 4 + 4 * config.vocab_size if head >= SMALLEST_SCREENED_HEAD else 0,
        work=CHUNK_TOKENS * (4 * floats + quantized) + 4 * config.vocab_size,
        kv_bytes_per_token=kv_bytes_per_token(config, kv_dtype),
    )

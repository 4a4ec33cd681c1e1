"""What a model takes in memory, from its configuration alone."""

from dataclasses import dataclass

from ternchat.engine.config import ModelConfig

KV_BYTES = {"f16": 2, "f32": 4, "i8": 1}
"""Bytes of one cached value, by the name of its type."""

CHUNK_TOKENS = 256
"""Tokens read at once at most; see chunk_tokens."""

SMALLEST_SCREENED_HEAD = 16 << 20
"""Bytes from which on a head gets a screen; a smaller one is read as fast as it is."""

# What a tokenizer takes, measured, and for each token; a large one lives in a process of its own.
_TOKENIZER_BYTES = 2_500_000
_TOKENIZER_BYTES_PER_TOKEN = 247
_PROCESS_BYTES = 12_500_000
_PROCESS_BYTES_PER_TOKEN = 280
_TOKENS_APART = 20_000  # about a megabyte of file (tokenizer.py)

_WIDEST_LANES = 64
_THREADS = 8  # attention has 16 bytes of scratch for each position and thread


@dataclass(frozen=True)
class MemoryUse:
    """Bytes a loaded model takes.

    Attributes:
        weights: packed matrices with their scales, and norms.
        head: the output table; part of the mapped file, not allocated, if `embedding_mapped`.
        screen: the head's copy in four bits (engine/output_head.py), 0 for a small head.
        work: buffers for the activations of a chunk of tokens.
        tokenizer: its vocabulary, in the program or apart.
        kv_bytes_per_token: keys and values of one token in all layers.
        position_bytes: what else there is for each position of the context.
        embedding_mapped: whether the embedding (and the head) stay in the mapped file.
        tokenizer_apart: whether the tokenizer has a process of its own.

    """

    weights: int
    head: int
    screen: int
    work: int
    tokenizer: int
    kv_bytes_per_token: int
    position_bytes: int
    embedding_mapped: bool = True
    tokenizer_apart: bool = False

    def kv(self, context_length: int) -> int:
        """Bytes of keys and values of a whole context."""
        return context_length * self.kv_bytes_per_token

    def allocated(self, context_length: int) -> int:
        """Bytes that loading and a session over that context take from the system."""
        head = 0 if self.embedding_mapped else self.head
        fixed = self.weights + head + self.screen + self.work + self.tokenizer
        return fixed + self.kv(context_length) + context_length * self.position_bytes

    def held(self, context_length: int) -> int:
        """Bytes of that which can be told from the program's: all but a tokenizer within it."""
        return self.allocated(context_length) - (0 if self.tokenizer_apart else self.tokenizer)

    def filled(self) -> int:
        """Bytes of that which loading fills; the rest counts once something is read."""
        head = 0 if self.embedding_mapped else self.head
        tokenizer = self.tokenizer if self.tokenizer_apart else 0
        return self.weights + head + self.screen + tokenizer

    def mapped(self) -> int:
        """Bytes of the file that are read in place, and may be dropped and read again."""
        return self.head if self.embedding_mapped else 0


@dataclass(frozen=True)
class MemoryHeld:
    """Bytes of what a model holds that are in memory, as the system says.

    Attributes:
        weights: of what loading has filled but for the screen.
        screen: of the head's copy in four bits.
        work: of the buffers for activations and scores.
        kv: of keys, values and what else there is for each position of the context.
        tokenizer: of its process, where it has one.
    """

    weights: int
    screen: int
    work: int
    kv: int
    tokenizer: int = 0

    @property
    def loading(self) -> int:
        """Bytes that loading has filled, to be held against MemoryUse.filled."""
        return self.weights + self.screen + self.tokenizer

    @property
    def total(self) -> int:
        """All of it, to be held against MemoryUse.held."""
        return self.loading + self.work + self.kv


def chunk_tokens(config: ModelConfig) -> int:
    """Tokens a model reads at once at most; its work buffers have room for so many.

    Half its context: reading begins with less, and larger buffers would never be full.
    """
    return max(1, min(CHUNK_TOKENS, config.max_position_embeddings // 2))


def kv_bytes_per_token(config: ModelConfig, kv_dtype: str) -> int:
    """Bytes of one token's keys and values in all layers; int8 rows have a step each."""
    row = config.head_dim * KV_BYTES[kv_dtype] + (4 if kv_dtype == "i8" else 0)
    return 2 * config.num_hidden_layers * config.num_key_value_heads * row


def predict(config: ModelConfig, kv_dtype: str = "f16") -> MemoryUse:
    """The memory a model of this configuration will take, within a few per cent."""
    hidden, vocabulary = config.hidden_size, config.vocab_size
    qkv, ffn = config.q_size + 2 * config.kv_size, config.intermediate_size
    # as the loader fuses them: what has the same input lies in one matrix
    shapes = ((qkv, hidden), (hidden, config.q_size), (2 * ffn, hidden), (hidden, ffn))
    ternary = config.num_hidden_layers * sum(_packed_bytes(*shape) for shape in shapes)
    norms = sum(4 * spec.shape[0] for spec in config.tensors() if spec.role == "norm")
    floats = hidden + qkv + config.q_size + 2 * ffn
    quantized = hidden + config.q_size + ffn
    head = 2 * vocabulary * hidden
    apart = vocabulary >= _TOKENS_APART
    screened = head >= SMALLEST_SCREENED_HEAD
    return MemoryUse(
        weights=ternary + norms,
        head=head,
        screen=head // 4 + 4 * vocabulary if screened else 0,
        # logits, and for a screen also scores and how far they reach
        work=chunk_tokens(config) * (4 * floats + quantized)
        + 4 * vocabulary * (2 if screened else 1),
        tokenizer=_tokenizer_bytes(vocabulary, apart=apart),
        kv_bytes_per_token=kv_bytes_per_token(config, kv_dtype),
        position_bytes=4 * config.head_dim + 16 * _THREADS,
        tokenizer_apart=apart,
    )


def _packed_bytes(rows: int, columns: int) -> int:
    """Two bits a weight, in tiles of rows and lines of columns, and a scale for each row."""
    padded_rows = -(-rows // _WIDEST_LANES) * _WIDEST_LANES
    return padded_rows * ((columns + 7) // 8 * 2) + 4 * rows


def _tokenizer_bytes(vocabulary: int, *, apart: bool) -> int:
    if apart:
        return _PROCESS_BYTES + _PROCESS_BYTES_PER_TOKEN * vocabulary
    return _TOKENIZER_BYTES + _TOKENIZER_BYTES_PER_TOKEN * vocabulary

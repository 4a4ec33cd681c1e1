"""A decoder-only transformer with ternary projections: one forward pass for every such model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ternchat.engine.backend import (
    FEW_TOKENS,
    Kernels,
    Projection,
    QuantizedRows,
    Rows,
    padded_columns,
)
from ternchat.engine.chat_template import ChatTemplate, stop_ids
from ternchat.engine.config import ModelConfig
from ternchat.engine.errors import TemplateError, TokenizerError
from ternchat.engine.formats.dtypes import widen
from ternchat.engine.formats.huggingface import Dense, HuggingFaceCheckpoint
from ternchat.engine.kv_cache import KVCache
from ternchat.engine.memory import MemoryUse, chunk_tokens, predict
from ternchat.engine.output_head import OutputHead
from ternchat.engine.residency import Holdings, spans
from ternchat.engine.tokenizer import Tokenizer

Floats = npt.NDArray[np.float32]


class Cancel(Protocol):
    """What is looked at between layers: a threading.Event, or anything like it."""

    def is_set(self) -> bool:
        """Whether to stop."""


class ForwardCancelled(Exception):
    """A forward pass was left between two layers; the cache still holds whole tokens only."""


@dataclass(frozen=True)
class Layer:
    """The weights of one transformer block; each projection holds the norm of what goes in."""

    qkv: Projection  # (q + 2 kv, hidden), with the input norm
    output: Projection  # (hidden, q), with the sub-norm of attention
    gate_up: Projection  # (2 ffn, hidden), with the second input norm
    down: Projection  # (hidden, ffn), with the sub-norm of the feed-forward part

    @property
    def nbytes(self) -> int:
        """Bytes of its matrices and norms."""
        return sum(part.nbytes for part in (self.qkv, self.output, self.gate_up, self.down))


@dataclass(frozen=True)
class Weights:
    """Everything a model learned."""

    embedding: Dense  # (vocab, hidden)
    layers: tuple[Layer, ...]
    final_norm: Floats  # (hidden,)
    head: OutputHead  # (vocab, hidden); the embedding itself when tied
    memory: tuple[npt.NDArray[Any], ...]  # what all of it lies in that is not mapped

    @property
    def nbytes(self) -> int:
        """Bytes of all layers and the final norm; embedding and head not counted."""
        return sum(layer.nbytes for layer in self.layers) + self.final_norm.nbytes


class Model:
    """A loaded model, ready for one thread at a time.

    Attributes:
        config: shape and constants.
        path: the folder it was loaded from.
        memory: bytes it takes.
        kernels, writing_kernels: the kernel set it computes with, with the threads to read a prompt
            and those to write a few tokens at a time.
        kv_dtype: how keys and values are kept, "f16", "i8" or "f32".

    """

    def __init__(
        self,
        config: ModelConfig,
        weights: Weights,
        checkpoint: HuggingFaceCheckpoint,
        kernels: tuple[Kernels, Kernels],
        memory: MemoryUse,
        kv_dtype: str,
        tokenizer: Tokenizer | None,
    ) -> None:
        self.config = config
        self.path = checkpoint.folder
        self.memory = memory
        self.kernels, self.writing_kernels = kernels
        self.kv_dtype = kv_dtype
        self._weights = weights
        self._checkpoint = checkpoint
        self._tokenizer = tokenizer
        self._work = _Workspace(config, self.chunk_tokens)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.resolve().name

    @property
    def kernel(self) -> str:
        """The kernel set's name."""
        return self.kernels.name

    @property
    def threads(self) -> int:
        """Threads that reading a prompt is split over."""
        return self.kernels.threads

    @property
    def writing_threads(self) -> int:
        """Threads that writing is split over."""
        return self.writing_kernels.threads

    @property
    def kernel_seconds(self) -> float:
        """Time spent inside kernels so far."""
        both = {id(kernels): kernels.seconds for kernels in (self.kernels, self.writing_kernels)}
        return sum(both.values())

    @property
    def tokenizer(self) -> Tokenizer:
        """Text to token ids and back; TokenizerError when the folder has none."""
        if self._tokenizer is None:
            raise TokenizerError(
                "{path} is missing; texts need it", path=self.path / "tokenizer.json"
            )
        return self._tokenizer

    @cached_property
    def predicted(self) -> MemoryUse:
        """What was told of it before it was loaded."""
        return predict(self.config, self.kv_dtype)

    @cached_property
    def template(self) -> ChatTemplate:
        """How a chat is written for this model; TemplateError when nothing says it."""
        return ChatTemplate.from_folder(self.path)

    @cached_property
    def stop_ids(self) -> frozenset[int]:
        """The tokens that end an answer."""
        try:
            template = self.template
        except TemplateError:  # what is generated without one ends at the vocabulary's own ends
            template = None
        return stop_ids(self.tokenizer, self.config, template)

    @property
    def chunk_tokens(self) -> int:
        """Tokens `hidden` takes at most."""
        return chunk_tokens(self.config)

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that work for it, as long as it is loaded; safe on any thread."""
        tokenizer = () if self._tokenizer is None else self._tokenizer.pids
        template = self.__dict__.get("template")
        return tokenizer if template is None else (*tokenizer, *template.pids)

    def new_cache(self, capacity: int) -> KVCache:
        """An empty cache for `capacity` tokens."""
        return KVCache(self.config, capacity, self.kernels, self.kv_dtype)

    @property
    def head(self) -> OutputHead:
        """Logits from what `hidden` gives."""
        return self._weights.head

    def holdings(self, cache: KVCache) -> Holdings:
        """Where all that the model and a cache of it hold lies."""
        head, tokenizer = self.head, self._tokenizer
        return Holdings(
            weights=spans(self._weights.memory),
            screen=spans(head.screen_arrays),
            work=spans([*self._work.arrays, *head.work_arrays]),
            kv=spans(cache.arrays),
            tokenizer=(lambda: tokenizer.pids) if tokenizer and tokenizer.is_apart else tuple,
        )

    def forward(
        self,
        tokens: Sequence[int] | npt.NDArray[np.int64],
        cache: KVCache,
        cancel: Cancel | None = None,
        every_position: bool = False,
    ) -> Floats:
        """All logits, (1, vocab) after the last of `tokens`, or (tokens, vocab) after every one.

        See `hidden` for the rest.
        """
        return self.head.logits(self.hidden(tokens, cache, cancel, every_position))

    def hidden(
        self,
        tokens: Sequence[int] | npt.NDArray[np.int64],
        cache: KVCache,
        cancel: Cancel | None = None,
        every_position: bool = False,
    ) -> Floats:
        """The normed hidden state (1, hidden) after the last of `tokens`, or after every one.

        The tokens, at most `chunk_tokens`, stand behind those in the cache, which grows by them.
        The result is valid until the next call. Raises ForwardCancelled between two layers.
        """
        config, work, start = self.config, self._work, cache.length
        heads, act, eps = config.num_attention_heads, config.hidden_act, config.rms_norm_eps
        ids = self._checked(tokens)
        n = len(ids)
        kernels = self.writing_kernels if n <= FEW_TOKENS else self.kernels
        qkv, attended, gate_up = work.qkv, work.attended, work.gate_up
        h, a, u = work.hidden, work.attention, work.ffn  # room for quantised activations

        x = work.x  # (n, hidden), the residual stream
        embedding = self._weights.embedding
        widen(embedding.array[ids], embedding.dtype, x.array[:n])
        for layer, kv in zip(self._weights.layers, cache.layers, strict=True):
            if cancel is not None and cancel.is_set():
                raise ForwardCancelled
            kernels.project(n, x, layer.qkv, eps, h, qkv)  # (n, q + 2 kv)
            kernels.rope(n, qkv, heads, cache.cosines, cache.sines, start, kv)
            kernels.attention(n, qkv, heads, start, kv, cache.scores, attended)  # (n, q)
            kernels.project(n, attended, layer.output, eps, a, x, accumulate=True)
            kernels.project(n, x, layer.gate_up, eps, h, gate_up)  # (n, 2 ffn)
            kernels.glu_project(n, gate_up, act, layer.down, eps, u, x, accumulate=True)
        cache.length = start + n

        last = x.array[0 if every_position else n - 1 : n]
        normed = work.normed(len(last))
        kernels.norm(last, self._weights.final_norm, eps, normed)
        return normed

    def logits(self, token_ids: Sequence[int]) -> Floats:
        """Logits (tokens, vocab) after every token of a text, by the full head."""
        ids = self._checked(token_ids)
        cache = self.new_cache(len(ids))
        out = np.empty((len(ids), self.config.vocab_size), np.float32)
        for begin in range(0, len(ids), self.chunk_tokens):
            chunk = ids[begin : begin + self.chunk_tokens]
            out[begin : begin + len(chunk)] = self.forward(chunk, cache, every_position=True)
        return out

    def bytes_per_token(self, position: int) -> int:
        """Bytes that decoding one token reads when `position` tokens stand before it."""
        kv = (position + 1) * self.memory.kv_bytes_per_token
        return self.memory.weights + self.head.bytes_per_token + kv

    def check_unchanged(self) -> None:
        """Raises ModelFileError when the mapped file was changed under us."""
        self._checkpoint.check_unchanged()

    def close(self) -> None:
        """Lets go of the model's files, and of what encodes texts and renders its template."""
        self._checkpoint.close()
        if self._tokenizer is not None:
            self._tokenizer.close()
        if "template" in self.__dict__:  # it was asked for
            self.template.close()

    def _checked(self, tokens: Sequence[int] | npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        ids = np.asarray(tokens, np.int64)
        if ids.ndim != 1 or not len(ids):
            raise ValueError(f"token ids must be a non-empty list, not of shape {ids.shape}")
        if ids.min() < 0 or ids.max() >= self.config.vocab_size:
            raise ValueError(
                f"token ids from {ids.min()} to {ids.max()};"
                f" the vocabulary has {self.config.vocab_size}"
            )
        return ids


class _Workspace:
    """Buffers for the activations of at most `tokens` tokens.

    Attributes:
        arrays: all of them.
    """

    def __init__(self, config: ModelConfig, tokens: int) -> None:
        self._tokens = tokens
        self.arrays: list[npt.NDArray[Any]] = []
        self.x = Rows(self._floats(config.hidden_size))
        self.qkv = Rows(self._floats(config.q_size + 2 * config.kv_size))
        self.attended = Rows(self._floats(config.q_size))
        self.gate_up = Rows(self._floats(2 * config.intermediate_size))
        self._normed = np.empty((1, config.hidden_size), np.float32)
        self.hidden = self._quantized(config.hidden_size)
        self.attention = self._quantized(config.q_size)
        self.ffn = self._quantized(config.intermediate_size)

    def normed(self, tokens: int) -> Floats:
        """Room for the last states of so many tokens; of more than one only where it is asked."""
        if tokens > len(self._normed):
            self._normed = np.empty((tokens, self._normed.shape[1]), np.float32)
        return self._normed[:tokens]

    def _floats(self, columns: int) -> Floats:
        self.arrays.append(np.empty((self._tokens, columns), np.float32))
        return self.arrays[-1]

    def _quantized(self, columns: int) -> QuantizedRows:
        q = np.zeros((self._tokens, padded_columns(columns)), np.int8)
        steps, sums = np.zeros(self._tokens, np.float32), np.zeros(self._tokens, np.int32)
        self.arrays += [q, steps, sums]
        return QuantizedRows(q, steps, sums, columns)

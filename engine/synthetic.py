"""A model of random weights in memory: for measurements, of nothing else is it worth anything."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ternchat.engine import backend
from ternchat.engine.backend import Kernels, Projection, TernaryMatrix
from ternchat.engine.config import ModelConfig
from ternchat.engine.formats.huggingface import Dense, HuggingFaceCheckpoint
from ternchat.engine.memory import predict
from ternchat.engine.model import Layer, Model, Weights
from ternchat.engine.output_head import OutputHead

_BLOCK_BYTES = 1 << 20
_ZERO_SHARE = 0.42  # as measured in BitNet b1.58 2B4T


def synthetic_model(config: ModelConfig, kernels: Kernels, writing: Kernels) -> Model:
    """A model of that shape, without files and tokenizer."""
    draw = np.random.default_rng(0)
    block = _packed_codes(draw)
    hidden, ffn, vocab = config.hidden_size, config.intermediate_size, config.vocab_size

    def matrix(rows: int, columns: int) -> TernaryMatrix:
        tiles = backend.allocate(backend.packed_bytes(rows, columns, kernels.lanes))
        for begin in range(0, len(tiles), len(block)):
            part = tiles[begin : begin + len(block)]
            part[:] = block[: len(part)]
        scale = np.full(rows, 1 / np.sqrt((1 - _ZERO_SHARE) * columns), np.float32)
        return TernaryMatrix(tiles, scale, columns, kernels.lanes)

    def projection(rows: int, columns: int, *, normed: bool = True) -> Projection:
        norm = np.ones(columns, np.float32) if normed else None
        return Projection(matrix(rows, columns), norm)

    layers = tuple(
        Layer(
            qkv=projection(config.q_size + 2 * config.kv_size, hidden),
            output=projection(hidden, config.q_size, normed=config.sub_norms),
            gate_up=projection(2 * ffn, hidden),
            down=projection(hidden, ffn, normed=config.sub_norms),
        )
        for _ in range(config.num_hidden_layers)
    )
    table = np.asarray(draw.standard_normal((vocab, hidden), np.float32), np.float16)
    head = OutputHead(writing, table)
    embedding = Dense("model.embed_tokens.weight", table, "f16", mapped=False)
    weights = Weights(embedding, layers, np.ones(hidden, np.float32), head, memory=())
    nothing: Any = SimpleNamespace(folder=Path(), check_unchanged=_nothing, close=_nothing)
    checkpoint = cast("HuggingFaceCheckpoint", nothing)
    return Model(config, weights, checkpoint, (kernels, writing), predict(config), "f16", None)


def _packed_codes(draw: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Bytes of four codes each, drawn as trained weights are distributed."""
    shares = [(1 - _ZERO_SHARE) / 2, _ZERO_SHARE, (1 - _ZERO_SHARE) / 2]
    codes = draw.choice(np.arange(3, dtype=np.uint8), (4, 1 << 14), p=shares)
    few = codes[0] | codes[1] << 2 | codes[2] << 4 | codes[3] << 6
    return np.take(few, draw.integers(0, len(few), _BLOCK_BYTES))


def _nothing() -> None:
    """There is no file to look after."""

"""Reads a model folder, checks it, and repacks its weights for the kernels."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ternchat.engine import backend
from ternchat.engine.arena import Arena
from ternchat.engine.backend import SCREEN_GROUP, Kernels, Projection, TernaryMatrix
from ternchat.engine.config import ModelConfig
from ternchat.engine.errors import (
    EngineError,
    LoadCancelled,
    ModelFileError,
    NotEnoughMemoryError,
    Words,
)
from ternchat.engine.formats.dtypes import to_f32
from ternchat.engine.formats.files import exists
from ternchat.engine.formats.huggingface import (
    Dense,
    HuggingFaceCheckpoint,
    MasterTernary,
    PackedTernary,
)
from ternchat.engine.memory import KV_BYTES, SMALLEST_SCREENED_HEAD, predict
from ternchat.engine.model import Layer, Model, Weights
from ternchat.engine.output_head import OutputHead, ScreenedHead
from ternchat.engine.row_reader import RowReader
from ternchat.engine.tokenizer import TokenizerStart

Progress = Callable[[int, int], object]
"""progress(done_bytes, total_bytes); returning False cancels."""

_BLOCK_VALUES = 1 << 20  # of the head and of full-precision weights, worked on at a time


def load(
    path: str | os.PathLike[str],
    threads: int | None = None,
    isa: str | None = None,
    device: str = "auto",
    kv_dtype: str = "f16",
    progress: Progress | None = None,
) -> Model:
    """The model in a Hugging Face folder.

    Args:
        path: folder with config.json, model.safetensors (or its shards and their index) and, for
            texts, the tokenizer's files.
        threads: threads to compute with; None: one per physical core to read a prompt, fewer to
            write where those are many.
        isa: kernel set; None: TERNCHAT_ISA, else the fastest this machine can run.
        device: "auto" or "cpu".
        kv_dtype: how keys and values are kept: "f16"; "i8" in half of that, slightly less exact;
            "f32" to compare with references.
        progress: called with (done_bytes, total_bytes); returning False cancels.

    Raises:
        EngineError: one of its subclasses, naming what was found and what was expected.

    """
    backend.check_device(device)
    if kv_dtype not in KV_BYTES:
        raise EngineError(f"kv_dtype must be one of {', '.join(KV_BYTES)}, not {kv_dtype!r}")
    kernels = backend.choose_kernels(isa, threads)
    config = ModelConfig.from_folder(path)
    checkpoint = HuggingFaceCheckpoint(path, config)
    writing = backend.choose_writing_kernels(kernels, threads)
    loader = _Loader(checkpoint, kernels, writing, kv_dtype, progress)
    try:
        model = loader.model()
    except BaseException:
        loader.give_up()
        raise
    del loader
    backend.return_unused_memory()  # what the weights were read into
    return model


class _Loader:
    """Turns the tensors of one checkpoint into a Model, reporting progress on the way."""

    def __init__(
        self,
        checkpoint: HuggingFaceCheckpoint,
        kernels: Kernels,
        writing: Kernels,
        kv_dtype: str,
        progress: Progress | None,
    ) -> None:
        self._checkpoint = checkpoint
        self._config = checkpoint.config
        self._kernels = kernels
        self._writing = writing
        self._kv_dtype = kv_dtype
        self._progress = progress
        self._reader = RowReader(checkpoint)
        self._total = checkpoint.total_bytes
        self._done = 0
        self._tokenizer: TokenizerStart | None = None

    def give_up(self) -> None:
        """Let go of what was begun."""
        if self._tokenizer is not None:
            self._tokenizer.close()
        self._checkpoint.close()

    def model(self) -> Model:
        """The loaded model."""
        config, checkpoint = self._config, self._checkpoint
        memory = predict(config, self._kv_dtype)
        free = backend.available_memory()
        if memory.allocated(1) > free:
            raise NotEnoughMemoryError(
                Words("the model in {folder}", folder=checkpoint.folder), memory.allocated(1), free
            )
        self._advance(0)
        path = checkpoint.folder / "tokenizer.json"
        if exists(path):
            self._tokenizer = TokenizerStart(path, config.vocab_size)
        self._arena = Arena(self._arena_bytes())
        layers = tuple(self._layer(i) for i in range(config.num_hidden_layers))
        tables = [checkpoint.dense("model.embed_tokens.weight")]
        if not config.tie_word_embeddings:
            self._advance(tables[0].array.nbytes)  # only mapped
            tables.append(checkpoint.dense("lm_head.weight"))
        copied = [table.array for table in tables if not table.mapped]
        weights = Weights(
            embedding=tables[0],
            layers=layers,
            final_norm=self._norm("model.norm.weight"),
            head=self._head(tables[-1]),
            memory=(self._arena.memory, *copied),
        )
        tokenizer = None
        if self._tokenizer is not None:
            tokenizer = self._tokenizer.result(self._go_on)
        actual = replace(
            memory,
            weights=weights.nbytes,
            head=sum(array.nbytes for array in copied) or tables[-1].array.nbytes,
            screen=weights.head.screen_nbytes,
            embedding_mapped=not copied,
        )
        kernels = (self._kernels, self._writing)
        return Model(config, weights, checkpoint, kernels, actual, self._kv_dtype, tokenizer)

    # ---- Layers and their parts -----------------------------------------------------------------

    def _layer(self, index: int) -> Layer:
        prefix = f"model.layers.{index}"
        sub_norms = self._config.sub_norms
        return Layer(
            qkv=self._projection(
                f"{prefix}.input_layernorm",
                *(f"{prefix}.self_attn.{part}_proj" for part in "qkv"),
            ),
            output=self._projection(
                f"{prefix}.self_attn.attn_sub_norm" if sub_norms else None,
                f"{prefix}.self_attn.o_proj",
            ),
            gate_up=self._projection(
                f"{prefix}.post_attention_layernorm",
                f"{prefix}.mlp.gate_proj",
                f"{prefix}.mlp.up_proj",
            ),
            down=self._projection(
                f"{prefix}.mlp.ffn_sub_norm" if sub_norms else None, f"{prefix}.mlp.down_proj"
            ),
        )

    def _projection(self, norm: str | None, *names: str) -> Projection:
        weights = None if norm is None else self._norm(f"{norm}.weight")
        return Projection(self._fused(*names), weights)

    def _fused(self, *names: str) -> TernaryMatrix:
        """Projections with the same input as one matrix, their rows one below the other."""
        parts = [self._checkpoint.ternary(f"{name}.weight") for name in names]
        rows, columns = sum(part.rows for part in parts), parts[0].columns
        tiles = self._arena.take(backend.packed_bytes(rows, columns, self._kernels.lanes))
        row_scale = self._arena.floats(rows)
        first = 0
        for part in parts:
            self._checkpoint.check_unchanged()
            if isinstance(part, PackedTernary):
                scale = self._pack_codes(part, tiles, first, rows)
            else:
                scale = self._pack_master(part, tiles, first, rows)
            row_scale[first : first + part.rows] = scale
            first += part.rows
        return TernaryMatrix(tiles, row_scale, columns, self._kernels.lanes)

    def _pack_codes(
        self, part: PackedTernary, tiles: npt.NDArray[np.uint8], first: int, rows: int
    ) -> float:
        codes = self._reader.matrix(part.name, self._advance)
        bad = self._kernels.pack(tiles, codes, first, part.rows, rows, packed=True)
        if bad >= 0:
            raise ModelFileError(
                f"{part.source}: tensor {part.name} holds the code 3 in row {bad};"
                " expected the codes 0, 1, 2"
            )
        return part.scale

    def _pack_master(
        self, part: MasterTernary, tiles: npt.NDArray[np.uint8], first: int, rows: int
    ) -> float:
        """BitNet's online quantisation: round(W / mean|W|), clipped to -1, 0, 1."""
        total = 0.0
        for _, block in self._blocks(part):
            total += float(np.abs(block, out=block).sum(dtype=np.float64))
        if not np.isfinite(total):
            raise ModelFileError(
                f"{part.source}: tensor {part.name} holds numbers that are not finite"
            )
        scale = max(total / (part.rows * part.columns), 1e-5)
        for begin, block in self._blocks(part):
            block *= np.float32(1 / scale)
            ternary = np.clip(np.rint(block, out=block), -1, 1, out=block).astype(np.int8)
            self._kernels.pack(
                tiles, ternary.view(np.uint8), first + begin, len(block), rows, packed=False
            )
        return scale

    def _blocks(self, part: MasterTernary) -> Iterator[tuple[int, npt.NDArray[np.float32]]]:
        """The weights as float32 in blocks of rows; each of the two passes is half the work."""
        for begin, block in self._reader.blocks(part.name, max(1, _BLOCK_VALUES // part.columns)):
            yield begin, to_f32(block, part.dtype)
            self._advance(block.nbytes // 2)

    def _norm(self, name: str) -> npt.NDArray[np.float32]:
        self._advance(self._checkpoint.size(name))
        values = self._checkpoint.norm(name)
        kept = self._arena.floats(len(values))
        kept[:] = values
        return kept

    def _head(self, table: Dense) -> OutputHead:
        if table.array.nbytes < SMALLEST_SCREENED_HEAD or table.dtype == "f16":
            self._advance(table.array.nbytes)  # only mapped
            return OutputHead(self._writing, table.array)
        head = ScreenedHead(self._writing, table.array)
        groups = max(1, _BLOCK_VALUES // (SCREEN_GROUP * table.array.shape[1]))
        for first, block in self._reader.blocks(table.name, groups * SCREEN_GROUP):
            head.pack(first, block)
            self._advance(block.nbytes)
        return head

    # ---- Sizes and progress ---------------------------------------------------------------------

    def _arena_bytes(self) -> int:
        """Bytes of all fused matrices in this kernel set's layout, their scales, and the norms."""
        config, lanes = self._config, self._kernels.lanes
        ffn, hidden = config.intermediate_size, config.hidden_size
        shapes = (
            (config.q_size + 2 * config.kv_size, hidden),
            (hidden, config.q_size),
            (2 * ffn, hidden),
            (hidden, ffn),
        )
        layer = [backend.packed_bytes(*shape, lanes) for shape in shapes]
        layer += [4 * rows for rows, _ in shapes]
        norms = [4 * spec.shape[0] for spec in config.tensors() if spec.role == "norm"]
        return sum(map(Arena.aligned, config.num_hidden_layers * layer + norms))

    def _advance(self, nbytes: int) -> None:
        self._done += nbytes
        self._go_on()
        if self._tokenizer is not None:
            self._tokenizer.look()

    def _go_on(self) -> None:
        """Raises LoadCancelled when nobody wants the model any more."""
        if self._progress is not None and self._progress(self._done, self._total) is False:
            raise LoadCancelled(f"loading {self._checkpoint.folder} was cancelled")

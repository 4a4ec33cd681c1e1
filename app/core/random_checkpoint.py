"""Checkpoints of random weights in Hugging Face's layout: for measurements and tests."""

import json
import math
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ternchat.engine.config import ModelConfig, TensorSpec

from . import random_values
from .errors import AppError
from .random_shapes import NAMED_SHAPES
from .random_values import Dtype

Array: TypeAlias = NDArray[Any]
Progress: TypeAlias = Callable[[int, int], object]
Kind: TypeAlias = Literal["dense", "norm", "packed", "scale"]

_DTYPE_NAMES = {"bf16": "BF16", "f16": "F16", "f32": "F32"}
_ITEM_BYTES = {"bf16": 2, "f16": 2, "f32": 4}
_TERNARY_VARIANCE = 1 - random_values.ZERO_SHARE
# Room left on the disk beside the checkpoint, and a bound for its JSON files and header.
_SPARE_BYTES = 64 << 20


class NotEnoughDiskError(AppError):
    """The checkpoint would not fit on the disk."""


@dataclass(frozen=True)
class _Tensor:
    """One tensor of the file: what its bytes look like and how they are made."""

    name: str
    kind: Kind
    dtype: str
    shape: tuple[int, ...]
    size_bytes: int
    spec: TensorSpec


def ensure_checkpoint(name: str, cache: Path, progress: Progress | None = None) -> Path:
    """The folder of the named shape's checkpoint below `cache`, written there if it is missing."""
    config = NAMED_SHAPES[name]
    # The number names the generator: raise it when the same name would give other weights.
    folder = cache / f"random-{name}-1"
    if not _is_whole(folder):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            write_checkpoint(folder, config, progress=progress)
        except OSError:
            # Another process may have been quicker; anything else stays an error.
            if not _is_whole(folder):
                raise
    return folder


def write_checkpoint(
    folder: Path,
    config: dict[str, Any],
    *,
    seed: int = 0,
    packed: bool = True,
    dtype: Dtype = "bf16",
    embedding_std: float = 0.5,
    progress: Progress | None = None,
) -> Path:
    """Write a checkpoint of the given config.json; the folder appears only when it is whole.

    Args:
        folder: the folder to make; it must not exist.
        config: contents of config.json; its quantization_config decides how scales are stored.
        seed: same seed and config, same bytes.
        packed: two bits per ternary weight, or master weights that are ternarised at load.
        dtype: of everything that is not packed.
        embedding_std: spread of the embedding and of an untied head.
        progress: called with bytes done and in all.
    """
    config = _with_mode(config, packed=packed)
    shape = ModelConfig.from_dicts(config, {}, str(folder / "config.json"))
    tensors = list(_tensors(shape, packed=packed, dtype=dtype))
    total = sum(tensor.size_bytes for tensor in tensors)
    folder.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder.parent).free
    if free < total + _SPARE_BYTES:
        raise NotEnoughDiskError(
            f"{folder} needs {total / 1e9:.2f} GB, but only {free / 1e9:.2f} GB are free there"
        )
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_json(partial / "config.json", config)
        _write_json(partial / "generation_config.json", _generation(config))
        rng = np.random.default_rng(seed)
        with (partial / "model.safetensors").open("wb") as file:
            file.write(_header(tensors))
            done = 0
            for tensor in tensors:
                for block in _blocks(tensor, rng, shape, dtype, embedding_std):
                    file.write(block.tobytes())
                    done += block.nbytes
                    if progress is not None:
                        progress(done, total)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def _is_whole(folder: Path) -> bool:
    return (folder / "model.safetensors").is_file()


def _with_mode(config: dict[str, Any], *, packed: bool) -> dict[str, Any]:
    quantization = {"quant_method": "bitnet", "linear_class": "autobitlinear"}
    quantization |= config.get("quantization_config", {})
    quantization["quantization_mode"] = "offline" if packed else "online"
    return {**config, "quantization_config": quantization}


def _generation(config: dict[str, Any]) -> dict[str, Any]:
    return {name: config[name] for name in ("bos_token_id", "eos_token_id") if name in config}


def _tensors(shape: ModelConfig, *, packed: bool, dtype: Dtype) -> Iterator[_Tensor]:
    plain, item = _DTYPE_NAMES[dtype], _ITEM_BYTES[dtype]
    for spec in shape.tensors():
        size = math.prod(spec.shape) * item
        if spec.role == "norm":
            yield _Tensor(spec.name, "norm", plain, spec.shape, size, spec)
        elif spec.role != "ternary" or not packed:
            yield _Tensor(spec.name, "dense", plain, spec.shape, size, spec)
        else:
            rows, columns = spec.shape
            packed_rows = -(-rows // 4)
            stored = (packed_rows, columns)
            yield _Tensor(spec.name, "packed", "U8", stored, packed_rows * columns, spec)
            yield _Tensor(f"{spec.name}_scale", "scale", plain, (1,), item, spec)


def _blocks(
    tensor: _Tensor,
    rng: np.random.Generator,
    shape: ModelConfig,
    dtype: Dtype,
    embedding_std: float,
) -> Iterator[Array]:
    """The tensor's values in file order, a few megabytes at a time."""
    columns = tensor.spec.shape[-1]
    if tensor.kind == "norm":
        yield random_values.store(1 + 0.1 * rng.standard_normal(columns), dtype)
    elif tensor.kind == "scale":
        # Outputs keep the spread of the inputs, give or take: activations stay in range at any
        # depth.
        multiplier = rng.uniform(0.8, 1.2) / math.sqrt(_TERNARY_VARIANCE * columns)
        scale = 1 / multiplier if shape.scale_divides else multiplier
        yield random_values.store(np.array([scale]), dtype)
    elif tensor.kind == "packed":
        yield from random_values.packed_rows(rng, tensor.spec.shape[0], columns)
    else:
        std = 1 / math.sqrt(columns) if tensor.spec.role == "ternary" else embedding_std
        yield from random_values.normal_blocks(rng, math.prod(tensor.shape), std, dtype)


def _header(tensors: list[_Tensor]) -> bytes:
    entries: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for tensor in tensors:
        span = [offset, offset + tensor.size_bytes]
        entries[tensor.name] = {"dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": span}
        offset += tensor.size_bytes
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")

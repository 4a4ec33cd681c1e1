"""A checkpoint as Hugging Face stores it: safetensors, held against its ModelConfig."""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ternchat.engine.config import ModelConfig, TensorSpec
from ternchat.engine.errors import ModelFileError, UnsupportedModelError
from ternchat.engine.formats.dtypes import NUMPY_DTYPES, to_f32
from ternchat.engine.formats.files import model_folder
from ternchat.engine.formats.json_file import shown
from ternchat.engine.formats.weight_files import WeightFiles

_FLOATS = {"BF16": "bf16", "F16": "f16", "F32": "f32"}
_SMALLEST_NORMAL = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True)
class Dense:
    """A matrix that is not quantised: the embedding or the head.

    Attributes:
        array: (rows, columns), bf16 as uint16.
        mapped: whether the array is a view of the mapped file rather than a copy of it.
    """

    name: str
    array: npt.NDArray[Any]
    dtype: str
    mapped: bool


@dataclass(frozen=True)
class PackedTernary:
    """A ternary matrix in Hugging Face's packing, four row blocks in one byte.

    As uint8 (R, columns) with R = ceil(rows / 4); row r, column c is
    ((packed[r % R, c] >> 2 * (r // R)) & 3) - 1.

    Attributes:
        scale: what the integer product is multiplied by.
    """

    source: str
    name: str
    rows: int
    columns: int
    scale: float


@dataclass(frozen=True)
class MasterTernary:
    """A matrix of full-precision weights, (rows, columns), to be made ternary while it is loaded.

    Attributes:
        dtype: "bf16", "f16" or "f32".
    """

    source: str
    name: str
    rows: int
    columns: int
    dtype: str


class HuggingFaceCheckpoint:
    """The tensors of a model folder, each known to have the name, dtype and shape it must have.

    Attributes:
        folder: the model's folder.
    """

    def __init__(self, folder: str | os.PathLike[str], config: ModelConfig) -> None:
        self.folder = model_folder(folder)
        self.config = config
        self._specs = {spec.name: spec for spec in config.tensors()}
        self._scales: dict[str, float] = {}
        self._files = WeightFiles(self.folder)
        try:
            for spec in self._specs.values():
                self._check(spec)
            self._check_no_others()
        except (ModelFileError, UnsupportedModelError):
            self._files.close()
            raise

    @property
    def total_bytes(self) -> int:
        """The bytes of all tensors the model uses."""
        return sum(self._files.size(name) for name in self._specs)

    def size(self, name: str) -> int:
        """The bytes of one tensor in the file."""
        return self._files.size(name)

    def stored_shape(self, name: str) -> tuple[int, ...]:
        """The shape of a tensor in the file."""
        return self._files.shape(name)

    def stored_dtype(self, name: str) -> np.dtype[np.generic]:
        """The type of a tensor's numbers in the file, bf16 as uint16."""
        return NUMPY_DTYPES[self._files.dtype(name)]

    def read(self, name: str, into: npt.NDArray[Any], first: int = 0) -> None:
        """Fill `into` with what is stored of a matrix, from row `first` on."""
        row_bytes = self._files.size(name) // self._files.shape(name)[0]
        self._files.read(name, first * row_bytes, into.reshape(-1).view(np.uint8))

    def dense(self, name: str) -> Dense:
        """The embedding or the head, left in the mapped file where its alignment allows it."""
        self._require_role(name, ("embedding", "head"))
        array = self._files.array(name)
        mapped = array.flags.aligned
        if not mapped:
            array = self._read_whole(name)
        return Dense(name, array, _FLOATS[self._files.dtype(name)], mapped)

    def norm(self, name: str) -> npt.NDArray[np.float32]:
        """The weights of a norm, copied to float32."""
        self._require_role(name, ("norm",))
        values = self._floats(name)
        if not np.isfinite(values).all():
            index = int(np.argmin(np.isfinite(values)))
            raise ModelFileError(
                f"{self._at(name)} is {values[index]} at {index}; expected finite numbers"
            )
        return values

    def ternary(self, name: str) -> PackedTernary | MasterTernary:
        """A projection, packed with its scale or as full-precision weights."""
        self._require_role(name, ("ternary",))
        rows, columns = self._specs[name].shape
        source = self._files.source(name)
        if name in self._scales:
            return PackedTernary(source, name, rows, columns, self._scales[name])
        return MasterTernary(source, name, rows, columns, _FLOATS[self._files.dtype(name)])

    def check_unchanged(self) -> None:
        """Raises when a file has another size than when it was opened."""
        self._files.check_unchanged()

    def close(self) -> None:
        """Lets go of the file; arrays handed out stay valid."""
        self._files.close()

    def _at(self, name: str) -> str:
        """The tensor and its file, as an error begins."""
        return f"{self._files.source(name)}: tensor {name}"

    def _require_role(self, name: str, roles: tuple[str, ...]) -> None:
        spec = self._specs[name]
        if spec.role not in roles:
            raise ValueError(f"{name} is a tensor of role {spec.role}; expected {roles}")

    def _read_whole(self, name: str) -> npt.NDArray[Any]:
        array = np.empty(self._files.shape(name), self.stored_dtype(name))
        self._files.read(name, 0, array.reshape(-1).view(np.uint8))
        return array

    def _floats(self, name: str) -> npt.NDArray[np.float32]:
        return to_f32(self._read_whole(name), _FLOATS[self._files.dtype(name)])

    def _check(self, spec: TensorSpec) -> None:
        if spec.name not in self._files:
            raise ModelFileError(
                f"{self._at(spec.name)} is missing; expected it with shape {list(spec.shape)}"
            )
        if spec.role == "ternary" and self._files.dtype(spec.name) == "U8":
            rows, columns = spec.shape
            self._check_shape(spec.name, ((rows + 3) // 4, columns))
            self._scales[spec.name] = self._scale(f"{spec.name}_scale")
            return
        self._check_float(spec.name, "U8, " if spec.role == "ternary" else "")
        self._check_shape(spec.name, spec.shape)
        if spec.role == "ternary" and f"{spec.name}_scale" in self._files:
            raise UnsupportedModelError(
                f"{self._at(spec.name)} is {self._files.dtype(spec.name)} beside a"
                " weight_scale, which is not supported; supported: packed U8 with a weight_scale,"
                " or full-precision weights without one"
            )

    def _scale(self, name: str) -> float:
        """The multiplier that a stored scale stands for."""
        if name not in self._files:
            raise ModelFileError(f"{self._at(name)} is missing; packed weights need it")
        if not self.config.quantized:
            raise ModelFileError(
                f"{self._at(name)} is there, but config.json has no quantization_config"
                " to say whether it multiplies or divides"
            )
        self._check_float(name)
        if self._files.shape(name) not in ((), (1,)):
            raise self._wrong_shape(name, "[1] or []")
        stored = float(self._floats(name).reshape(-1)[0])
        scale = 1.0 / stored if self.config.scale_divides and stored else stored
        largest = 1.0 / _SMALLEST_NORMAL
        if not all(_SMALLEST_NORMAL <= value <= largest for value in (stored, scale)):
            raise ModelFileError(f"{self._at(name)} is {stored}; expected a positive finite scale")
        return scale

    def _check_float(self, name: str, others: str = "") -> None:
        dtype = self._files.dtype(name)
        if dtype not in _FLOATS:
            raise ModelFileError(
                f"{self._at(name)} has dtype {dtype}; expected {others}BF16, F16 or F32"
            )

    def _check_shape(self, name: str, expected: tuple[int, ...]) -> None:
        if self._files.shape(name) != expected:
            raise self._wrong_shape(name, f"{list(expected)} from config.json")

    def _wrong_shape(self, name: str, expected: str) -> ModelFileError:
        found = list(self._files.shape(name))
        return ModelFileError(f"{self._at(name)} has shape {found}; expected {expected}")

    def _check_no_others(self) -> None:
        """Raises at a tensor that the forward pass would leave out although it may matter."""
        harmless = {f"{name}_scale" for name in self._scales}
        if self.config.tie_word_embeddings:
            harmless.add("lm_head.weight")
        for name in self._files.names:
            known = name in self._specs or name in harmless
            if not known and not name.endswith(".rotary_emb.inv_freq"):
                raise ModelFileError(
                    f"{self._files.source(name)}: tensor {shown(name)} is not part of a"
                    f" {self.config.architecture} as config.json describes it"
                )

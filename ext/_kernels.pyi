"""Types of the compiled module; what each function does is said in _kernels.pyx."""

from typing import Any

import numpy as np
import numpy.typing as npt

_Floats = npt.NDArray[np.float32]
_Bytes = npt.NDArray[np.uint8]

def set_names() -> list[str]: ...
def available() -> list[str]: ...
def cpu_features() -> list[str]: ...
def openmp() -> bool: ...
def processors() -> int: ...
def packed_bytes(rows: int, columns: int, lanes: int) -> int: ...
def padded_columns(columns: int) -> int: ...

class TernaryMatrix:
    rows: int
    columns: int
    def __init__(self, tiles: _Bytes, row_scale: _Floats, columns: int, lanes: int) -> None: ...
    @property
    def nbytes(self) -> int: ...

class QuantizedRows:
    capacity: int
    columns: int
    def __init__(
        self,
        q: npt.NDArray[np.int8],
        step: _Floats,
        sum: npt.NDArray[np.int32],
        columns: int,
    ) -> None: ...

def screen_bytes(rows: int, columns: int, lanes: int) -> int: ...

class HeadTable:
    rows: int
    columns: int
    def __init__(self, table: npt.NDArray[Any]) -> None: ...

class ScreenTable:
    rows: int
    columns: int
    lanes: int
    def __init__(self, tiles: _Bytes, step: _Floats, dither: _Floats, lanes: int) -> None: ...
    @property
    def nbytes(self) -> int: ...

class LayerCache:
    def __init__(
        self,
        keys: npt.NDArray[Any],
        values: npt.NDArray[Any],
        key_steps: _Floats,
        value_steps: _Floats,
    ) -> None: ...

class Kernels:
    threads: int
    seconds: float
    def __init__(self, name: str, threads: int) -> None: ...
    @property
    def name(self) -> str: ...
    @property
    def lanes(self) -> int: ...
    @property
    def scores_per_position(self) -> int: ...
    def pack(
        self,
        tiles: _Bytes,
        source: _Bytes,
        first: int,
        rows: int,
        total_rows: int,
        packed: bool,
    ) -> int: ...
    def matmul(
        self, w: TernaryMatrix, x: QuantizedRows, out: _Floats, accumulate: bool = False
    ) -> None: ...
    def norm_quantize(
        self, x: _Floats, weight: _Floats | None, eps: float, out: QuantizedRows
    ) -> None: ...
    def glu_quantize(
        self,
        gate_up: _Floats,
        activation: str,
        weight: _Floats | None,
        eps: float,
        out: QuantizedRows,
    ) -> None: ...
    def rope(
        self,
        qkv: _Floats,
        heads: int,
        cosines: _Floats,
        sines: _Floats,
        start: int,
        cache: LayerCache,
    ) -> None: ...
    def attention(
        self,
        qkv: _Floats,
        heads: int,
        start: int,
        cache: LayerCache,
        scratch: _Floats,
        out: _Floats,
    ) -> None: ...
    def norm(self, x: _Floats, weight: _Floats, eps: float, out: _Floats) -> None: ...
    def head(self, x: _Floats, table: HeadTable, out: _Floats) -> None: ...
    def head_rows(
        self, x: _Floats, table: HeadTable, rows: npt.NDArray[np.int64], out: _Floats
    ) -> None: ...
    def screen_pack(self, screen: ScreenTable, table: HeadTable, first: int, rows: int) -> None: ...
    def screen(
        self,
        screen: ScreenTable,
        high: npt.NDArray[np.int8],
        low: npt.NDArray[np.int8],
        unit: float,
        offset: float,
        out: _Floats,
    ) -> None: ...
    def sweep(self, data: npt.NDArray[np.uint64]) -> float: ...

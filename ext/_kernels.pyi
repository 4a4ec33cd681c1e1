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

KEY_BLOCK: int
SCREEN_GROUP: int

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

class Rows:
    array: _Floats
    capacity: int
    columns: int
    def __init__(self, array: _Floats) -> None: ...

class Projection:
    matrix: TernaryMatrix
    norm: _Floats | None
    def __init__(self, matrix: TernaryMatrix, norm: _Floats | None = None) -> None: ...
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
    def score_rows(self) -> int: ...
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
    def project(
        self,
        tokens: int,
        x: Rows,
        w: Projection,
        eps: float,
        work: QuantizedRows,
        out: Rows,
        accumulate: bool = False,
    ) -> None: ...
    def glu_project(
        self,
        tokens: int,
        gate_up: Rows,
        activation: str,
        w: Projection,
        eps: float,
        work: QuantizedRows,
        out: Rows,
        accumulate: bool = False,
    ) -> None: ...
    def rope(
        self,
        tokens: int,
        qkv: Rows,
        heads: int,
        cosines: Rows,
        sines: Rows,
        start: int,
        cache: LayerCache,
    ) -> None: ...
    def attention(
        self,
        tokens: int,
        qkv: Rows,
        heads: int,
        start: int,
        cache: LayerCache,
        scratch: Rows,
        out: Rows,
    ) -> None: ...
    def norm(self, x: _Floats, weight: _Floats, eps: float, out: _Floats) -> None: ...
    def head(self, x: _Floats, table: HeadTable, out: _Floats) -> None: ...
    def head_rows(
        self, x: _Floats, table: HeadTable, rows: npt.NDArray[np.int64], out: _Floats
    ) -> None: ...
    def screen_pack(self, screen: ScreenTable, table: HeadTable, first: int, rows: int) -> None: ...
    def split_state(
        self,
        x: _Floats,
        screen: ScreenTable,
        high: npt.NDArray[np.int8],
        low: npt.NDArray[np.int8],
    ) -> tuple[float, float, float]: ...
    def screen(
        self,
        screen: ScreenTable,
        high: npt.NDArray[np.int8],
        low: npt.NDArray[np.int8],
        unit: float,
        offset: float,
        out: _Floats,
        best: _Floats,
    ) -> None: ...
    def sweep(self, data: npt.NDArray[np.uint64]) -> float: ...

"""The number formats of tensors in files, and how NumPy sees them."""

import numpy as np
import numpy.typing as npt

# NumPy has no bfloat16: its bits come as uint16, to be widened with bf16_to_f32.
NUMPY_DTYPES: dict[str, np.dtype[np.generic]] = {
    "BOOL": np.dtype(np.bool_),
    "U8": np.dtype(np.uint8),
    "I8": np.dtype(np.int8),
    "U16": np.dtype("<u2"),
    "I16": np.dtype("<i2"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),
    "U32": np.dtype("<u4"),
    "I32": np.dtype("<i4"),
    "F32": np.dtype("<f4"),
    "U64": np.dtype("<u8"),
    "I64": np.dtype("<i8"),
    "F64": np.dtype("<f8"),
}


def bf16_to_f32(bits: npt.NDArray[np.uint16]) -> npt.NDArray[np.float32]:
    """The float32 values of bfloat16 numbers given by their bits; exact."""
    return to_f32(bits, "bf16")


def to_f32(array: npt.NDArray[np.generic], dtype: str) -> npt.NDArray[np.float32]:
    """A float32 copy of a tensor stored as "bf16", "f16" or "f32"; exact."""
    copy = np.empty(array.shape, np.float32)
    widen(array, dtype, copy)
    return copy


def widen(array: npt.NDArray[np.generic], dtype: str, out: npt.NDArray[np.float32]) -> None:
    """The same, written to `out`."""
    if dtype == "bf16":
        bits = out.view(np.uint32)
        bits[...] = array.view(np.uint16)
        bits <<= np.uint32(16)
    else:
        out[...] = array

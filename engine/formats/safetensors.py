"""A safetensors file, opened once its header has been held against the file."""

import mmap
import os
import weakref
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from ternchat.engine.errors import ModelFileError
from ternchat.engine.formats.dtypes import NUMPY_DTYPES
from ternchat.engine.formats.files import open_regular, reason
from ternchat.engine.formats.json_file import parse_json, shown

MAX_HEADER_BYTES = 16_000_000
MAX_TENSORS = 65_536
MAX_DIMENSIONS = 8
MAX_NAME_BYTES = 512


@dataclass(frozen=True)
class _Entry:
    """One tensor of the header; begin and end count from the start of the file."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


class SafetensorsFile:
    """The tensors of one file; nothing of them is read before it is asked for.

    Layout: header length (8 bytes, little-endian), header (JSON), tensors without gaps to the end.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._file = open_regular(self.path)
        try:
            self.size_bytes = os.fstat(self._file.fileno()).st_size
            header_bytes = _header_length(self._file, self.size_bytes, self.path)
            text = _read(self._file, header_bytes, self.path)
            header = parse_json(text, f"{self.path}: header")
            self._entries = _entries(header, 8 + header_bytes, self.size_bytes, self.path)
        except BaseException:
            self._file.close()
            raise
        self._closing = weakref.finalize(self, self._file.close)  # or with the last use of it

    def __enter__(self) -> "SafetensorsFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tensors, in the order of their data."""
        return tuple(self._entries)

    def dtype(self, name: str) -> str:
        """The number format of a tensor, as the file names it: "BF16", "U8", ..."""
        return self._entries[name].dtype

    def shape(self, name: str) -> tuple[int, ...]:
        """The dimensions of a tensor."""
        return self._entries[name].shape

    def size(self, name: str) -> int:
        """The bytes of a tensor."""
        return self._entries[name].end - self._entries[name].begin

    def read(self, name: str, begin: int, into: npt.NDArray[np.uint8]) -> None:
        """Fill `into` with a tensor's bytes from byte `begin` on.

        What is read once is read so: unlike a map it takes no memory of its own, and a file that
        shrinks meanwhile, or a disk that fails, is an error and not the end of the process.
        """
        entry = self._entries[name]
        if not 0 <= begin <= begin + into.size <= entry.end - entry.begin:
            raise ValueError(f"bytes {begin} to {begin + into.size} of {name}")
        rest = into.data
        try:
            self._file.seek(entry.begin + begin)
            while len(rest):
                count = self._file.readinto(rest)
                if not count:
                    break
                rest = rest[count:]
        except OSError as error:
            raise ModelFileError(f"{self.path} cannot be read: {reason(error)}") from error
        if len(rest):
            raise ModelFileError(
                f"{self.path} has changed since it was opened: it ended {len(rest):,} bytes"
                f" before the end of tensor {shown(name)}"
            )

    def array(self, name: str) -> npt.NDArray[Any]:
        """A read-only view of a tensor (bf16 as uint16) in the mapped file; it outlives close().

        It may be unaligned. Reading it after the file has shrunk kills the process: see
        check_unchanged().
        """
        entry = self._entries[name]
        dtype = NUMPY_DTYPES[entry.dtype]
        if entry.begin == entry.end:
            return np.empty(entry.shape, dtype)
        begin = entry.begin // mmap.ALLOCATIONGRANULARITY * mmap.ALLOCATIONGRANULARITY
        length = entry.end - begin
        try:
            whole = mmap.mmap(self._file.fileno(), length, access=mmap.ACCESS_READ, offset=begin)
        except (OSError, OverflowError, ValueError) as error:
            raise ModelFileError(f"{self.path} cannot be mapped: {reason(error)}") from error
        count = (entry.end - entry.begin) // dtype.itemsize
        return np.frombuffer(whole, dtype, count, entry.begin - begin).reshape(entry.shape)

    def check_unchanged(self) -> None:
        """Raises when the file has another size than when it was opened."""
        size_bytes = os.fstat(self._file.fileno()).st_size  # whatever its path holds now
        if size_bytes != self.size_bytes:
            raise ModelFileError(
                f"{self.path} has changed since it was opened: it has {size_bytes:,} bytes;"
                f" expected {self.size_bytes:,}"
            )

    def close(self) -> None:
        """Lets go of the file; views of it live on."""
        self._closing()


def _header_length(file: FileIO, size_bytes: int, path: Path) -> int:
    if size_bytes < 8:
        raise ModelFileError(
            f"{path} has {size_bytes} bytes; expected a safetensors file, which has at least 10"
        )
    length = int.from_bytes(_read(file, 8, path), "little")
    most = min(MAX_HEADER_BYTES, size_bytes - 8)
    if not 2 <= length <= most:
        raise ModelFileError(
            f"{path}: the header claims {length:,} bytes; expected from 2 to {most:,}"
            f" (the file has {size_bytes:,}): not a safetensors file, or cut off"
        )
    return length


def _read(file: FileIO, count: int, path: Path) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise ModelFileError(
            f"{path} ended after {len(data):,} bytes of {count:,} while being read"
        )
    return data


def _entries(
    header: dict[str, Any], data_begin: int, size_bytes: int, path: Path
) -> dict[str, _Entry]:
    """The header's tensors in file order, which must fill the file without holes or overlaps."""
    metadata = header.pop("__metadata__", None)
    if metadata is not None and not (
        isinstance(metadata, dict) and all(isinstance(value, str) for value in metadata.values())
    ):
        raise ModelFileError(
            f"{path}: __metadata__ is {shown(metadata)}; expected an object of strings"
        )
    if len(header) > MAX_TENSORS:
        raise ModelFileError(
            f"{path}: the header names {len(header):,} tensors; expected at most {MAX_TENSORS:,}"
        )
    entries = {name: _entry(name, value, data_begin, path) for name, value in header.items()}
    in_file_order = sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end))
    position = data_begin
    for name, entry in in_file_order:
        if entry.begin != position:
            what = "a hole before it" if entry.begin > position else "an overlap with another"
            raise ModelFileError(
                f"{path}: tensor {shown(name)} begins at byte {entry.begin:,};"
                f" expected {position:,}: there is {what}"
            )
        position = entry.end
    if position > size_bytes:
        raise ModelFileError(
            "{path} has {found} bytes; expected {expected} from its header: it is cut off",
            path=path,
            found=size_bytes,
            expected=position,
        )
    if position < size_bytes:
        raise ModelFileError(
            "{path} has {found} bytes; expected {expected} from its header:"
            " it is longer than its tensors",
            path=path,
            found=size_bytes,
            expected=position,
        )
    return dict(in_file_order)


def _entry(name: str, value: Any, data_begin: int, path: Path) -> _Entry:
    def wrong(field: str, found: object, expected: str) -> ModelFileError:
        where = f"{path}: {field} of tensor {shown(name)}"
        return ModelFileError(f"{where} is {shown(found)}; expected {expected}")

    if len(name.encode("utf-8")) > MAX_NAME_BYTES:
        raise ModelFileError(
            f"{path}: the name of tensor {shown(name)} has {len(name.encode('utf-8')):,} bytes;"
            f" expected at most {MAX_NAME_BYTES}"
        )
    if not isinstance(value, dict):
        raise wrong("the entry", value, "an object with dtype, shape and data_offsets")
    dtype, shape, offsets = (value.get(key) for key in ("dtype", "shape", "data_offsets"))
    if not isinstance(dtype, str) or dtype not in NUMPY_DTYPES:
        raise wrong("dtype", dtype, f"one of {', '.join(NUMPY_DTYPES)}")
    if not _are_sizes(shape) or len(shape) > MAX_DIMENSIONS:
        raise wrong("shape", shape, f"at most {MAX_DIMENSIONS} whole numbers from 0")
    if not _are_sizes(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise wrong("data_offsets", offsets, "two whole numbers from 0, begin and end")
    begin, end = offsets
    size_bytes = NUMPY_DTYPES[dtype].itemsize
    for dimension in shape:
        size_bytes *= dimension
    if end - begin != size_bytes:
        raise wrong("data_offsets", offsets, f"{size_bytes:,} bytes for {dtype} {shape}")
    return _Entry(dtype, tuple(shape), data_begin + begin, data_begin + end)


def _are_sizes(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(
        type(number) is int and 0 <= number < 1 << 63 for number in value
    )

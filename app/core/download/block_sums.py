"""A checksum for each block of a file: finds where it is damaged, proves nothing more."""

import os
import zlib
from pathlib import Path

_SUM_BYTES = 4


class BlockSums:
    """CRC-32 of each whole block that came, in a small file beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sums: list[int] = []
        self._file: int | None = None

    def open(self) -> None:
        """Read what an earlier run wrote, or start empty."""
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        self._file = os.open(self._path, flags, 0o600)
        size = os.fstat(self._file).st_size
        data = os.read(self._file, size) if size else b""
        whole = len(data) // _SUM_BYTES * _SUM_BYTES
        self._sums = [
            int.from_bytes(data[at : at + _SUM_BYTES], "little")
            for at in range(0, whole, _SUM_BYTES)
        ]

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __len__(self) -> int:
        return len(self._sums)

    def __getitem__(self, index: int) -> int:
        return self._sums[index]

    def put(self, index: int, checksum: int) -> None:
        """Note the checksum of a block; blocks are noted in order, known ones may change."""
        assert self._file is not None
        assert index <= len(self._sums)
        self._sums[index : index + 1] = [checksum]
        os.lseek(self._file, index * _SUM_BYTES, os.SEEK_SET)
        os.write(self._file, checksum.to_bytes(_SUM_BYTES, "little"))

    def cut(self, count: int) -> None:
        """Forget all but the first `count`."""
        assert self._file is not None
        if count < len(self._sums):
            del self._sums[count:]
            os.truncate(self._file, count * _SUM_BYTES)

    def hex(self) -> str:
        """All of them, eight digits each."""
        return "".join(f"{checksum:08x}" for checksum in self._sums)


def crc(data: bytes | memoryview, start: int = 0) -> int:
    """The checksum of data that follows data with the checksum `start`."""
    return zlib.crc32(data, start)

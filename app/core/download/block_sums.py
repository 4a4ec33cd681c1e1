"""A checksum for each block of a file: finds where it is damaged, proves nothing more."""

import os
import zlib
from collections.abc import Iterable
from pathlib import Path

# CRC-32, little-endian, and one byte that is 1 for a suspect: a block of which some bytes were
# there already, unwatched, when the checksum was taken.
_ENTRY_BYTES = 5


def crc(data: bytes | memoryview, start: int = 0) -> int:
    """The checksum of data that follows data with the checksum `start`."""
    return zlib.crc32(data, start)


def encoded(checksums: Iterable[int], *, suspect: bool = False) -> bytes:
    """The checksums as they stand in a file."""
    return b"".join(value.to_bytes(4, "little") + bytes([suspect]) for value in checksums)


class BlockSums:
    """The checksum of each whole block that came, in a small file beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: list[tuple[int, bool]] = []
        self._file: int | None = None

    def open(self) -> None:
        """Read what an earlier run wrote, or start empty."""
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        self._file = os.open(self._path, flags, 0o600)
        size = os.fstat(self._file).st_size
        data = os.read(self._file, size) if size else b""
        self._entries = [
            (int.from_bytes(data[at : at + 4], "little"), data[at + 4] != 0)
            for at in range(0, len(data) - _ENTRY_BYTES + 1, _ENTRY_BYTES)
        ]

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> int:
        return self._entries[index][0]

    def suspects(self) -> list[int]:
        """The blocks that may be wrong although their checksum is right."""
        return [index for index, (_, suspect) in enumerate(self._entries) if suspect]

    def put(self, index: int, checksum: int, *, suspect: bool = False) -> None:
        """Note the checksum of a block; blocks are noted in order, known ones may change."""
        assert self._file is not None
        assert index <= len(self._entries)
        self._entries[index : index + 1] = [(checksum, suspect)]
        os.lseek(self._file, index * _ENTRY_BYTES, os.SEEK_SET)
        os.write(self._file, encoded([checksum], suspect=suspect))

    def cut(self, count: int) -> None:
        """Forget all but the first `count`."""
        assert self._file is not None
        if count < len(self._entries):
            del self._entries[count:]
            os.truncate(self._file, count * _ENTRY_BYTES)

    def hex(self) -> str:
        """All of them, eight digits each."""
        return "".join(f"{checksum:08x}" for checksum, _ in self._entries)

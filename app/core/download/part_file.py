"""The growing file of a download: keeps every byte that came, and knows which of them to trust."""

import os
from collections.abc import Iterator
from pathlib import Path

from ternchat.app.core.remote_model import Hash, RemoteFile

from .block_sums import BlockSums, crc

_READ_BYTES = 1 << 20


class PartFile:
    """A file on its way: `NAME.HASH.part`, with checksums of its blocks in `NAME.HASH.sums`.

    Bytes are appended; a block that turned out to be damaged is a hole that is filled in place.
    The last block of an earlier run, of which no checksum was noted, is a suspect: when the hash
    of the whole is wrong, suspects are fetched again before everything else is.
    """

    def __init__(self, folder: Path, file: RemoteFile, block_bytes: int) -> None:
        stem = f"{file.name}.{file.digest.hex[:16]}"
        self.path = folder / f"{stem}.part"
        self.sums_path = folder / f"{stem}.sums"
        self.file = file
        self.done = 0  # all bytes before are there, but for the holes
        self._block = block_bytes
        self._sums = BlockSums(self.sums_path)
        self._handle: int | None = None
        self._holes: list[int] = []  # block numbers, in order
        self._hole_filled = 0
        self._hole_crc = 0
        self._tail_suspect = False  # whether the block that is being written began unwatched
        self._hash: Hash | None = None  # of all bytes before `done`, None when there were holes
        self._crc = 0  # of the block that is being written

    def recover(self) -> Iterator[int]:
        """Open the file and check what is there already; yields how many bytes were checked."""
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        self._handle = os.open(self.path, flags, 0o600)
        self._sums.open()
        on_disk = os.fstat(self._handle).st_size
        if on_disk > self.file.size_bytes:
            os.truncate(self._handle, self.file.size_bytes)
            on_disk = self.file.size_bytes
        self._sums.cut(on_disk // self._block)
        self._holes, self._hole_filled, self.done = [], 0, 0
        self._crc, self._tail_suspect = 0, False
        self._hash = self.file.digest.start(self.file.size_bytes)
        os.lseek(self._handle, 0, os.SEEK_SET)
        while self.done < on_disk:
            self._recover_block(min(self._block, on_disk - self.done))
            yield self.done

    def close(self) -> None:
        """Let go of the files."""
        self._sums.close()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    @property
    def size_on_disk(self) -> int:
        """How many bytes an earlier run left, right or wrong."""
        try:
            return min(self.path.stat().st_size, self.file.size_bytes)
        except OSError:
            return 0

    @property
    def have_bytes(self) -> int:
        """How many bytes are there and not known to be wrong."""
        missing = sum(self._block_size(index) for index in self._holes)
        return self.done - missing + self._hole_filled

    def next_range(self) -> tuple[int, int] | None:
        """The next bytes to fetch, as first and end; None when none are missing."""
        if self._holes:
            start = self._holes[0] * self._block
            return start + self._hole_filled, start + self._block_size(self._holes[0])
        if self.done < self.file.size_bytes:
            return self.done, self.file.size_bytes
        return None

    def write(self, data: memoryview) -> None:
        """Put bytes where `next_range` begins; they must not go beyond where it ends."""
        assert self._handle is not None
        if self._holes:
            self._fill_hole(data)
            return
        os.lseek(self._handle, self.done, os.SEEK_SET)
        while data:
            room = self._block - self.done % self._block
            piece = data[:room]
            written = os.write(self._handle, piece)
            self._append(piece[:written])
            data = data[written:]

    def check(self) -> Iterator[int]:
        """Hash the complete file unless that was done on the way; yields how far it is."""
        assert self._handle is not None
        if self._hash is not None:
            return
        self._hash = self.file.digest.start(self.file.size_bytes)
        os.lseek(self._handle, 0, os.SEEK_SET)
        read = 0
        while data := os.read(self._handle, _READ_BYTES):
            self._hash.update(data)
            read += len(data)
            yield read

    @property
    def is_right(self) -> bool:
        """Whether the complete file is what it must be, after `check`."""
        return self._hash is not None and self._hash.hexdigest() == self.file.digest.hex

    def doubt(self) -> bool:
        """Make the suspects holes, to be fetched again; whether there were any."""
        found = self._sums.suspects()
        if self._tail_suspect and self.done % self._block:
            found.append(self.done // self._block)
        self._holes, self._hole_filled, self._hash = found, 0, None
        return bool(found)

    def discard(self) -> None:
        """Forget every byte."""
        assert self._handle is not None
        os.truncate(self._handle, 0)
        self._sums.cut(0)
        self._holes, self._hole_filled, self.done = [], 0, 0
        self._crc, self._tail_suspect = 0, False
        self._hash = self.file.digest.start(self.file.size_bytes)

    def finish(self, target: Path) -> None:
        """Give the complete, right file its name, on the disk and not only on its way there."""
        assert self.is_right
        assert self._handle is not None
        os.fsync(self._handle)
        self.close()
        os.replace(self.path, target)

    def sums(self) -> str:
        """The checksums of the blocks of a complete file, the last shorter one included."""
        tail = f"{self._crc:08x}" if self.file.size_bytes % self._block else ""
        return self._sums.hex() + tail

    def delete(self) -> None:
        """Remove what is on the disk."""
        self.close()
        for path in (self.path, self.sums_path):
            path.unlink(missing_ok=True)

    # ---- Blocks ---------------------------------------------------------------------------------

    def _recover_block(self, size: int) -> None:
        """Look at the next block on the disk."""
        assert self._handle is not None
        checksum, left = 0, size
        pieces = []
        while left:
            piece = os.read(self._handle, min(left, _READ_BYTES))
            if not piece:
                raise OSError(f"{self.path} became shorter while it was read")
            checksum = crc(piece, checksum)
            pieces.append(piece)
            left -= len(piece)
        index = self.done // self._block
        whole = size == self._block
        if whole and index < len(self._sums) and self._sums[index] != checksum:
            self._holes.append(index)
            self._hash = None
        if self._hash is not None:
            for piece in pieces:
                self._hash.update(piece)
        if whole and index >= len(self._sums):
            self._sums.put(index, checksum, suspect=True)
        self.done += size
        self._crc, self._tail_suspect = (0, False) if whole else (checksum, True)

    def _append(self, piece: memoryview) -> None:
        """Count bytes that were written at the end; they do not cross into another block."""
        if self._hash is not None:
            self._hash.update(piece)
        self._crc = crc(piece, self._crc)
        self.done += len(piece)
        if self.done % self._block == 0:
            index = self.done // self._block - 1
            self._sums.put(index, self._crc, suspect=self._tail_suspect)
            self._crc, self._tail_suspect = 0, False

    def _fill_hole(self, data: memoryview) -> None:
        assert self._handle is not None
        index = self._holes[0]
        os.lseek(self._handle, index * self._block + self._hole_filled, os.SEEK_SET)
        while data:
            written = os.write(self._handle, data)
            self._hole_crc = crc(data[:written], self._hole_crc if self._hole_filled else 0)
            self._hole_filled += written
            data = data[written:]
        if self._hole_filled == self._block_size(index):
            if self._hole_filled == self._block:
                self._sums.put(index, self._hole_crc)
            else:
                self._crc, self._tail_suspect = self._hole_crc, False
            del self._holes[0]
            self._hole_filled = 0

    def _block_size(self, index: int) -> int:
        """The bytes of a block that are on the disk, holes included."""
        return min(self._block, self.done - index * self._block)

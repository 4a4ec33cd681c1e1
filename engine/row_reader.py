"""Matrices of a checkpoint, read into one buffer that is used again for each of them."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from ternchat.engine.formats.huggingface import HuggingFaceCheckpoint

_PIECE_BYTES = 1 << 20  # read between two looks at the caller's wish


class RowReader:
    """Reads what a checkpoint stores of its matrices; loading takes this one buffer on top.

    Every array handed out is valid until the next one is asked for.
    """

    def __init__(self, checkpoint: HuggingFaceCheckpoint) -> None:
        self._checkpoint = checkpoint
        self._buffer = np.empty(0, np.uint8)

    def matrix(self, name: str, advance: Callable[[int], object]) -> npt.NDArray[Any]:
        """All of it; `advance` is told how many bytes were read, and may raise to end it."""
        rows = self._checkpoint.stored_shape(name)[0]
        whole = self._room(name, rows)
        step = max(1, _PIECE_BYTES * rows // whole.nbytes)
        for first in range(0, rows, step):
            piece = whole[first : first + step]
            self._checkpoint.read(name, piece, first)
            advance(piece.nbytes)
        return whole

    def blocks(self, name: str, rows: int) -> Iterator[tuple[int, npt.NDArray[Any]]]:
        """So many rows at a time (fewer at the end), each block with its first row's number."""
        count = self._checkpoint.stored_shape(name)[0]
        whole = self._room(name, min(rows, count))
        for first in range(0, count, rows):
            block = whole[: count - first]
            self._checkpoint.read(name, block, first)
            yield first, block

    def _room(self, name: str, rows: int) -> npt.NDArray[Any]:
        dtype = self._checkpoint.stored_dtype(name)
        shape = (rows, *self._checkpoint.stored_shape(name)[1:])
        size = int(np.prod(shape)) * dtype.itemsize
        if size > self._buffer.size:
            self._buffer = np.empty(0, np.uint8)  # first: two at once are one too many
            self._buffer = np.empty(size, np.uint8)
        return self._buffer[:size].view(dtype).reshape(shape)

"""One block of memory for many arrays."""

import math

import numpy as np
import numpy.typing as npt

from ternchat.engine import backend

_ALIGNMENT = 64


class Arena:
    """Zeroed memory that arrays are laid into, one behind the other, each at a cache line.

    Attributes:
        memory: all of it.
    """

    def __init__(self, size: int) -> None:
        self.memory = backend.allocate(size)
        self._used = 0

    @staticmethod
    def aligned(size: int) -> int:
        """The size with its padding: what an array takes."""
        return -(-size // _ALIGNMENT) * _ALIGNMENT

    def take(self, size: int) -> npt.NDArray[np.uint8]:
        """The next `size` bytes."""
        begin = self._used
        self._used += self.aligned(size)
        return self.memory[begin : begin + size]

    def floats(self, *shape: int) -> npt.NDArray[np.float32]:
        """The next floats."""
        return self.take(4 * math.prod(shape)).view(np.float32).reshape(shape)

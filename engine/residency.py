"""How much of given memory the system really has in it, as the system says."""

import ctypes
import mmap
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

from ternchat.engine.memory import MemoryHeld

_PAGE = mmap.PAGESIZE


@dataclass(frozen=True)
class Span:
    """Where an array lies; nothing is kept alive by it."""

    address: int
    size: int


@dataclass(frozen=True)
class Holdings:
    """What a model and its cache hold, by what it is for (see MemoryHeld).

    Attributes:
        tokenizer: the numbers of its processes.
    """

    weights: tuple[Span, ...]
    screen: tuple[Span, ...]
    work: tuple[Span, ...]
    kv: tuple[Span, ...]
    tokenizer: Callable[[], tuple[int, ...]] = tuple

    def measured(self) -> MemoryHeld | None:
        """What of it is in memory now; None where the system does not tell. Safe on any thread."""
        sizes: dict[str, int] = {}
        for name in ("weights", "screen", "work", "kv"):
            size = resident_bytes(getattr(self, name))
            if size is None:
                return None
            sizes[name] = size
        return MemoryHeld(**sizes, tokenizer=sum(map(private_bytes, self.tokenizer())))


def spans(arrays: Iterable[npt.NDArray[Any]]) -> tuple[Span, ...]:
    """Where these lie, each in one piece."""
    return tuple(Span(array.ctypes.data, array.nbytes) for array in arrays)


def resident_bytes(spans: Iterable[Span]) -> int | None:
    """The bytes of these that are in memory; None where the system does not tell.

    Memory that was never written takes none, and neither does what was swapped out.
    """
    total = 0
    for span in spans:
        if not span.size:
            continue
        first, end = span.address // _PAGE, -(-(span.address + span.size) // _PAGE)
        present = _present(first * _PAGE, end - first)
        if present is None:
            return None
        total += int(np.count_nonzero(present)) * _PAGE
        if present[0]:
            total -= span.address - first * _PAGE
        if present[-1]:
            total -= end * _PAGE - span.address - span.size
    return total


def private_bytes(pid: int) -> int:
    """The memory that a process shares with no other; none for one that has ended."""
    try:
        size: int = psutil.Process(pid).memory_full_info().uss
    except psutil.Error:
        return 0
    return size


if sys.platform == "win32":
    _query = ctypes.WinDLL("kernel32").K32QueryWorkingSetEx
    _query.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32)
    _THIS_PROCESS = ctypes.c_void_p(-1)

    def _present(address: int, pages: int) -> npt.NDArray[Any] | None:
        """For each page from that address on, whether it is in memory."""
        # PSAPI_WORKING_SET_EX_INFORMATION: an address, and what is said of its page
        answers = np.empty((pages, 2), np.uintp)
        answers[:, 0] = address + _PAGE * np.arange(pages, dtype=np.uintp)
        if not _query(_THIS_PROCESS, answers.ctypes.data, answers.nbytes):
            return None
        return answers[:, 1] & np.uintp(1)  # Valid

else:
    _mincore: Any = getattr(ctypes.CDLL(None), "mincore", None)
    if _mincore is not None:
        _mincore.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)

    def _present(address: int, pages: int) -> npt.NDArray[Any] | None:
        """For each page from that address on, whether it is in memory."""
        flags = np.empty(pages, np.uint8)
        if _mincore is None or _mincore(address, pages * _PAGE, flags.ctypes.data):
            return None
        return flags & np.uint8(1)

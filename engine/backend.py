"""The door to the compiled kernels: which set, how many threads, what memory.

The only importer of ternchat.ext, and the only reader of TERNCHAT_* variables in the engine.
"""

import contextlib
import ctypes
import mmap
import os
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

from ternchat.engine.errors import EngineError, UnsupportedProcessorError, Words
from ternchat.ext import _kernels
from ternchat.ext._kernels import (
    KEY_BLOCK,
    SCREEN_GROUP,
    HeadTable,
    Kernels,
    LayerCache,
    Projection,
    QuantizedRows,
    Rows,
    ScreenTable,
    TernaryMatrix,
    packed_bytes,
    padded_columns,
    screen_bytes,
)

__all__ = [
    "FEW_TOKENS",
    "KERNEL_SETS",
    "KEY_BLOCK",
    "SCREEN_GROUP",
    "WRITING_THREADS",
    "HeadTable",
    "Kernels",
    "LayerCache",
    "Projection",
    "QuantizedRows",
    "Rows",
    "ScreenTable",
    "TernaryMatrix",
    "allocate",
    "available_memory",
    "build_stamp",
    "check_device",
    "choose_kernels",
    "choose_writing_kernels",
    "default_threads",
    "describe",
    "measure_read_bandwidth",
    "packed_bytes",
    "padded_columns",
    "processors",
    "quantized_rows",
    "return_unused_memory",
    "screen_bytes",
]

KERNEL_SETS = ("scalar", "avx2", "avxvnni", "avx512vnni", "amx", "neon", "dotprod", "i8mm")
"""Every kernel set Ternchat has a word for; a build holds some, a machine runs some of those."""

WRITING_THREADS = 8
"""Threads that a token at a time is computed with at most, where nobody has said how many."""

FEW_TOKENS = 8
"""So many tokens at once still count as writing: the weights are read once for all of them."""

_HUGE_PAGE = 2 << 20


def choose_kernels(isa: str | None = None, threads: int | None = None) -> Kernels:
    """The kernel set asked for, else TERNCHAT_ISA's, else the fastest this machine can run."""
    available = _kernels.available()
    asked = isa or os.environ.get("TERNCHAT_ISA") or available[-1]
    if asked not in KERNEL_SETS:
        raise UnsupportedProcessorError(
            "there is no kernel set {asked}; this machine can run {available}",
            asked=repr(asked),
            available=", ".join(available),
        )
    if asked not in available:
        lacks = Words("this CPU cannot run the kernel set {asked}; available: {available}")
        if asked not in _kernels.set_names():
            lacks = Words("this build cannot run the kernel set {asked}; available: {available}")
        raise UnsupportedProcessorError(lacks.of(asked=repr(asked), available=", ".join(available)))
    return Kernels(asked, _thread_count(threads))


def choose_writing_kernels(kernels: Kernels, threads: int | None = None) -> Kernels:
    """The same set with as many threads as pay for a token at a time.

    A prompt is bound by arithmetic and wants all cores; writing is bound by memory, which eight
    of them saturate: more only wait for each other (docs/performance.md). Where somebody has said
    how many threads there are to be, it is those.
    """
    count = kernels.threads
    if threads is None and not os.environ.get("TERNCHAT_THREADS"):
        count = min(count, WRITING_THREADS)
    return kernels if count == kernels.threads else Kernels(kernels.name, count)


def _thread_count(threads: int | None) -> int:
    asked: int | str | None = threads
    if asked is None:
        asked = os.environ.get("TERNCHAT_THREADS") or default_threads()
    try:
        count = int(asked)
    except ValueError:
        count = 0
    if not 1 <= count <= 1024:
        raise EngineError(f"the number of threads must be from 1 to 1024, not {asked!r}")
    return count if _kernels.openmp() else 1


def processors() -> int:
    """Logical processors this process may use."""
    return _kernels.processors() if _kernels.openmp() else 1


def default_threads() -> int:
    """One thread per physical core this process may use.

    A core's second hardware thread adds nothing where memory is the limit.
    """
    usable = processors()
    physical = psutil.cpu_count(logical=False) or usable
    return max(1, min(usable, physical))


def check_device(device: str) -> None:
    """Raises unless the device can be used: "auto" and "cpu" can."""
    if device not in ("auto", "cpu"):
        raise UnsupportedProcessorError(
            f'the device {device!r} is not available; use "auto" or "cpu"'
        )


def allocate(size: int) -> npt.NDArray[np.uint8]:
    """Zeroed bytes in huge pages where the system has them; the start is aligned to one."""
    if size < _HUGE_PAGE:
        return np.zeros(size, np.uint8)
    if os.name == "nt":
        return np.zeros(size, np.uint8)
    private = mmap.mmap(-1, size + _HUGE_PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    array = np.frombuffer(private, np.uint8)
    skip, whole = -array.ctypes.data % _HUGE_PAGE, size // _HUGE_PAGE * _HUGE_PAGE
    if hasattr(mmap, "MADV_HUGEPAGE"):
        with contextlib.suppress(OSError):  # a kernel built without them
            private.madvise(mmap.MADV_HUGEPAGE, skip, whole)
            # What is left takes no more than it has, also where all memory gets huge pages.
            private.madvise(mmap.MADV_NOHUGEPAGE, skip + whole)
    return array[skip : skip + size]


def return_unused_memory() -> None:
    """Give back what the allocator keeps of memory that was freed: after loads, a lot."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:  # glibc's
        trim(0)


def quantized_rows(tokens: int, columns: int) -> QuantizedRows:
    """Room for the int8 activations of `tokens` rows of `columns`."""
    q = np.zeros((tokens, padded_columns(columns)), np.int8)
    return QuantizedRows(q, np.zeros(tokens, np.float32), np.zeros(tokens, np.int32), columns)


def available_memory() -> int:
    """Bytes that can be allocated without swapping, as far as the system and its limits say."""
    free = int(psutil.virtual_memory().available)
    if os.name == "posix":
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_AS)
        if soft != resource.RLIM_INFINITY:
            free = min(free, soft - int(psutil.Process().memory_info().vms))
    return max(0, free)


def measure_read_bandwidth(
    threads: int | None = None, total_bytes: int = 2 << 30, repeats: int = 4
) -> float:
    """Bytes per second of the best of several sequential reads by all threads.

    The buffer is larger than any cache and lies in huge pages; run this in a process of its own,
    or its memory counts as the model's.
    """
    kernels = choose_kernels(None, threads)
    unit = 8 * 64 * kernels.threads
    words = allocate(total_bytes // unit * unit).view(np.uint64)
    words[:] = 1  # real pages: untouched ones all map to one page of zeros
    return float(words.nbytes / min(kernels.sweep(words) for _ in range(repeats)))


def build_stamp() -> tuple[int, int]:
    """Something that is another one when the kernels were compiled again."""
    stat = os.stat(_kernels.__file__)
    return stat.st_size, stat.st_mtime_ns


def describe() -> dict[str, Any]:
    """What this build and this machine offer, for `ternchat doctor`."""
    available = _kernels.available()
    return {
        "cpu_features": _kernels.cpu_features(),
        "compiled": _kernels.set_names(),
        "kernel_sets": available,
        "default_kernel": os.environ.get("TERNCHAT_ISA") or available[-1],
        "openmp": _kernels.openmp(),
        "threads_default": default_threads(),
        "threads_writing": min(default_threads(), WRITING_THREADS),
    }

"""How many threads decode fastest on this machine: tried, not guessed.

Physical cores are the guess without a calibration. It is wrong where memory is fed by fewer of
them, or where slow cores of a hybrid processor hold the fast ones up: each thread gets the same
share of a matrix.
"""

import time

import numpy as np

from ternchat.engine import backend
from ternchat.engine.backend import TernaryMatrix

_COLUMNS = 2560
_MATRIX_BYTES = 192 << 20  # more than caches hold, as the matrices of a model are
_SECONDS_PER_COUNT = 0.4
_AS_GOOD_AS_BEST = 0.97


def thread_counts(processors: int) -> list[int]:
    """The counts worth trying: all small ones, then in larger steps, and all processors."""
    counts = [n for n in range(1, processors + 1) if n <= 8 or n % 4 == 0]
    return sorted({*counts, processors})


def decode_rates(isa: str | None = None) -> dict[int, float]:
    """Bytes of packed weights multiplied per second, by number of threads."""
    first = backend.choose_kernels(isa, 1)
    per_row = backend.packed_bytes(first.lanes, _COLUMNS, first.lanes) // first.lanes
    rows = _MATRIX_BYTES // per_row // first.lanes * first.lanes
    tiles = backend.allocate(backend.packed_bytes(rows, _COLUMNS, first.lanes))
    tiles[:] = 0b01_01_01_01  # zeros: real pages, and any weights take the same time
    matrix = TernaryMatrix(tiles, np.ones(rows, np.float32), _COLUMNS, first.lanes)
    x = backend.quantized_rows(1, _COLUMNS)
    first.norm_quantize(np.ones((1, _COLUMNS), np.float32), None, 1e-5, x)
    out = np.empty((1, rows), np.float32)

    rates = {}
    for threads in thread_counts(backend.processors()):
        kernels = backend.choose_kernels(isa, threads)
        kernels.matmul(matrix, x, out)  # the threads are made at the first use
        best, started = float("inf"), time.perf_counter()
        while time.perf_counter() - started < _SECONDS_PER_COUNT:
            before = kernels.seconds
            kernels.matmul(matrix, x, out)
            best = min(best, kernels.seconds - before)
        rates[threads] = matrix.nbytes / best
    return rates


def best_threads(rates: dict[int, float]) -> int:
    """The smallest count that is as good as the best: idle cores are cool and quiet."""
    best = max(rates.values())
    return min(threads for threads, rate in rates.items() if rate >= _AS_GOOD_AS_BEST * best)

"""The output head: all logits, or just those that can be among the highest.

With a bf16 head more than half of a decoded token's memory traffic is the head. The screen is a
copy of it in four bits a weight. Every row is scored from the screen with a bound on the score's
error; rows that can still be among the k highest are scored again from the head itself. The
result is what the full head would give, ids and values.

The bound. A row's weights are E = step * (c - 7.5 - d + e) with codes c, a random dither d per
column, and rounding errors e in [-1/2, 1/2] that the dither makes independent of the weights and
uniform (subtractive dither). A sum of independent uniform numbers is strictly sub-Gaussian: the
score's error exceeds z * |h| * step / sqrt(12) with a probability of at most 2 exp(-z²/2). z is
chosen so that a wrong result is expected once in 10^12 tokens. What 16-bit activations and
float32 sums add is bounded outright.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ternchat.engine import backend
from ternchat.engine.backend import HeadTable, Kernels, ScreenTable
from ternchat.engine.sampler import top_k

Floats = npt.NDArray[np.float32]

_MISS_PROBABILITY = 1e-12  # per token
_CODE_RANGE = 7.0  # a row's largest weight is 7 steps
_FLOAT_ERROR = 1e-5  # of |h| |E|: float32 sums of thousands of terms, generously
_LARGEST_INT16 = 32512  # the upper byte of a rounded value stays within +-127
_DITHER_SEED = 0x7E24
_EXTRA_ROWS = 32  # scored exactly first, to find what the others must reach
_MOST_ROWS = 1 / 8  # of the vocabulary: beyond, the full head is cheaper


@dataclass
class ScreenCounts:
    """What the screen has saved so far: tokens, rows scored exactly, times it did not help."""

    tokens: int = 0
    exact_rows: int = 0
    fallbacks: int = 0


class OutputHead:
    """Logits from normed hidden states.

    Attributes:
        rows: the vocabulary.
        nbytes: bytes of all rows.
        screen_nbytes: bytes of the screen, 0 without one.
        counts: how the screen does.
    """

    def __init__(self, kernels: Kernels, table: npt.NDArray[np.generic]) -> None:
        self.rows = len(table)
        self.counts = ScreenCounts()
        self.nbytes = table.nbytes
        self.screen_nbytes = 0
        self._kernels = kernels
        self._table = HeadTable(table)
        self._one = np.empty((1, self.rows), np.float32)

    def logits(self, hidden: Floats) -> Floats:
        """All logits, (tokens, vocab), of hidden states (tokens, n).

        For one token the result is valid until the next call.
        """
        out = self._one
        if len(hidden) > 1:
            out = np.empty((len(hidden), self.rows), np.float32)
        self._kernels.head(hidden, self._table, out)
        return out

    @property
    def bytes_per_token(self) -> int:
        """Bytes read for one token, on average so far."""
        counts = self.counts
        if not self.screen_nbytes or not counts.tokens:
            return self.screen_nbytes or self.nbytes
        whole = counts.fallbacks * self.nbytes
        rows = counts.exact_rows * (self.nbytes // self.rows)
        return self.screen_nbytes + (whole + rows) // counts.tokens

    def highest(
        self, hidden: Floats, k: int, others: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], Floats]:
        """Ids and logits of tokens that include the k highest, all ties, and `others`.

        hidden is (1, n); the ids come in ascending order.
        """
        everything = np.arange(self.rows, dtype=np.int64)
        return everything, self.logits(hidden)[0]


class ScreenedHead(OutputHead):
    """A head with a four-bit screen in front."""

    def __init__(self, kernels: Kernels, table: npt.NDArray[np.generic]) -> None:
        super().__init__(kernels, table)
        columns = table.shape[1]
        draw = np.random.default_rng(_DITHER_SEED)
        self._dither = np.asarray(draw.uniform(-0.5, 0.5, columns), np.float32)
        self._step = np.zeros(self.rows, np.float32)
        tiles = backend.allocate(backend.screen_bytes(self.rows, columns, kernels.lanes))
        self._screen = ScreenTable(tiles, self._step, self._dither, kernels.lanes)
        self.screen_nbytes = self._screen.nbytes
        padded = backend.padded_columns(columns)
        self._high, self._low = (np.zeros(padded, np.int8) for _ in range(2))
        self._scores, self._reach = (np.empty(self.rows, np.float32) for _ in range(2))
        self._z = math.sqrt(2 * math.log(2 * self.rows / _MISS_PROBABILITY))

    def pack(self, first: int, rows: int) -> None:
        """Fill the screen's rows; `first` is a multiple of 32."""
        self._kernels.screen_pack(self._screen, self._table, first, rows)

    def highest(
        self, hidden: Floats, k: int, others: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], Floats]:
        """Ids and logits of tokens that include the k highest, all ties, and `others`."""
        self.counts.tokens += 1
        ids = self._reaching(hidden[0], k)
        if ids is None:
            self.counts.fallbacks += 1
            return super().highest(hidden, k, others)
        if len(others):
            ids = np.union1d(ids, others)
        self.counts.exact_rows += len(ids)
        return ids, self._exact(hidden[0], ids)

    def _reaching(self, h: Floats, k: int) -> npt.NDArray[np.int64] | None:
        """Ids whose logit may be one of the k highest; None when they are too many."""
        first = 2 * k + _EXTRA_ROWS
        if first >= self.rows * _MOST_ROWS:
            return None
        margin = self._score(h)
        if margin is None:
            return None
        likely = top_k(self._scores, first).astype(np.int64)
        must_reach = np.partition(self._exact(h, likely), -k)[-k]
        np.multiply(self._step, np.float32(margin), out=self._reach)
        self._reach += self._scores
        ids = np.flatnonzero(self._reach >= must_reach).astype(np.int64, copy=False)
        return ids if len(ids) < self.rows * _MOST_ROWS else None

    def _score(self, h: Floats) -> float | None:
        """Score all rows; by how many steps a score may be wrong. None: h is not usable."""
        largest = float(np.abs(h).max())
        if not 0 < largest < math.inf:
            return None
        unit = largest / _LARGEST_INT16
        if unit < 1e-30:
            return None
        whole = np.rint(h / np.float32(unit)).astype(np.int32)
        high = (whole + 128) >> 8
        n = len(h)
        self._high[:n], self._low[:n] = high, whole - 256 * high
        offset = float(whole @ (self._dither.astype(np.float64) + 7.5))
        self._kernels.screen(self._screen, self._high, self._low, unit, offset, self._scores)
        norm = float(np.linalg.norm(h.astype(np.float64)))
        rounding = 0.5 * unit * math.sqrt(n) + _FLOAT_ERROR * norm
        return self._z * norm / math.sqrt(12) + rounding * _CODE_RANGE * math.sqrt(n)

    def _exact(self, h: Floats, ids: npt.NDArray[np.int64]) -> Floats:
        out = np.empty(len(ids), np.float32)
        self._kernels.head_rows(h, self._table, ids, out)
        return out

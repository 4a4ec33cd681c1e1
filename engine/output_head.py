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
from typing import Any

import numpy as np
import numpy.typing as npt

from ternchat.engine import backend
from ternchat.engine.backend import SCREEN_GROUP, HeadTable, Kernels, ScreenTable

Floats = npt.NDArray[np.float32]

_MISS_PROBABILITY = 1e-12  # per token
_CODE_RANGE = 7.0  # a row's largest weight is 7 steps
_FLOAT_ERROR = 1e-5  # of |h| |E|: float32 sums of thousands of terms, generously
_ROUNDING = 0.51  # of a unit, at most, between a state and its 16 bits
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

    @property
    def screen_arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """What the screen lies in."""
        return ()

    @property
    def work_arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """What scores and logits are written to."""
        return (self._one,)

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
        groups = -(-self.rows // SCREEN_GROUP)
        self._steps = np.zeros((groups, SCREEN_GROUP), np.float32)  # zero behind the last row
        self._largest_steps = np.zeros(groups, np.float32)
        self._scores = np.empty((groups, SCREEN_GROUP), np.float32)
        self._best = np.empty(groups, np.float32)  # score in each group
        self._tiles = backend.allocate(backend.screen_bytes(self.rows, columns, kernels.lanes))
        self._screen = ScreenTable(
            self._tiles, self._steps.reshape(-1)[: self.rows], self._dither, kernels.lanes
        )
        self.screen_nbytes = self._screen.nbytes
        padded = backend.padded_columns(columns)
        self._high, self._low = (np.zeros(padded, np.int8) for _ in range(2))
        self._z = math.sqrt(2 * math.log(2 * self.rows / _MISS_PROBABILITY))

    @property
    def screen_arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """What the screen lies in."""
        return self._tiles, self._steps, self._largest_steps, self._dither

    @property
    def work_arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """What scores and logits are written to."""
        return self._one, self._scores, self._best, self._high, self._low

    def pack(self, first: int, weights: npt.NDArray[np.generic]) -> None:
        """Fill the screen's rows from `first` on, a multiple of SCREEN_GROUP."""
        rows, columns = weights.shape
        lanes = self._kernels.lanes
        begin = backend.screen_bytes(first, columns, lanes)
        part = ScreenTable(
            self._tiles[begin : begin + backend.screen_bytes(rows, columns, lanes)],
            self._steps.reshape(-1)[first : first + rows],
            self._dither,
            lanes,
        )
        self._kernels.screen_pack(part, HeadTable(weights), 0, rows)
        groups = slice(first // SCREEN_GROUP, -(-(first + rows) // SCREEN_GROUP))
        self._largest_steps[groups] = self._steps[groups].max(1)

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
        first, most = 2 * k + _EXTRA_ROWS, int(self.rows * _MOST_ROWS)
        if first >= most:
            return None
        margin = self._score(h)
        if margin is None:
            return None
        ranked = self._best if first <= len(self._best) else self._scores.reshape(-1)
        likely = self._at_least(np.partition(ranked, -first)[-first], 0.0)
        if not k <= len(likely) < most:
            return None
        must_reach = np.partition(self._exact(h, likely), -k)[-k]
        ids = self._at_least(must_reach, margin)
        return ids if len(ids) < most else None

    def _at_least(self, score: float, margin: float) -> npt.NDArray[np.int64]:
        """Ids of rows whose score, `margin` steps added, reaches `score`.

        Most groups are passed over for their best score and largest step: additions and products
        round in the same direction for a group as for its rows, so none is missed.
        """
        steps = np.float32(margin)
        groups = np.flatnonzero(self._best + steps * self._largest_steps >= score)
        reach = self._scores[groups] + steps * self._steps[groups]
        group, row = np.nonzero(reach >= score)
        return groups[group].astype(np.int64, copy=False) * SCREEN_GROUP + row

    def _score(self, h: Floats) -> float | None:
        """Score all rows; by how many steps a score may be wrong. None: h is not usable."""
        unit, offset, norm = self._kernels.split_state(h, self._screen, self._high, self._low)
        if not unit:
            return None
        self._kernels.screen(
            self._screen, self._high, self._low, unit, offset, self._scores, self._best
        )
        root = math.sqrt(len(h))
        rounding = _ROUNDING * unit * root + _FLOAT_ERROR * norm
        return self._z * norm / math.sqrt(12) + rounding * _CODE_RANGE * root

    def _exact(self, h: Floats, ids: npt.NDArray[np.int64]) -> Floats:
        out = np.empty(len(ids), np.float32)
        self._kernels.head_rows(h, self._table, ids, out)
        return out

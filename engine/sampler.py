"""Choosing the next token: penalty, top-k, softmax at the temperature, top-p, min-p, draw."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ternchat.engine.errors import EngineError

Ids = npt.NDArray[np.int64]

# Maxima of so many logits at a time give top_k a threshold 20 times faster than a partition.
_BLOCK = 128


@dataclass(frozen=True)
class SamplingParams:
    """How tokens are chosen, and when to stop.

    Attributes:
        temperature: 0 is greedy; below 1 sharpens, above 1 flattens.
        top_k: only so many of the likeliest tokens are drawn from; 0 is all.
        top_p: only the likeliest tokens that together reach this probability are drawn from.
        min_p: only tokens with this share of the likeliest one's probability are drawn from.
        repetition_penalty: above 1 makes recent tokens less likely (CTRL).
        seed: the same seed gives the same answer on one machine; None draws one.
        max_tokens: tokens an answer may have; None is as many as the context holds.
        stop: strings that end the answer and are not part of it.
    """

    temperature: float = 0.7
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    seed: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_number("temperature", self.temperature, 0.0, 100.0)
        _check_integer("top_k", self.top_k, 0)
        _check_number("top_p", self.top_p, 0.0, 1.0)
        if self.top_p == 0:
            raise ValueError("top_p is 0; expected a number above 0 (temperature=0 is greedy)")
        _check_number("min_p", self.min_p, 0.0, 1.0)
        _check_number("repetition_penalty", self.repetition_penalty, 0.01, 100.0)
        if self.seed is not None:
            _check_integer("seed", self.seed, 0)
        if self.max_tokens is not None:
            _check_integer("max_tokens", self.max_tokens, 1)
        if isinstance(self.stop, str) or not all(
            isinstance(text, str) and text for text in self.stop
        ):
            raise ValueError(f"stop is {self.stop!r}; expected a tuple of strings, none empty")
        object.__setattr__(self, "stop", tuple(self.stop))


class Sampler:
    """Draws tokens as its parameters say; one random number a token, none when greedy."""

    def __init__(self, params: SamplingParams, vocab_size: int) -> None:
        self.params = params
        self.vocab_size = vocab_size
        self._random = np.random.Generator(np.random.PCG64(params.seed))

    def needs(self, recent: Sequence[int]) -> tuple[int, Ids] | None:
        """How many of the highest logits, and which others, decide; None: all of them."""
        params = self.params
        if params.temperature > 0 and not params.top_k:
            return None
        # a penalty can push every recent token out of the highest, or pull it in
        penalised = params.repetition_penalty != 1.0
        others = np.unique(np.array(recent if penalised else [], np.int64))
        return (params.top_k if params.temperature > 0 else 1) + len(others), others

    def sample(
        self,
        logits: npt.NDArray[np.float32],
        recent: Sequence[int] = (),
        among: Ids | None = None,
    ) -> int:
        """The next token id.

        Args:
            logits: of the whole vocabulary, or of the ids in `among`.
            recent: ids the repetition penalty applies to.
            among: ascending ids that hold at least what `needs` asks for.
        """
        self._check(logits, self.vocab_size if among is None else len(among))
        if among is None:
            return self._place(logits, np.array(recent, np.intp))
        places = among.searchsorted(np.array(recent, np.int64))
        there = among.take(places, mode="clip") == recent
        return int(among[self._place(logits, places[there])])

    def _place(self, logits: npt.NDArray[np.float32], recent: npt.NDArray[np.intp]) -> int:
        """The place of the drawn token in the logits."""
        params = self.params
        if params.repetition_penalty != 1.0:
            logits = repetition_penalty(logits, recent, params.repetition_penalty)
        if params.temperature == 0:
            return int(logits.argmax())  # the lowest id among equals
        ids = top_k(logits, params.top_k) if params.top_k else np.arange(len(logits))
        probabilities = softmax(logits[ids], params.temperature)
        kept = top_p(probabilities, params.top_p)
        kept = kept[min_p(probabilities[kept], params.min_p)]
        ids, probabilities = ids[kept], probabilities[kept]
        cumulative = probabilities.cumsum()
        place = cumulative.searchsorted(self._random.random() * cumulative[-1], side="right")
        return int(ids[min(place, len(ids) - 1)])  # rounding may reach the very end

    def _check(self, logits: npt.NDArray[np.float32], count: int) -> None:
        if logits.shape != (count,):
            raise ValueError(f"logits have shape {logits.shape}; expected ({count},)")
        lowest, highest = float(logits.min()), float(logits.max())
        if not (math.isfinite(lowest) and math.isfinite(highest)):
            raise EngineError(
                f"the model's logits reach from {lowest} to {highest}; expected finite numbers:"
                " its weights are damaged, or not what its config.json says"
            )


def repetition_penalty(
    logits: npt.NDArray[np.float32], recent: Sequence[int] | npt.NDArray[np.intp], penalty: float
) -> npt.NDArray[np.float32]:
    """The logits with those of recent ids divided (where positive) or multiplied by the penalty."""
    ids = np.asarray(recent, dtype=np.intp)
    logits = logits.copy()
    logits[ids] = np.where(logits[ids] > 0, logits[ids] / penalty, logits[ids] * penalty)
    return logits


def top_k(logits: npt.NDArray[np.float32], k: int) -> npt.NDArray[np.intp]:
    """The ids of the k highest logits, highest first; among equals the lowest id first."""
    if k >= len(logits):
        ids = np.arange(len(logits))
    else:
        ids = np.flatnonzero(logits >= _threshold(logits, k))
    order = np.argsort(-logits[ids], kind="stable")
    return ids[order[:k]]


def softmax(logits: npt.NDArray[np.float32], temperature: float) -> npt.NDArray[np.float64]:
    """The probabilities of the logits at a temperature above 0."""
    with np.errstate(over="ignore"):  # a tiny temperature makes -inf of all but the highest
        scaled = (logits.astype(np.float64) - float(logits.max())) / temperature
    exponentials: npt.NDArray[np.float64] = np.exp(scaled)
    exponentials /= exponentials.sum()
    return exponentials


def top_p(probabilities: npt.NDArray[np.float64], p: float) -> npt.NDArray[np.intp]:
    """The indices of the fewest likeliest tokens that together reach p, likeliest first."""
    if p >= 1:
        return np.arange(len(probabilities))
    # tokens below this cannot matter: all of them together have less than 1 - p
    ids = np.flatnonzero(probabilities >= (1 - p) / len(probabilities))
    ids = ids[np.argsort(-probabilities[ids], kind="stable")]
    reached = probabilities[ids].cumsum() >= p
    count = int(reached.argmax()) + 1 if reached.any() else len(ids)
    return ids[:count]


def min_p(probabilities: npt.NDArray[np.float64], p: float) -> npt.NDArray[np.intp]:
    """The indices of the tokens with at least the share p of the likeliest one's probability."""
    return np.flatnonzero(probabilities >= p * probabilities.max())


def _threshold(logits: npt.NDArray[np.float32], k: int) -> float:
    """A value that at least k logits reach, and few more."""
    blocks = len(logits) // _BLOCK
    if k > blocks:
        return float(np.partition(logits, -k)[-k])
    # k blocks have a maximum of at least the threshold, so at least k logits have
    maxima = logits[: blocks * _BLOCK].reshape(_BLOCK, blocks).max(axis=0)
    return float(np.partition(maxima, -k)[-k])


def _check_number(name: str, value: float, minimum: float, maximum: float) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or math.isnan(value) or not minimum <= value <= maximum:
        raise ValueError(f"{name} is {value!r}; expected a number from {minimum:g} to {maximum:g}")


def _check_integer(name: str, value: int, minimum: int) -> None:
    if type(value) is not int or value < minimum:
        raise ValueError(f"{name} is {value!r}; expected a whole number from {minimum}")

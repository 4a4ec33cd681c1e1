"""Lossless speculation by prompt lookup: guess the next tokens, check them in one forward pass.

Decoding is bound by memory, so several tokens cost less than as many passes of one. What followed
the last few tokens before is the guess; the sampler draws every token from the model's own logits,
and guesses count only as far as they agree with it. The answer is the same with and without.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MAX_DRAFT = 8
"""Tokens that are guessed at once at most."""

_NO_TOKEN = -1  # stands before the first

# Estimates: where they begin, and how fast a new observation or its absence moves them.
_CHANCES = {2: 0.3, 3: 0.5, 4: 0.7}  # that a guess is right, by the length of the n-gram it follows
_COST = 0.5
_CHANCE_WEIGHT, _COST_WEIGHT, _DRIFT = 1 / 8, 1 / 4, 1 / 100

# What guesses may lose: so much at the beginning of a reply, so much more with each step.
_CREDIT, _CREDIT_PER_STEP = 0.5, 0.01
_MOST_CREDIT = float(MAX_DRAFT)

_LEAST_GAIN = 1.02  # estimates are rough: expect this much, or do not guess


@dataclass(frozen=True)
class Draft:
    """Guessed tokens.

    Attributes:
        matched: length of the n-gram that was found; 0 if none was.
        token_ids: what may follow.

    """

    matched: int
    token_ids: tuple[int, ...]


NO_DRAFT = Draft(0, ())


class Drafter:
    """Guesses what follows a growing list of ids: what followed its last n-gram the last time."""

    def __init__(self, ids: Sequence[int]) -> None:
        self._ids = ids
        self._after: dict[tuple[int, ...], int] = {}  # n-gram -> the position behind its last place
        self._indexed = 0  # the n-grams that end before this position are in the index
        self._last = (_NO_TOKEN,) * 4  # the tokens before it
        self._index()

    def propose(self, count: int) -> Draft:
        """As many as `count` tokens after the longest n-gram that stood somewhere before."""
        self._index()
        if count <= 0:
            return NO_DRAFT
        _, b, c, d = self._last
        for gram in (self._last, (b, c, d), (c, d)):
            start = self._after.get(gram)
            if start is not None:
                # a repetition that reaches the end goes on: its guesses are copied in turn
                ids, period = self._ids, len(self._ids) - start
                return Draft(len(gram), tuple(ids[start + i % period] for i in range(count)))
        return NO_DRAFT

    def _index(self) -> None:
        ids, after = self._ids, self._after
        a, b, c, d = self._last
        for end in range(self._indexed, len(ids)):
            after[a, b, c, d] = after[b, c, d] = after[c, d] = end
            a, b, c, d = b, c, d, ids[end]
        self._indexed, self._last = len(ids), (a, b, c, d)


class Pace:
    """Decides how many guesses are worth checking, from what guesses cost and gained so far.

    All in units of the time of a step without guesses. What guesses lose in one reply is at most
    0.5, plus 0.01 for each step, as far as their cost is known: credit pays for the worst case.
    """

    def __init__(self) -> None:
        self._chances = dict(_CHANCES)
        self._cost = _COST  # of one more token in a step
        self._step_seconds: float | None = None
        self._credit = _CREDIT
        self._idle = 0  # steps without guesses since the estimates were last moved

    def begin(self) -> None:
        """A new reply begins."""
        self._credit = _CREDIT

    def worthwhile(self, matched: int) -> int:
        """How many guesses to check that follow an n-gram of this length."""
        if self._step_seconds is None or not matched:
            return 0
        self._forget()
        best, best_gain = 0, _LEAST_GAIN
        right, tokens = 1.0, 1.0  # that all guesses so far are right; tokens that can be expected
        for count in range(1, MAX_DRAFT + 1):
            if count * self._cost > self._credit:
                break
            right *= self._chances[matched]
            tokens += right
            gain = tokens / (1 + count * self._cost)
            if gain > best_gain:
                best, best_gain = count, gain
        return best

    def record(self, seconds: float, draft: Draft, accepted: int) -> None:
        """A step took so long and found so many of its guesses right."""
        drafted = len(draft.token_ids)
        self._earn(_CREDIT_PER_STEP)
        if drafted == 0:
            self._step_seconds = _smooth(self._step_seconds, seconds)
            self._idle += 1
        elif self._step_seconds is not None:
            # other programs disturb: one measurement never says more than "as dear as a step"
            cost = min(max((seconds / self._step_seconds - 1) / drafted, 0.0), 1.0)
            self._cost += _COST_WEIGHT * (cost - self._cost)
            self._earn(accepted - drafted * max(cost, self._cost))
            for _ in range(accepted):
                self._learn(draft.matched, 1.0)
            if accepted < drafted:
                self._learn(draft.matched, 0.0)

    def _earn(self, steps: float) -> None:
        self._credit = min(self._credit + steps, _MOST_CREDIT)

    def _learn(self, matched: int, outcome: float) -> None:
        self._chances[matched] += _CHANCE_WEIGHT * (outcome - self._chances[matched])

    def _forget(self) -> None:
        """Back towards the first estimates: what was given up is tried again some time."""
        kept, self._idle = (1 - _DRIFT) ** self._idle, 0
        self._cost = _COST + kept * (self._cost - _COST)
        for matched, chance in _CHANCES.items():
            self._chances[matched] = chance + kept * (self._chances[matched] - chance)


def _smooth(mean: float | None, seconds: float) -> float:
    """The running mean of a time; one disturbed measurement moves it little."""
    if mean is None:
        return seconds
    return mean + _COST_WEIGHT * (min(max(seconds, mean / 2), 2 * mean) - mean)

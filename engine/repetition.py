"""Notices that an answer repeats itself, while it is being written."""

from collections import Counter, deque

_GRAM = 8  # tokens that have to come again before a period is suspected
_LEAST_RUN = 48  # tokens that repeat exactly before anyone is told
_STUCK_PERIOD, _STUCK_COPIES = 8, 64
_SHORT_GRAM, _OFTEN = 4, 3
_WINDOW, _WINDOW_SHARE = 128, 0.75


class RepetitionGuard:
    """Watches the tokens of an answer; one more costs the same however many there were.

    Two things are looked for: a stretch of text that follows itself exactly, at any distance, and
    text of which most was there several times before ("7. The cat sat. 8. The cat sat. ...").
    """

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._places: dict[tuple[int, ...], int] = {}  # tokens in a row -> where they last ended
        self._period = self._run = 0  # the last `run` tokens equal those `period` before them
        self._counts: Counter[tuple[int, ...]] = Counter()
        self._familiar: deque[bool] = deque(maxlen=_WINDOW)
        self._familiar_count = 0

    def add(self, token: int) -> None:
        """The answer's next token."""
        self._ids.append(token)
        self._follow_period(token)
        self._count_familiar()

    @property
    def repeats(self) -> bool:
        """Whether the text at the end came three times in a row, or is mostly old."""
        if self._period and self._run >= max(_LEAST_RUN, 2 * self._period):
            return True
        return self._familiar_count >= _WINDOW_SHARE * _WINDOW

    @property
    def stuck(self) -> bool:
        """Whether the same few tokens came so often in a row that nothing else will come."""
        copies = self._run // self._period + 1 if self._period else 0
        return self._period <= _STUCK_PERIOD and copies >= _STUCK_COPIES

    def _follow_period(self, token: int) -> None:
        ids = self._ids
        gram, end = tuple(ids[-_GRAM:]), len(ids)
        if self._period and token == ids[-1 - self._period]:
            self._run += 1
        else:
            # the last time is the nearest: so the shortest period is found
            place = self._places.get(gram)
            self._period = end - place if place is not None else 0
            self._run = _GRAM if self._period else 0
        if len(gram) == _GRAM:
            self._places[gram] = end

    def _count_familiar(self) -> None:
        gram = tuple(self._ids[-_SHORT_GRAM:])
        familiar = self._counts[gram] >= _OFTEN
        self._counts[gram] += 1
        if len(self._familiar) == _WINDOW:
            self._familiar_count -= self._familiar[0]
        self._familiar.append(familiar)
        self._familiar_count += familiar

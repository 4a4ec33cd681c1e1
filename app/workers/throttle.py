"""Lets through as many reports as a person can read."""

import time
from collections.abc import Callable

from ternchat.app.core.progress import Progress, State

INTERVAL_SECONDS = 0.25


class ProgressThrottle:
    """Of each model's reports, those that change its state, and a few of the others."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: dict[str, tuple[State, float]] = {}

    def lets_through(self, progress: Progress) -> bool:
        """Whether this one is to be shown."""
        now = self._clock()
        state, shown_at = self._last.get(progress.name, (None, 0.0))
        is_news = progress.state is not state or progress.state.final
        if not is_news and now - shown_at < INTERVAL_SECONDS:
            return False
        self._last[progress.name] = (progress.state, now)
        return True

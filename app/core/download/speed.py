"""How fast bytes come, over the last seconds."""

from collections import deque

WINDOW_SECONDS = 20.0
_STEP_SECONDS = 0.25


class SpeedMeter:
    """Bytes per second over a sliding window; silence counts, so the figure falls to zero."""

    def __init__(self, now: float, window_seconds: float = WINDOW_SECONDS) -> None:
        self._window = window_seconds
        self._started = now
        self._last = now
        self._steps: deque[tuple[float, int]] = deque()  # (when, bytes), oldest first

    def add(self, now: float, size_bytes: int) -> None:
        """Count bytes that came just now."""
        if self._steps and now - self._steps[-1][0] < _STEP_SECONDS:
            when, counted = self._steps.pop()
            self._steps.append((when, counted + size_bytes))
        else:
            self._steps.append((now, size_bytes))

    def rate(self, now: float) -> float | None:
        """Bytes per second; None in the first moments, when nothing can be said."""
        while self._steps and now - self._steps[0][0] > self._window:
            self._steps.popleft()
        span = min(now - self._started, self._window)
        if span < _STEP_SECONDS:
            return None
        return sum(size for _, size in self._steps) / span

    def seconds_left(self, now: float, missing_bytes: int) -> float | None:
        """How long the rest takes at this speed; None when nothing comes."""
        rate = self.rate(now)
        return missing_bytes / rate if rate else None

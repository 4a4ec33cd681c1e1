"""What was read and written between two looks, by the answers' own clocks."""

from typing import Any


class Tally:
    """Counts tokens and seconds of answers, however short; `take` gives the speeds."""

    def __init__(self) -> None:
        self._read = self._written = (0, 0.0)  # tokens, seconds
        self._before: Any = None  # the timings of the answer on its way, when it was last heard of

    def add(self, timings: Any) -> None:
        """An answer has come so far (ternchat.engine.Timings)."""
        if timings.new_tokens == 0:
            return
        before = self._before
        if before is None:  # its first word: the prompt has been read
            tokens = timings.prompt_tokens - timings.reused_tokens
            self._read = _sum(self._read, tokens, timings.prefill_seconds)
        # The first token comes of reading; the clock of writing begins with it.
        written = timings.new_tokens - (1 if before is None else before.new_tokens)
        seconds = timings.decode_seconds - (0.0 if before is None else before.decode_seconds)
        self._written = _sum(self._written, written, seconds)
        self._before = timings

    def end(self) -> None:
        """The answer is over; the next one begins anew."""
        self._before = None

    def take(self) -> tuple[float, float]:
        """Tokens per second read and written since the last time, 0 for what did not happen."""
        rates = _rate(*self._read), _rate(*self._written)
        self._read = self._written = (0, 0.0)
        return rates


def _sum(so_far: tuple[int, float], tokens: int, seconds: float) -> tuple[int, float]:
    if tokens <= 0 or seconds <= 0:
        return so_far
    return so_far[0] + tokens, so_far[1] + seconds


def _rate(tokens: int, seconds: float) -> float:
    return tokens / seconds if tokens else 0.0

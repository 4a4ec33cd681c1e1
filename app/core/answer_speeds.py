"""How fast models really wrote on this computer, told by their answers."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from .atomic_file import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "answers.json"
LEAST_TOKENS = 16
"""An answer of fewer says little about the speed."""

_MOST_TOKENS = 2000  # of which the mean is made: older answers count ever less
_MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class AnswerSpeed:
    """Tokens written, and the seconds they took, with one kernel set and number of threads."""

    tokens: float
    seconds: float
    kernel: str
    threads: int

    def __post_init__(self) -> None:
        for value in (self.tokens, self.seconds):
            if not isinstance(value, (int, float)) or not math.isfinite(value) or value <= 0:
                raise ValueError(f"{value!r} tokens or seconds; expected a positive number")

    @property
    def tokens_per_second(self) -> float:
        """The mean."""
        return self.tokens / self.seconds

    def and_then(self, later: AnswerSpeed) -> AnswerSpeed:
        """Both together, where they are comparable; otherwise what is newer."""
        if (self.kernel, self.threads) != (later.kernel, later.threads):
            return later
        share = min(1.0, _MOST_TOKENS / (self.tokens + later.tokens))
        return AnswerSpeed(
            share * (self.tokens + later.tokens),
            share * (self.seconds + later.seconds),
            self.kernel,
            self.threads,
        )


def of_answer(timings: Any, kernel: str, threads: int) -> AnswerSpeed | None:
    """What an answer's timings (ternchat.engine.Timings) tell; None when it was too short."""
    tokens = timings.new_tokens - 1  # the first comes of reading
    if tokens < LEAST_TOKENS or timings.decode_seconds <= 0:
        return None
    return AnswerSpeed(tokens, timings.decode_seconds, kernel, threads)


def load(cache: Path) -> dict[str, AnswerSpeed]:
    """The speed of each model that has answered here, by its name."""
    speeds = {}
    for name, values in _read(cache).items():
        try:
            speeds[name] = AnswerSpeed(**values)
        except (TypeError, ValueError):
            continue  # damaged: the next answer tells again
    return speeds


def add(cache: Path, model: str, speed: AnswerSpeed) -> None:
    """Take another answer into account."""
    speeds = load(cache)
    before = speeds.get(model)
    speeds[model] = speed if before is None else before.and_then(speed)
    cache.mkdir(parents=True, exist_ok=True)
    text = json.dumps({name: asdict(known) for name, known in speeds.items()}, indent=1)
    write_atomically(cache / FILE_NAME, text.encode("utf-8"))


def _read(cache: Path) -> dict[str, Any]:
    try:
        with (cache / FILE_NAME).open("rb") as file:
            values = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}

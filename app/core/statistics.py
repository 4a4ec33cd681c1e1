"""The live numbers of the engine, gathered from its events."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from .turn import Batch, Ending, ModelFacts, Phase, Progress

WINDOW_SECONDS = 2.0


@dataclass(frozen=True)
class Snapshot:
    """All numbers at one moment; None means unknown.

    Attributes:
        phase: what the engine is doing.
        model_title: the model being loaded or used.
        done, total: progress of the phase: bytes while loading, tokens while reading.
        prefill_tokens_per_second, decode_tokens_per_second: of this answer or the last one.
        used_tokens: tokens in the context.
        kept_bytes: memory that keys and values of other texts take, at the end of the last answer.
        facts: the loaded model.
        process_bytes: resident memory of the whole program.

    """

    phase: Phase = Phase.IDLE
    model_title: str = ""
    done: int = 0
    total: int = 0
    prefill_tokens_per_second: float | None = None
    decode_tokens_per_second: float | None = None
    used_tokens: int = 0
    kept_bytes: int = 0
    facts: ModelFacts | None = None
    process_bytes: int | None = None

    @property
    def fraction(self) -> float | None:
        """How much of the phase is done, 0 to 1."""
        return self.done / self.total if self.total > 0 else None


class Statistics:
    """Turns the engine's events into a snapshot."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._now = Snapshot()
        self._read: tuple[float, int] | None = None  # when and where reading began
        self._written: deque[tuple[float, int]] = deque()  # (decode seconds, new tokens)

    @property
    def snapshot(self) -> Snapshot:
        """The numbers now."""
        return self._now

    def start(self, model_title: str, *, loading: bool) -> None:
        """A request was handed to the engine."""
        self._read = None
        self._written.clear()
        phase = Phase.LOADING if loading else Phase.READING
        self._now = replace(self._now, phase=phase, model_title=model_title, done=0, total=0)

    def progress(self, progress: Progress) -> None:
        """Loading or reading went on."""
        rate = self._now.prefill_tokens_per_second
        if progress.phase is Phase.READING:
            now = self._clock()
            self._read = self._read or (now, progress.done)
            seconds, tokens = now - self._read[0], progress.done - self._read[1]
            rate = tokens / seconds if tokens > 0 and seconds > 0 else rate
        self._now = replace(
            self._now,
            phase=progress.phase,
            done=progress.done,
            total=progress.total,
            prefill_tokens_per_second=rate,
        )

    def loaded(self, facts: ModelFacts) -> None:
        """The model is in memory."""
        self._now = replace(
            self._now,
            phase=Phase.READING,
            done=0,
            total=0,
            used_tokens=0,
            facts=facts,
        )

    def unloaded(self) -> None:
        """The model left the memory, to make room for another one or because it was told to."""
        now = self._now
        self._now = replace(
            now,
            phase=now.phase if now.phase is Phase.LOADING else Phase.IDLE,
            facts=None,
            used_tokens=0,
            kept_bytes=0,
            prefill_tokens_per_second=None,
            decode_tokens_per_second=None,
        )

    def wrote(self, batch: Batch) -> None:
        """Tokens were generated; their rate is that of the last two seconds."""
        timings = batch.timings
        self._written.append((timings.decode_seconds, timings.new_tokens))
        while len(self._written) > 2 and (
            timings.decode_seconds - self._written[1][0] >= WINDOW_SECONDS
        ):
            self._written.popleft()
        seconds = timings.decode_seconds - self._written[0][0]
        tokens = timings.new_tokens - self._written[0][1]
        self._now = replace(
            self._now,
            phase=Phase.WRITING,
            done=timings.new_tokens,
            total=0,
            used_tokens=batch.used_tokens,
            prefill_tokens_per_second=timings.prefill_tokens_per_second
            or self._now.prefill_tokens_per_second,
            decode_tokens_per_second=tokens / seconds
            if tokens > 0 and seconds > 0
            else timings.decode_tokens_per_second or self._now.decode_tokens_per_second,
        )

    def stopping(self) -> None:
        """The person pressed Stop; the engine will follow within a moment."""
        self._now = replace(self._now, phase=Phase.STOPPED, done=0, total=0)

    def finished(self, ending: Ending) -> None:
        """The request ended; the rates become the means of the whole answer."""
        now = self._now
        ready = Phase.READY if now.facts else Phase.IDLE
        phase = Phase.STOPPED if ending.cancelled else ready
        self._now = replace(now, phase=phase, done=0, total=0)
        if ending.timings is not None:
            self._now = replace(
                self._now,
                used_tokens=ending.used_tokens,
                kept_bytes=ending.kept_bytes,
                prefill_tokens_per_second=ending.timings.prefill_tokens_per_second
                or now.prefill_tokens_per_second,
                decode_tokens_per_second=ending.timings.decode_tokens_per_second
                or now.decode_tokens_per_second,
            )

    def failed(self) -> None:
        """The request failed."""
        self._now = replace(self._now, phase=Phase.FAILED, done=0, total=0)

    def memory(self, process_bytes: int) -> None:
        """The system probe measured the program."""
        self._now = replace(self._now, process_bytes=process_bytes)

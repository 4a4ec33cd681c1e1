"""What travels between the window's thread and the engine's: requests, progress, results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .machine import Residence
from .model_store import InstalledModel

if TYPE_CHECKING:
    from ternchat.engine.memory import MemoryHeld

    Measure = Callable[[], MemoryHeld | None]


class Phase(StrEnum):
    """What the engine is doing for the person who waits."""

    IDLE = "idle"  # no model chosen yet
    LOADING = "loading"
    READING = "reading"
    WRITING = "writing"
    READY = "ready"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True)
class LoadOptions:
    """How a model is loaded; None leaves it to the engine.

    Attributes:
        read_texts: folder for what models have read, so that they need not read it again.
        read_texts_bytes: what it may take.

    """

    threads: int | None = None
    isa: str | None = None
    context_length: int | None = None
    read_texts: Path | None = None
    read_texts_bytes: int = 1 << 30


@dataclass(frozen=True)
class Request:
    """Load `model` unless it is there already, then answer `messages`, if there are any.

    Attributes:
        messages: role, content, and where they have them id, pinned and token_ids; an answer that
            comes last is gone on with.
        sampling: arguments of the engine's SamplingParams.
        private: nothing of it may be written to disk.

    """

    model: InstalledModel
    messages: tuple[Mapping[str, Any], ...] = ()
    sampling: Mapping[str, Any] = field(default_factory=dict)
    private: bool = False


@dataclass(frozen=True)
class Progress:
    """How much of loading (bytes) or reading (tokens) is done."""

    phase: Phase
    done: int
    total: int


@dataclass(frozen=True)
class ModelFacts:
    """What a loaded model is and takes.

    Attributes:
        threads, writing_threads: those that read a prompt, and those that write; None: the same.
        weights_bytes: with the output table.
        mapped_bytes: what of them stays in the model's file.
        kv_bytes: of a full context.
        work_bytes: buffers, the head's screen.
        predicted_bytes: what the model itself holds with a full context, as told before; not
            counted is a tokenizer within the program, which cannot be told from it.
        told_bytes: what of that was to be filled by loading.
        taken_bytes: what was filled, measured; None where the system does not tell.
        measure: see `held`; safe on any thread.
        program: the process before the model was loaded.
        count_tokens: its tokenizer's, safe on any thread.
        pids: the processes that work for it by now, the program not among them.
    """

    model: InstalledModel
    kernel: str
    threads: int
    context_length: int
    weights_bytes: int
    kv_bytes: int
    work_bytes: int = 0
    mapped_bytes: int = 0
    writing_threads: int | None = None
    predicted_bytes: int | None = None
    told_bytes: int | None = None
    taken_bytes: int | None = None
    measure: "Callable[[], MemoryHeld | None] | None" = field(
        default=None, compare=False, repr=False
    )
    program: Residence | None = None
    count_tokens: Callable[[str], int] | None = field(default=None, compare=False, repr=False)
    pids: Callable[[], tuple[int, ...]] = field(default=tuple, compare=False, repr=False)

    def held(self) -> "MemoryHeld | None":
        """What the model has in memory now, measured; None where the system does not tell."""
        return None if self.measure is None else self.measure()


@dataclass(frozen=True)
class Batch:
    """Steps of the engine gathered for one update of the window.

    Attributes:
        timings: the newest.
        repeats: the text at the end has been there again and again.

    """

    text: str
    timings: Any  # ternchat.engine.Timings
    used_tokens: int
    repeats: bool = False


@dataclass(frozen=True)
class Ending:
    """How a request came to its end; a cancelled load has no timings.

    Attributes:
        token_ids: what the whole answer was made of.
        seed: what its random numbers came from.
        kept_bytes: memory that keys and values of other texts take, kept for later.

    """

    finish_reason: str
    timings: Any | None = None  # ternchat.engine.Timings
    used_tokens: int = 0
    token_ids: tuple[int, ...] = ()
    seed: int | None = None
    kept_bytes: int = 0

    @property
    def cancelled(self) -> bool:
        """True when somebody stopped it."""
        return self.finish_reason == "cancelled"

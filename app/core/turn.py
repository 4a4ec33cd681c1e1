"""What travels between the window's thread and the engine's: requests, progress, results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .model_store import InstalledModel


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
    """How a model is loaded; None leaves it to the engine."""

    threads: int | None = None
    isa: str | None = None
    context_length: int | None = None


@dataclass(frozen=True)
class Request:
    """Load `model` unless it is there already, then answer `messages`, if there are any.

    `sampling` are arguments of the engine's SamplingParams.
    """

    model: InstalledModel
    messages: tuple[dict[str, str], ...] = ()
    sampling: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """How much of loading (bytes) or reading (tokens) is done."""

    phase: Phase
    done: int
    total: int


@dataclass(frozen=True)
class ModelFacts:
    """What a loaded model is and takes; `count_tokens` is its tokenizer's, safe on any thread."""

    model: InstalledModel
    kernel: str
    threads: int
    context_length: int
    weights_bytes: int
    kv_bytes: int
    count_tokens: Callable[[str], int] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Batch:
    """Steps of the engine gathered for one update of the window; `timings` are the newest."""

    text: str
    timings: Any  # ternchat.engine.Timings
    used_tokens: int


@dataclass(frozen=True)
class Ending:
    """How a request came to its end; a cancelled load has no timings."""

    finish_reason: str
    timings: Any | None = None  # ternchat.engine.Timings
    used_tokens: int = 0

    @property
    def cancelled(self) -> bool:
        """True when somebody stopped it."""
        return self.finish_reason == "cancelled"

"""Everything a person sees of one model, installed or not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from .access_token import OPENED_BY_TOKEN
from .progress import Progress, State

if TYPE_CHECKING:
    from pathlib import Path

    from ternchat.engine.config import ModelConfig
    from ternchat.engine.memory import MemoryUse
    from ternchat.engine.speed import MachineSpeed

    from .download.staging import Unfinished


class Place(StrEnum):
    """Where a model stands on the page."""

    UNDER_WAY = "under way"  # being fetched, or left half-fetched
    INSTALLED = "installed"
    CACHED = "cached"  # in the shared cache, to be used from there
    OFFERED = "offered"
    NOT_YET = "not yet"  # this build cannot run it


@dataclass(frozen=True)
class ModelCard:
    """A model of the catalogue, of this computer, or on its way here.

    Attributes:
        name: what `--model` takes.
        path: its folder; None when it is not here.
        linked: whether it is used in place, from a folder that is not ours to delete.
        importing: whether it is being taken over from elsewhere on this computer.
        cached: whether all of it lies in the shared Hugging Face cache, to be used from there.
        in_catalogue: whether somebody has described it.
        size_bytes: on the disk, or of the download; None when nobody has said yet.
        checksum: SHA-256 of its weights; "" where it is not known before the download.
        last_used: in seconds since 1970; None when it never was.
        tested: whether it answered on this computer; None when it was not tried.
        measured: tokens per second of its answers on this computer; None before there were any.
        config: its shape; None when it cannot be understood.
        memory: what it takes; None without a shape.
        reason: why this build cannot run it; "" when it can.
        left: what an earlier download left of it.
        progress: what is being done with it; None when nothing is.
    """

    name: str
    title: str
    summary: str = ""
    built_in: bool = False
    path: Path | None = None
    linked: bool = False
    importing: bool = False
    cached: bool = False
    in_catalogue: bool = False
    size_bytes: int | None = None
    licence: str = ""
    licence_url: str = ""
    languages: tuple[str, ...] = ()
    good_at: tuple[str, ...] = ()
    bad_at: tuple[str, ...] = ()
    repository: str = ""
    revision: str = ""
    commit: str = ""
    checksum: str = ""
    last_used: float | None = None
    tested: bool | None = None
    measured: float | None = None
    config: ModelConfig | None = None
    memory: MemoryUse | None = None
    reason: str = ""
    left: Unfinished | None = None
    progress: Progress | None = None

    @property
    def place(self) -> Place:
        """Where it stands on the page."""
        if self.is_fetched or self.left is not None:
            return Place.UNDER_WAY
        if self.path is not None or self.built_in:
            return Place.INSTALLED
        if self.reason:
            return Place.NOT_YET
        return Place.CACHED if self.cached else Place.OFFERED

    @property
    def is_fetched(self) -> bool:
        """Whether a download of it is under way, waits, or has just failed."""
        if self.progress is None or self.path is not None or self.built_in:
            return False
        return self.progress.state not in (State.READY, State.CANCELLED)

    @property
    def is_worked_on(self) -> bool:
        """Whether something is being done with it right now."""
        return self.progress is not None and self.progress.state.active

    @property
    def longest_context(self) -> int | None:
        """The most tokens it can look back on."""
        return None if self.config is None else self.config.max_position_embeddings

    def context(self, wanted: int) -> int:
        """The context it would have where `wanted` tokens are asked for."""
        return min(wanted, self.longest_context or wanted)

    def memory_bytes(self, context: int) -> int | None:
        """What it takes from the system with such a context."""
        return None if self.memory is None else self.memory.allocated(self.context(context))

    def tokens_per_second(self, machine: MachineSpeed | None) -> float | None:
        """How fast it will write on this machine; None before that was measured."""
        if machine is None or self.config is None:
            return None
        return machine.decode_tokens_per_second(self.config)

    @property
    def whole_bytes(self) -> int | None:
        """Bytes of all its files; of a download also as the hub has said meanwhile."""
        if self.size_bytes is None and self.progress is not None and self.progress.total_bytes:
            return self.progress.total_bytes
        return self.size_bytes

    @property
    def fetched_bytes(self) -> int:
        """What has come of a download; nothing comes of a model that is used where it lies."""
        if self.cached:
            return 0
        if self.progress is not None and self.progress.done_bytes:
            return self.progress.done_bytes
        return 0 if self.left is None else self.left.done_bytes

    @property
    def wants_token(self) -> bool:
        """Whether an access token may open what did not open."""
        problem = None if self.progress is None else self.progress.problem
        return (
            problem is not None
            and self.place is Place.UNDER_WAY
            and bool(self.repository)
            and problem.code in OPENED_BY_TOKEN
        )

    def with_progress(self, progress: Progress | None) -> ModelCard:
        """The card after something happened."""
        return replace(self, progress=progress)

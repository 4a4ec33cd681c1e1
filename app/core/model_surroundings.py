"""What the numbers of a model depend on besides the model itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .hub_address import DEFAULT_ENDPOINT

if TYPE_CHECKING:
    from ternchat.engine.speed import MachineSpeed

DEFAULT_CONTEXT = 4096
"""Tokens that models look back on where the settings leave it to the program."""


@dataclass(frozen=True)
class Surroundings:
    """The computer, what a person has chosen, and what is in use.

    Attributes:
        context: tokens to look back on, as chosen with the slider.
        speed: how fast this computer is; None before it was measured.
        measuring: whether that is being found out.
        hub: the address of the model hub.
        loaded: the name of the model in memory; "" without one.
        set_context: tokens that models are loaded with, as the settings say.
        taken_bytes, told_bytes: what loading it filled, and what was told; None where unknown.
    """

    context: int = DEFAULT_CONTEXT
    free_memory_bytes: int = 0
    free_disk_bytes: int | None = None
    speed: MachineSpeed | None = None
    measuring: bool = False
    hub: str = DEFAULT_ENDPOINT
    loaded: str = ""
    set_context: int = DEFAULT_CONTEXT
    taken_bytes: int | None = None
    told_bytes: int | None = None


def context_of(longest: int, wanted: int | None) -> int:
    """The tokens a model looks back on: as wanted, as far as it goes; more takes more memory."""
    return min(longest, wanted or DEFAULT_CONTEXT)

"""How fast this machine was measured to be, kept with the processor's name."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from .atomic_file import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

    from ternchat.engine.speed import MachineSpeed

FILE_NAME = "speed.json"


def load(cache: Path, processor: str) -> MachineSpeed | None:
    """The speed measured on this processor; None when it was not measured yet."""
    from ternchat.engine.speed import MachineSpeed  # NumPy comes with it

    try:
        kept = json.loads((cache / FILE_NAME).read_text("utf-8"))
        return MachineSpeed(**kept["speed"]) if kept["processor"] == processor else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None  # never measured, or damaged: measured again


def save(cache: Path, processor: str, speed: MachineSpeed) -> None:
    """Keep the speed of this processor."""
    cache.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"processor": processor, "speed": asdict(speed)}, indent=1)
    write_atomically(cache / FILE_NAME, text.encode("utf-8"))

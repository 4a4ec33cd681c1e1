"""The thread count a calibration found, kept with the processor's name it was found on."""

import json
import os
from pathlib import Path

from . import machine

FILE_NAME = "threads.json"


def threads_for(asked: int | None, cache: Path) -> int | None:
    """The threads to ask the engine for: the caller's wish, else what a calibration found here.

    None leaves it to the engine, and so to TERNCHAT_THREADS where that is set.
    """
    if asked is not None or "TERNCHAT_THREADS" in os.environ:
        return asked
    return load(cache, machine.cpu_name())


def load(cache: Path, processor: str) -> int | None:
    """The threads found for this processor; None when it was never calibrated."""
    try:
        kept = json.loads((cache / FILE_NAME).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None  # no calibration, or a damaged one, which a new one replaces
    if not isinstance(kept, dict) or kept.get("processor") != processor:
        return None
    threads = kept.get("threads")
    return threads if type(threads) is int and 1 <= threads <= 1024 else None


def save(cache: Path, processor: str, threads: int) -> None:
    """Keep the threads for this processor."""
    cache.mkdir(parents=True, exist_ok=True)
    whole = cache / FILE_NAME
    partial = whole.with_suffix(".part")
    partial.write_text(json.dumps({"processor": processor, "threads": threads}), "utf-8")
    partial.replace(whole)

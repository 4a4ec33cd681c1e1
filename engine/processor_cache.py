"""How much memory the processor's caches hold."""

import os
from pathlib import Path

SYSTEM = Path("/sys/devices/system/cpu")
USUAL_BYTES = 64 << 20
"""Where the system does not tell: as much as most processors of laptops and desktops have."""

_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def last_level_bytes(system: Path = SYSTEM) -> int:
    """What the largest caches of the processors this program may use hold together."""
    levels: dict[int, dict[str, int]] = {}
    for processor in _allowed():
        for folder in (system / f"cpu{processor}" / "cache").glob("index*"):
            try:
                level = int(_word(folder / "level"))
                levels.setdefault(level, {})[_word(folder / "shared_cpu_list")] = _size(folder)
            except (OSError, ValueError, KeyError):
                continue
    return sum(levels[max(levels)].values()) if levels else USUAL_BYTES


def _allowed() -> list[int]:
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def _size(folder: Path) -> int:
    text = _word(folder / "size")  # "32768K"
    return int(text[:-1]) * _UNITS[text[-1:]]


def _word(file: Path) -> str:
    return file.read_text(encoding="ascii").strip()

"""TeX's commands that take arguments, as functions of what these read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import normalize

from .math_symbols import ACCENTS, ARROWS, DOUBLE, MUTE, SUBSCRIPTS, SUPERSCRIPTS

if TYPE_CHECKING:
    from collections.abc import Callable

_COUNTED = re.compile(r"(?<=[A-Za-z)\]])\d+")
_AROUND_SIGNS = re.compile(r" *([^\w ,]) *")


def raised(text: str) -> str:
    """An exponent."""
    if text in ("∘", "°"):
        return "°"
    return text if text and set(text) == {"′"} else script(text, SUPERSCRIPTS, "^")


def lowered(text: str) -> str:
    """An index."""
    return script(text, SUBSCRIPTS, "_")


def script(text: str, letters: dict[str, str], mark: str) -> str:
    """Small letters where Unicode has all of them."""
    if text and all(c in letters for c in text):
        return "".join(letters[c] for c in text)
    if not text:
        return ""
    text = _AROUND_SIGNS.sub(r"\1", " ".join(text.split()))
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"


def _accented(mark: str) -> Callable[[str], str]:
    return lambda text: "".join(c + mark if c.isalnum() else c for c in text)


def _arrow(sign: str) -> Callable[[str], str]:
    return lambda text: f" {sign}{raised(text)} "


def _chemical(text: str) -> str:
    """H₂O: a number behind an element counts it."""
    return _COUNTED.sub(lambda found: lowered(found.group()), text).replace("−>", " → ")


# How many arguments a command takes, and what it shows of them.
COMMANDS: dict[str, tuple[int, Callable[..., str]]] = {
    "binom": (2, lambda n, k: f"C({n}, {k})"),
    "overset": (2, lambda mark, text: text + raised(mark)),
    "stackrel": (2, lambda mark, text: text + raised(mark)),
    "underset": (2, lambda mark, text: text + lowered(mark)),
    "substack": (1, lambda text: ", ".join(line.strip() for line in text.split("\n"))),
    "pmod": (1, lambda text: f" (mod {text})"),
    "bmod": (0, lambda: " mod "),
    "tag": (1, lambda text: f" ({text})"),
    "not": (1, lambda sign: normalize("NFC", sign + "\u0338")),
    "SI": (2, lambda number, unit: f"{number} {unit}"),
    "qty": (2, lambda number, unit: f"{number} {unit}"),
    "ce": (1, _chemical),
    "mathbb": (1, lambda text: "".join(DOUBLE.get(c, c) for c in text)),
    "textcolor": (2, lambda _colour, text: text),
    "colorbox": (2, lambda _colour, text: text),
    **{name: (1, _accented(mark)) for name, mark in ACCENTS.items()},
    **{name: (1, _arrow(sign)) for name, sign in ARROWS.items()},
    **{name: (1, lambda _text: "") for name in MUTE},
}

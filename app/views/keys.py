"""Keys as they are written on this system's keyboards."""

import sys

from PySide6.QtGui import QKeySequence

ENTER = "Return" if sys.platform == "darwin" else "Enter"


def native(keys: QKeySequence | str) -> str:
    """The keys in the system's own words: "Ctrl+N"."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def with_keys(text: str, keys: QKeySequence | str) -> str:
    """What something does, and the keys for it."""
    return f"{text} ({native(keys)})"

"""Reading files in pieces, so that hashing and copying can be watched and stopped."""

from collections.abc import Iterator
from pathlib import Path

PIECE_BYTES = 1 << 20


def pieces(path: Path) -> Iterator[bytes]:
    """The content of a file, a megabyte at a time."""
    with path.open("rb", buffering=0) as file:
        while piece := file.read(PIECE_BYTES):
            yield piece

"""What goes through the pipes of a child process: a length, a number, and so many bytes."""

import struct
from typing import BinaryIO

HELLO = 0
"""The number of what a child says before it is asked anything."""

_HEADER = struct.Struct(">II")


def write(file: BinaryIO, number: int, data: bytes) -> None:
    """Write one frame."""
    file.write(_HEADER.pack(len(data), number))
    file.write(data)
    file.flush()


def read(file: BinaryIO, most_bytes: int) -> tuple[int, bytes] | None:
    """The next number and its bytes; None at the end, also where that comes in between."""
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    length, number = _HEADER.unpack(header)
    if length > most_bytes:
        raise ValueError(f"a frame of {length:,} bytes; expected at most {most_bytes:,}")
    data = file.read(length)
    return (number, data) if len(data) == length else None

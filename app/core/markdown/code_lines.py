"""The lines of code as they are shown: none is so long that it cannot be laid out when it grows."""

from __future__ import annotations

from .highlight import MAX_LINE


def added_lines(text: str, column: int) -> tuple[str, int]:
    """A text that is added behind `column` characters of a line, and how many follow its last end.

    Line feeds are put in where a line gets too long.
    """
    parts = []
    for number, line in enumerate(text.split("\n")):
        if number:
            parts.append("\n")
            column = 0
        at = 0
        while at < len(line):
            if column == MAX_LINE:
                parts.append("\n")
                column = 0
            piece = line[at : at + MAX_LINE - column]
            parts.append(piece)
            at += len(piece)
            column += len(piece)
    return "".join(parts), column


def shown_lines(code: str) -> list[str]:
    """The lines that are shown of some code."""
    return added_lines(code, 0)[0].split("\n")


def written(shown: str, code: str, place: int) -> int:
    """Where in the code a place of its shown lines is."""
    if len(shown) == len(code):
        return place
    at = feeds = 0
    for line in code.split("\n"):
        extra = max(0, len(line) - 1) // MAX_LINE
        end = at + len(line) + extra
        if place <= end:
            return place - feeds - (place - at) // (MAX_LINE + 1)
        at, feeds = end + 1, feeds + extra
    return len(code)

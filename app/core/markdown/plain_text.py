"""Text that is shown as it was typed, in parts that can be laid out one by one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .items import Joint, TextItem, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTH = 1000  # characters of one part
LONGEST_LINE = 4000  # of it that is left whole
_BLANK = re.compile(r"[ \t](?=\S)")


def parts(text: str, joint: Joint | None = None) -> Iterator[TextItem]:
    """A long text in parts, cut at the ends of lines if it can be; all but the last are final."""
    while len(text) > LENGTH:
        cut = text.rfind("\n", 0, LENGTH) + 1 or text.find("\n", LENGTH, LONGEST_LINE) + 1
        if cut:
            yield plain(text[: cut - 1], joint)
            text, joint = text[cut:], Joint("\n")
            continue
        if len(text) <= LONGEST_LINE:
            break
        blanks = [match.end() for match in _BLANK.finditer(text, LENGTH, LONGEST_LINE)]
        cut = blanks[-1] if blanks else LONGEST_LINE
        yield plain(text[:cut], joint)
        text, joint = text[cut:], Joint("")
    yield plain(text, joint)

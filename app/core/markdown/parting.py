"""A long paragraph in several items, each short enough to be laid out whenever it grows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from .blocks import joined
from .direction import runs_from_right
from .items import Joint, TextItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .blocks import Run, Runs
    from .items import FlowItem

ENOUGH = 1500  # characters; behind them the next sentence begins a new item
TOO_MANY = 3000  # if there is no sentence, the next word does
_END = re.compile(r"[.!?…][\"'”’»)\]*]*[ \t]+(?=\S)|[ \t]*\n(?=.)|[。！？…][」』”’]*+(?=\S)")
_BLANK = re.compile(r"[ \t]+(?=\S)")


def parted(items: list[FlowItem]) -> list[FlowItem]:
    """The same items, the long paragraphs among them in several."""
    return [part for item in items for part in _parts(item)]


def _parts(item: FlowItem) -> Iterator[FlowItem]:
    if not isinstance(item, TextItem) or item.plain or item.math:
        yield item
        return
    while (found := _end(item.runs)) is not None:
        end, begin = found
        part = replace(item, runs=_between(item.runs, 0, end))
        yield part
        place = replace(item.place, marker="", first=False)
        text = "".join(run.text for run in item.runs)
        from_right = item.joint.from_right if item.joint else runs_from_right(part.runs)
        joint = Joint(text[end:begin], from_right)
        item = replace(item, runs=_between(item.runs, begin, len(text)), place=place, joint=joint)
    yield item


def _end(runs: Runs) -> tuple[int, int] | None:
    """Where the first part of a long paragraph ends, and where the next one begins."""
    text = "".join(run.text for run in runs)
    if len(text) <= ENOUGH:
        return None
    for match in _END.finditer(text, ENOUGH, TOO_MANY + 1):
        if _behind_formula(runs, match.end()) == match.end():
            return _without_blanks(text, match.end())
    if len(text) <= TOO_MANY:
        return None
    blanks = [match.end() for match in _BLANK.finditer(text, ENOUGH, TOO_MANY)]
    end = _behind_formula(runs, blanks[-1] if blanks else TOO_MANY)
    return _without_blanks(text, end) if end < len(text) else None


def _without_blanks(text: str, end: int) -> tuple[int, int]:
    return len(text[:end].rstrip(" \t\n")), end


def _behind_formula(runs: Runs, place: int) -> int:
    """The same place, or the end of the formula it lies in."""
    at = 0
    for run in runs:
        end = at + len(run.text)
        if at < place < end:
            return end if run.math is not None else place
        at = end
    return place


def _between(runs: Runs, start: int, end: int) -> Runs:
    found: list[Run] = []
    at = 0
    for run in runs:
        text = run.text[max(0, start - at) : max(0, end - at)]
        found.append(run if text == run.text else run.saying(text))
        at += len(run.text)
    return joined(found)

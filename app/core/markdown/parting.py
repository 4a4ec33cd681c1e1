"""A long paragraph in several items, each short enough to be laid out whenever it grows."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from .blocks import joined
from .direction import runs_from_right
from .items import Joint, TextItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .blocks import Run, Runs
    from .items import FlowItem

ENOUGH = 1200  # characters; behind them the next sentence begins a new item
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
    text = "".join(run.text for run in item.runs)
    spans = list(_spans(text, item.runs))
    if len(spans) == 1:
        yield item
        return
    first, *others = _between(item.runs, spans)
    yield replace(item, runs=first)
    from_right = item.joint.from_right if item.joint else runs_from_right(first)
    place = replace(item.place, marker="", first=False)
    for ((_, end), (begin, _)), runs in zip(pairwise(spans), others, strict=True):
        yield replace(item, runs=runs, place=place, joint=Joint(text[end:begin], from_right))


def _spans(text: str, runs: Runs) -> Iterator[tuple[int, int]]:
    """Where each part of a long paragraph begins, and where it ends: before the blanks there."""
    begin = 0
    formulas = list(_formulas(runs))
    while (end := _end(text, begin, formulas)) is not None:
        yield begin, begin + len(text[begin:end].rstrip(" \t\n"))
        begin = end
    yield begin, len(text)


def _end(text: str, begin: int, formulas: list[tuple[int, int]]) -> int | None:
    """Where the part that begins there ends and the next one begins."""
    if len(text) - begin <= ENOUGH:
        return None
    for match in _END.finditer(text, begin + ENOUGH, begin + TOO_MANY + 1):
        if _behind_formula(formulas, match.end()) == match.end():
            return match.end()
    if len(text) - begin <= TOO_MANY:
        return None
    blanks = [match.end() for match in _BLANK.finditer(text, begin + ENOUGH, begin + TOO_MANY)]
    end = _behind_formula(formulas, blanks[-1] if blanks else begin + TOO_MANY)
    return end if end < len(text) else None


def _formulas(runs: Runs) -> Iterator[tuple[int, int]]:
    """From where to where the formulas reach."""
    at = 0
    for run in runs:
        if run.math is not None:
            yield at, at + len(run.text)
        at += len(run.text)


def _behind_formula(formulas: list[tuple[int, int]], place: int) -> int:
    """The same place, or the end of the formula it lies in."""
    return next((end for begin, end in formulas if begin < place < end), place)


def _between(runs: Runs, spans: list[tuple[int, int]]) -> Iterator[Runs]:
    """The runs in each of several spans, which follow each other."""
    number = at = 0
    for begin, end in spans:
        found: list[Run] = []
        while number < len(runs) and at < end:
            run = runs[number]
            text = run.text[max(0, begin - at) : end - at]
            found.append(run if text == run.text else run.saying(text))
            if at + len(run.text) > end:
                break  # it goes on in the next span
            at += len(run.text)
            number += 1
        yield joined(found)

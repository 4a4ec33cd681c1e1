"""What is shown, written down again: as Markdown, or as the plain text one sees."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from .blocks import Run, joined
from .items import BOXES, LIST, QUOTE, CodeItem, FlowItem, Place, RuleItem, TableItem, TextItem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .blocks import Runs, Table

_STYLES = (("bold", "**"), ("italic", "*"), ("strike", "~~"))
_NESTED = " " * 4  # enough below every marker
_ALIGNMENTS = {"left": ":--", "center": ":-:", "right": "--:", "": "---"}


def as_markdown(items: Sequence[FlowItem]) -> str:
    """Markdown that shows the same."""
    match items:
        case [TextItem((Run(text, math=None),), Place(marker=""), level=0)]:
            return text  # a command taken out of its line is wanted without marks
    return _written(items, _markdown)


def as_text(items: Sequence[FlowItem]) -> str:
    """The words as they stand on the page."""
    return _written(items, _text)


def shown_text(item: TextItem) -> str:
    """What a paragraph's line holds, its marker included."""
    return lead(item.place) + "".join(run.text for run in item.runs)


def lead(place: Place) -> str:
    """What stands before the words of a list's entry."""
    return f"{place.marker}\t" if place.marker else ""


def cut(item: TextItem | CodeItem, start: int, end: int) -> TextItem | CodeItem:
    """The part of an item between two places of its shown text."""
    if isinstance(item, CodeItem):
        return replace(item, code=item.code[start:end])
    place = item.place
    skipped = len(lead(place))
    runs = []
    for run in item.runs:
        piece = run.text[max(0, start - skipped) : max(0, end - skipped)]
        if piece:
            # Half a formula has no source of its own.
            runs.append(replace(run, text=piece, math=run.math if piece == run.text else None))
        skipped += len(run.text)
    if start > 0:
        place = replace(place, marker="")
    level = item.level if start == 0 and end >= skipped else 0
    return replace(item, runs=tuple(runs), place=place, level=level)


def _written(items: Sequence[FlowItem], write: Callable[[FlowItem], str]) -> str:
    items = _whole(items)
    parts = [write(item) for item in items[:1]]
    for before, item in pairwise(items):
        close = bool(item.place.marker) and LIST in before.place.inside and not item.place.first
        quoted = item.place.inside[:1] == before.place.inside[:1] == QUOTE and not item.place.first
        blank = ">" if quoted and write is _markdown else ""
        parts += [write(item)] if close else [blank, write(item)]
    return "\n".join(parts)


def _markdown(item: FlowItem) -> str:
    match item:
        case TextItem(runs, place, level, math, plain):
            text = _runs(runs) if not plain else "".join(run.text for run in runs)
            if math:
                text = f"$$\n{runs[0].math or runs[0].text}\n$$"
            return _indented("#" * level + " " * bool(level) + text, place)
        case CodeItem(code, language, _, place):
            fence = "```"
            while fence in code:
                fence += "`"
            return _indented(f"{fence}{language}\n{code}\n{fence}", place)
        case TableItem(table, place):
            return _indented(_table(table), place)
        case RuleItem(place):
            return _indented("---", place)


def _text(item: FlowItem) -> str:
    match item:
        case TextItem(runs, place):
            indent = "  " * max(0, place.inside.count(LIST) - 1)
            marker = f"{place.marker} " if place.marker else ""
            return indent + marker + "".join(run.text for run in runs)
        case CodeItem(code):
            return code
        case TableItem(table, _, joint):
            rows = table.rows if joint else (table.header, *table.rows)
            return "\n".join("\t".join(_plain(cell) for cell in row) for row in rows)
        case RuleItem():
            return "———"


def _whole(items: Sequence[FlowItem]) -> list[FlowItem]:
    """Items that go on with one another as one."""
    found: list[FlowItem] = []
    for item in items:
        last = found[-1] if found else None
        if isinstance(item, TextItem) and item.joint and isinstance(last, TextItem):
            end, begin = last.runs[-1:], item.runs[:1]
            blank = Run(item.joint.text)
            if end and begin and end[0].saying("") == begin[0].saying("") and not end[0].math:
                blank = end[0].saying(item.joint.text)
            found[-1] = replace(last, runs=joined([*last.runs, blank, *item.runs]))
        elif isinstance(item, TableItem) and item.joint and isinstance(last, TableItem):
            rows = (*last.table.rows, *item.table.rows)
            table = replace(last.table, rows=rows, hidden_rows=item.table.hidden_rows)
            found[-1] = replace(last, table=table)
        else:
            found.append(item)
    return found


def _indented(text: str, place: Place) -> str:
    """Lines behind the marks of the lists and quotes they stand in."""
    marks = [("> " if c == QUOTE else _NESTED) for c in place.inside]
    if LIST not in place.inside:
        first = rest = "".join(marks)
    else:
        own = place.inside.rindex(LIST)
        outer, inner = "".join(marks[:own]), "".join(marks[own + 1 :])
        marker = _marker(place.marker)
        first = outer + (f"{marker} " if marker else _NESTED) + inner
        rest = outer + " " * (len(marker) + 1 if marker else len(_NESTED)) + inner
    lines = text.split("\n")
    return "\n".join((rest if at else first) + line for at, line in enumerate(lines))


def _marker(shown: str) -> str:
    if shown in BOXES.values():
        return "- [x]" if shown == BOXES[True] else "- [ ]"
    return shown if not shown or shown[0].isdigit() else "-"


def _table(table: Table) -> str:
    line = [_ALIGNMENTS.get(alignment, "---") for alignment in table.alignments]
    rows = [
        [_runs(cell).replace("|", "\\|") for cell in row] for row in (table.header, *table.rows)
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in (rows[0], line, *rows[1:]))


def _plain(runs: Runs) -> str:
    return "".join(run.text for run in runs).replace("\n", " ")


def _runs(runs: Sequence[Run]) -> str:
    """Runs with their marks, each mark around as much as it can be."""
    text = ""
    for link, linked in groupby(runs, key=lambda run: run.link):
        inner = _styled(list(linked), _STYLES)
        text += inner if link is None or link == inner else f"[{inner}]({link})"
    return text


def _styled(runs: Sequence[Run], styles: Sequence[tuple[str, str]]) -> str:
    if not styles:
        return "".join(map(_leaf, runs))
    (name, mark), *others = styles
    text = ""
    for on, group in groupby(runs, key=lambda run: bool(getattr(run, name))):
        inner = _styled(list(group), others)
        core = inner.strip()
        if on and core:  # marks do not hold blanks at their edges
            inner = inner.replace(core, f"{mark}{core}{mark}", 1)
        text += inner
    return text


def _leaf(run: Run) -> str:
    if run.math is not None:
        return f"${run.math}$"
    if run.code:
        mark = "`" if "`" not in run.text else "``"
        return f"{mark}{run.text}{mark}"
    return run.text

"""Words found in what is shown, line by line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .code_lines import shown_lines
from .items import CodeItem, FlowItem, RuleItem, TableItem, TextItem
from .writer import shown_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# A guess made from the source without parsing it: nothing that is shown may slip through.
_MARKS = re.compile(r"[*_`~#>|$\\\[\]\s]+")


def pattern_for(words: str) -> re.Pattern[str]:
    """What finds these words, in capitals or not."""
    return re.compile(re.escape(words), re.IGNORECASE)


def may_contain(source: str, words: str) -> bool:
    """False when Markdown surely does not show these words."""
    if "&" in source or "$" in source or "\\" in source:
        return True  # entities and formulas are shown as something else
    return _MARKS.sub("", words).lower() in _MARKS.sub("", source).lower()


def lines_of(items: Iterable[FlowItem]) -> Iterator[str]:
    """The lines of text that are shown, in their order."""
    for item in items:
        match item:
            case TextItem():
                yield shown_text(item)
            case CodeItem(code):
                yield from shown_lines(code)
            case TableItem(table, _, joint):
                for row in table.rows if joint else (table.header, *table.rows):
                    for cell in row:
                        yield "".join(run.text for run in cell)
            case RuleItem():
                yield ""


def count(items: Iterable[FlowItem], pattern: re.Pattern[str]) -> int:
    """How often the pattern is found."""
    return sum(len(pattern.findall(line)) for line in lines_of(items))

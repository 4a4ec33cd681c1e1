"""A text that grows, as sentences to be said aloud: without the marks of Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ternchat.app.core.language import translate

from .items import BOXES, BULLETS, CodeItem, FlowItem, RuleItem, TableItem, TextItem
from .stream import MarkdownStream
from .writer import as_text

if TYPE_CHECKING:
    from .blocks import Table

# A sentence ends with its mark and white space behind it, or with the line.
_END = re.compile(r"[.!?…][\"'”’)\]]*\s|\n|[。！？]")
# What may still turn out to be a mark: in front of it nothing can change any more.
_SIGN = re.compile(r"[*_~`\[\]$\\|<&]")
_SPOKEN_ROWS = 10  # of a table; longer ones are named only


class Speech:
    """Takes text at its end, gives the sentences that are whole by then."""

    def __init__(self) -> None:
        self._stream = MarkdownStream()
        self._item = 0  # the number of the item being said
        self._said = 0  # characters of it

    def add(self, text: str) -> list[str]:
        """Take the next piece; what can be said now."""
        self._stream.append(text)
        if _SIGN.match(text[-1:]):  # "*a*" is emphasis, and no longer when another "*" follows
            return []
        return self._sayable()

    def finish(self) -> list[str]:
        """Nothing follows; all that is left to say."""
        self._stream.finish()
        return self._sayable()

    def _sayable(self) -> list[str]:
        settled, opened = self._stream.settled, self._stream.open
        said = []
        while self._item < len(settled):
            said += self._rest(settled[self._item])
        for item in opened[self._item - len(settled) :]:
            if item is not opened[-1] and _is_clear(item):
                said += self._rest(item)
                continue
            said += self._begun(item)
            break
        return [" ".join(words.split()) for words in said if words.strip()]

    def _rest(self, item: FlowItem) -> list[str]:
        """All that was not said of an item that will not change."""
        words, said = _words(item), self._said
        self._item, self._said = self._item + 1, 0
        return [_lead(item, said) + words[said:]] if words[said:].strip() else []

    def _begun(self, item: FlowItem) -> list[str]:
        """The whole sentences of an item that still grows."""
        if isinstance(item, CodeItem) and item.code and not self._said:
            words = _words(item)
            self._said = len(words)
            return [words]
        if not isinstance(item, TextItem) or item.math:
            return []
        words, said = _words(item), self._said
        sign = _SIGN.search(words)
        ends = _END.finditer(words, said, sign.start() if sign else len(words))
        end = max((match.end() for match in ends), default=said)
        self._said = end
        return [_lead(item, said) + words[said:end]] if end > said else []


def _is_clear(item: FlowItem) -> bool:
    """Whether an item that others follow is sure to stay as it is.

    One without words is not: "- *" are two entries, and "- **" is one.
    """
    if not isinstance(item, TextItem) or item.math:
        return False
    words = _words(item)
    return bool(words.strip()) and not _SIGN.search(words)


def _words(item: FlowItem) -> str:
    match item:
        case TextItem(runs):
            return "".join(run.text for run in runs)
        case CodeItem(_, language):
            if language:
                return translate("Speech", "Code block, {language}").format(language=language)
            return translate("Speech", "Code block")
        case TableItem(table):
            return _table(item, table)
        case RuleItem():
            return ""


def _lead(item: FlowItem, said: int) -> str:
    """A number or a box is said before the words of its entry; a bullet is not."""
    marker = item.place.marker
    if said or not marker or marker in BULLETS:
        return ""
    if marker == BOXES[True]:
        return translate("Speech", "Done:") + " "
    if marker == BOXES[False]:
        return translate("Speech", "Not done:") + " "
    return f"{marker} "


def _table(item: TableItem, table: Table) -> str:
    if item.joint is not None:
        return translate("Speech", "%n more row(s)", len(table.rows) + table.hidden_rows) + "."
    columns = translate("Speech", "Table with %n column(s)", len(table.header))
    rows = translate("Speech", "%n row(s)", len(table.rows) + table.hidden_rows)
    if len(table.rows) > _SPOKEN_ROWS:
        return f"{columns}, {rows}."
    lines = as_text([item]).replace("\t", ", ").split("\n")
    return f"{columns}, {rows}: {'; '.join(lines)}."

"""A long text taken apart where none of its marks is waiting for its other half.

Emphasis and links are read again whenever a text grows, which takes more than linear time. What
stands before such a place is read once. Whether a place is one depends on what stands before it
alone: a text that grows is parted where the whole one is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from markdown_it.token import Token

from .math_rules import MAX_INLINE as MAX_FORMULA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it import MarkdownIt

GUARD = "\ufdd0"  # begins the rest of a paragraph: no block begins with it, and no safe text has it
CHUNK = 200  # characters that are read in one go at least
LONGEST = 1000  # and at most: marks further apart than that do not belong together
MAX_BRACKETS = 100  # in one chunk; with more of them it is text: each takes long to be looked at
_STEP = 50  # between two places that are tried
_PLACE = re.compile(r"(?<=[ \t\n。！？])[^ \t\n]")
_MARK = re.compile(r"[*_~`\[$\\]")
# What is left of marks that have found no other half, and still may.
_WAITING = re.compile(r"\*(?!\s)|(?<!\w)_(?!\s)|~~(?!\s)|`")
_FORMULA = re.compile(r"\$|\\[(\[]")


def cuts(text: str, parser: MarkdownIt) -> Iterator[int]:
    """Where the text of a paragraph is taken apart."""
    begin = 0
    while (cut := _first_cut(text, begin, parser)) is not None:
        yield cut
        begin = cut


@lru_cache(maxsize=64)
def tokens_of(chunk: str, parser: MarkdownIt) -> tuple[Token, ...]:
    """What a part of a text says; with very many brackets, just its characters."""
    if chunk.count("[") > MAX_BRACKETS:
        return (Token("text", "", 0, content=chunk),)
    return tuple(parser.inline.parse(chunk, parser, {}, []))


def _first_cut(text: str, begin: int, parser: MarkdownIt) -> int | None:
    if len(text) - begin <= CHUNK:
        return None
    last, tried = begin, begin + CHUNK - _STEP
    for match in _PLACE.finditer(text, begin + 1, begin + LONGEST + 1):
        place = match.start()
        last = place
        if place - tried < _STEP:
            continue
        tried = place
        chunk = text[begin:place]
        if not _MARK.search(chunk) or _is_closed(chunk, parser):
            return place
    if len(text) - begin <= LONGEST:
        return None
    return last if last > begin else begin + LONGEST


def _is_closed(chunk: str, parser: MarkdownIt) -> bool:
    """Whether nothing that may follow changes what this is."""
    is_near = _FORMULA.search(chunk, max(0, len(chunk) - MAX_FORMULA)) is not None
    depth = 0
    for token in tokens_of(chunk, parser):
        if token.type == "text_special" and token.content in "([" and is_near:
            return False
        if token.type != "text":
            continue
        if _WAITING.search(token.content) or ("$" in token.content and is_near):
            return False
        depth = max(0, depth + token.content.count("[")) - token.content.count("]")
    return depth <= 0

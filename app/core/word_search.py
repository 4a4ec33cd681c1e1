"""How chats are searched: words without case and accents, found by their beginnings."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase, digits

BEFORE_CHARACTERS = 40
SNIPPET_CHARACTERS = 160

SIGNS = (*ascii_lowercase, *digits)
_AFTER_A_SIGN = frozenset(("", *SIGNS))
_LATIN_WORD = re.compile("[0-9A-Za-z]+")
# Accents of Latin, Greek and Cyrillic, and the vowel points of Hebrew and Arabic: written or not.
_ACCENT = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]")
# Scripts written without spaces: each character is a word there.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_MARKS_END = 0x20000  # behind it there are none but these
_LAST_MARKS = "\U000e0100-\U000e01ef"
KNOWN_WORDS = 50_000  # most of a text are words that came before


@dataclass(frozen=True)
class Word:
    """A word as it is searched for, and where it stands in its text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Span:
    """A piece of a snippet; `found` when it is what was searched for."""

    text: str
    found: bool = False


@dataclass(frozen=True)
class Query:
    """What is searched for.

    Attributes:
        phrases: all must occur, each as neighbouring words, its last one perhaps unfinished; one
            of SIGNS alone begins words that go on with one of them.

    """

    phrases: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, text: str) -> "Query":
        """The query a person typed; it has no signs of its own that could be wrong."""
        parts = (tuple(word.text for word in words(part)) for part in text.split())
        return cls(tuple(dict.fromkeys(part for part in parts if part)))

    def places(self, found: Sequence[Word]) -> list[tuple[int, int]]:
        """Where in a text's words each phrase begins and ends; empty unless all occur."""
        places: list[tuple[int, int]] = []
        for phrase in self.phrases:
            mine = [
                (i, i + len(phrase))
                for i in range(len(found) - len(phrase) + 1)
                if _begins_with(phrase, found[i : i + len(phrase)])
            ]
            if not mine:
                return []
            places += mine
        return sorted(places)


def words(text: str) -> Iterator[Word]:
    """The words of a text, without case and accents."""
    if text.isascii():
        for match in _LATIN_WORD.finditer(text):
            yield Word(match[0].lower(), match.start(), match.end())
        return
    for match in _word().finditer(text):
        normal = _normal(match[0])
        if normal:
            yield Word(normal, match.start(), match.end())


def indexed(text: str) -> str:
    """The words of a text, with blanks between them."""
    if text.isascii():  # the same, without a record for each
        return " ".join(_LATIN_WORD.findall(text)).lower()
    return " ".join(filter(None, map(_normal, _word().findall(text))))


def snippet(text: str, query: Query) -> tuple[Span, ...]:
    """The part of a text where the query is found first, what was found marked."""
    found = list(words(text))
    places = query.places(found)
    marks = [(found[first].start, found[last - 1].end) for first, last in places]
    start = _cut(found, marks[0][0] - BEFORE_CHARACTERS) if marks else 0
    end = _cut_end(found, text, start)
    spans = [Span("…")] if start else []
    position = start
    for mark_start, mark_end in marks:
        if mark_start >= end:
            break
        if mark_end <= position:
            continue
        mark_start = max(mark_start, position)
        spans.append(Span(text[position:mark_start]))
        spans.append(Span(text[mark_start:mark_end], found=True))
        position = mark_end
    spans.append(Span(text[position : max(position, end)]))
    if max(position, end) < len(text):
        spans.append(Span("…"))
    return _one_line(spans)


def _begins_with(phrase: Sequence[str], found: Sequence[Word]) -> bool:
    *whole, last = phrase
    word = found[-1].text
    if last in SIGNS and word[1:2] not in _AFTER_A_SIGN:
        return False
    return word.startswith(last) and [word.text for word in found[:-1]] == whole


@lru_cache(1)
def _word() -> re.Pattern[str]:
    """A word of any script; marks belong to the letter before them."""
    marks = "".join(filter(_is_mark, map(chr, range(0x300, _MARKS_END)))) + _LAST_MARKS
    letter = rf"[^\W_{_UNSPACED}]"
    # First what is quick to decide: most words, and that most other signs begin none.
    return re.compile(
        rf"[0-9A-Za-z]++(?![^\x00-\x7f])|(?=[0-9A-Za-z\x80-\U0010ffff])"
        rf"(?:(?![{marks}])[{_UNSPACED}][{marks}]*|{letter}(?:{letter}|[{marks}])*)"
    )


@lru_cache(KNOWN_WORDS)
def _normal(word: str) -> str:
    """The word as it is searched for; empty where it is a sign and no word."""
    if word.isascii():
        return word.lower()
    return "".join(c for c in _plain(word) if _belongs_to_word(c))


def _plain(text: str) -> str:
    return _ACCENT.sub("", unicodedata.normalize("NFKD", text).casefold())


def _belongs_to_word(character: str) -> bool:
    return character.isalnum() or _is_mark(character)


def _is_mark(character: str) -> bool:
    return character >= "\u0300" and unicodedata.category(character).startswith("M")


def _cut(found: Sequence[Word], position: int) -> int:
    """The beginning of the first word from there on; 0 near the text's beginning."""
    if position <= 0:
        return 0
    return next((word.start for word in found if word.start >= position), 0)


def _cut_end(found: Sequence[Word], text: str, start: int) -> int:
    """The end of the last word that fits into a snippet, or of the text."""
    limit = start + SNIPPET_CHARACTERS
    if len(text) <= limit:
        return len(text)
    return max((word.end for word in found if start < word.end <= limit), default=limit)


def _one_line(spans: list[Span]) -> tuple[Span, ...]:
    """The spans with every run of blanks as one, none at either end, and no empty span."""
    line: list[Span] = []
    for span in spans:
        text = re.sub(r"\s+", " ", span.text)
        if not line or line[-1].text.endswith(" "):
            text = text.lstrip()
        if text:
            line.append(Span(text, span.found))
    if line:
        line[-1] = Span(line[-1].text.rstrip(), line[-1].found)
    return tuple(span for span in line if span.text)

"""markdown-it's tokens made into blocks."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from .blocks import (
    Block,
    CodeBlock,
    Heading,
    Lines,
    ListBlock,
    ListItem,
    MathBlock,
    Paragraph,
    Quote,
    Rule,
    Run,
    Runs,
    Table,
    joined,
)
from .chunks import GUARD, cuts
from .grammar import inline_tokens, is_link_allowed, make_parser
from .math_rules import DOUBTS
from .math_text import readable_math

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_TASK = re.compile(r"\[([ xX])\](?=\s)\s*")
_ADDRESS = re.compile(r"https?://[^\s<>\"`|]+", re.IGNORECASE)
_LANGUAGE = re.compile(r"[\w+#.-]{1,24}")
_ADDRESS_END = ".,;:!?'*_~…"


def parse(text: str) -> list[Block]:
    """All blocks of a text."""
    return [block for block, _ in parse_lines(text)]


def parse_lines(text: str, doubts: set[int] | None = None) -> list[tuple[Block, int]]:
    """The blocks of a text, each with the number of the line it begins on.

    `doubts` takes the lines on which formulas begin whose ends may still come.
    """
    return list(_Reader(_parser().parse(text, {DOUBTS: doubts})).top())


def cuts_of(source: str) -> list[int]:
    """Where the text of a paragraph is taken apart to be read."""
    return list(cuts(source, _parser()))


def runs_of(source: str, *, task: bool) -> Runs:
    """The runs of a paragraph's text, without the box that it begins with if it is a task."""
    runs = _runs(inline_tokens(source, _parser()))
    box = _TASK.match(runs[0].text) if task and runs else None
    return runs if box is None else _behind(box, runs)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return make_parser()


class _Reader:
    """Walks through the tokens once."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def top(self) -> Iterator[tuple[Block, int]]:
        while self._at < len(self._tokens):
            line = _first_line(self._tokens[self._at])
            yield self._block(), line

    def _blocks(self, end: str) -> tuple[tuple[Block, ...], Lines]:
        """What stands before the closing token, which is taken too, and the lines it begins on."""
        blocks, lines = [], []
        while (token := self._tokens[self._at]).type != end:
            lines.append(_first_line(token))
            blocks.append(self._block())
        self._at += 1
        return tuple(blocks), tuple(lines)

    def _block(self) -> Block:
        token = self._tokens[self._at]
        self._at += 1
        match token.type:
            case "paragraph_open":
                inline = self._tokens[self._at]
                source = "" if inline.meta.get("plain") else inline.content.removeprefix(GUARD)
                runs = self._inline()
                self._at += 1
                return Paragraph(runs, source)
            case "heading_open":
                runs = self._inline()
                self._at += 1
                return Heading(int(token.tag[1:]), runs)
            case "fence":
                return _code(token)
            case "code_block":
                return CodeBlock(token.content.removesuffix("\n"))
            case "math_block":
                return MathBlock(token.content, token.meta["closed"])
            case "hr":
                return Rule()
            case "blockquote_open":
                return Quote(*self._blocks("blockquote_close"))
            case "bullet_list_open":
                return ListBlock(self._items("bullet_list_close"))
            case "ordered_list_open":
                start = int(token.attrs.get("start", 1))
                return ListBlock(self._items("ordered_list_close"), start)
            case "table_open":
                return self._table(int(token.meta.get("hidden_rows", 0)))
        raise AssertionError(f"a token nobody expects: {token.type}")

    def _items(self, end: str) -> tuple[ListItem, ...]:
        items = []
        while self._tokens[self._at].type != end:
            line = _first_line(self._tokens[self._at])
            self._at += 1
            blocks, lines = self._blocks("list_item_close")
            items.append(_task(ListItem(blocks, line=line, lines=lines)))
        self._at += 1
        return tuple(items)

    def _table(self, hidden_rows: int) -> Table:
        rows: list[tuple[Runs, ...]] = []
        cells: list[Runs] = []
        alignments: list[str] = []
        while True:
            token = self._tokens[self._at]
            self._at += 1
            match token.type:
                case "th_open" | "td_open":
                    if not rows:
                        alignments.append(str(token.attrs.get("style", "")).rpartition(":")[2])
                    cells.append(self._inline())
                case "tr_close":
                    rows.append(tuple(cells))
                    cells = []
                case "table_close":
                    return Table(rows[0], tuple(rows[1:]), tuple(alignments), hidden_rows)

    def _inline(self) -> Runs:
        token = self._tokens[self._at]
        self._at += 1
        return _runs(token.children or [])


def _first_line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _code(token: Token) -> CodeBlock:
    first, end = token.map or (0, 0)
    code = token.content.removesuffix("\n")
    language = _LANGUAGE.match(token.info.strip())
    lines = token.content.count("\n") + (code == token.content != "")
    # An unclosed fence takes all lines but its first one; a closed one has a last line too.
    closed = end - first - 1 > lines
    return CodeBlock(code, language.group() if language else "", closed)


def _task(item: ListItem) -> ListItem:
    first = item.blocks[0] if item.blocks else None
    if not isinstance(first, Paragraph) or not first.runs:
        return item
    run = first.runs[0]
    box = None if run.code or run.link else _TASK.match(run.text)
    if box is None:
        return item
    blocks = (replace(first, runs=_behind(box, first.runs)), *item.blocks[1:])
    return replace(item, blocks=blocks, checked=box.group(1) in "xX")


def _behind(box: re.Match[str], runs: Runs) -> Runs:
    return joined((runs[0].saying(runs[0].text[box.end() :]), *runs[1:]))


def _runs(tokens: list[Token]) -> Runs:
    """Inline tokens with their nesting made into styles."""
    runs: list[Run] = []
    style = Run("")
    links: list[str | None] = []
    depth = {"strong": 0, "em": 0, "s": 0}
    words = ""
    for token in tokens:
        if token.type in ("text", "text_special"):
            words += token.content
            continue
        runs.extend(_addresses(style.saying(words)))
        words = ""
        kind = token.type.rpartition("_")[0]
        if kind in depth:
            depth[kind] += token.nesting
            style = replace(
                style, bold=depth["strong"] > 0, italic=depth["em"] > 0, strike=depth["s"] > 0
            )
            continue
        match token.type:
            case "softbreak" | "hardbreak":
                runs.append(style.saying("\n"))
            case "code_inline":
                runs.append(replace(style, text=token.content, code=True))
            case "math_inline":
                text = readable_math(token.content).replace("\n", "; ")
                runs.append(replace(style, text=text, math=token.content))
            case "link_open":
                links.append(style.link)
                style = replace(style, link=_allowed(str(token.attrs.get("href", ""))))
            case "link_close":
                style = replace(style, link=links.pop())
            case "image":  # named, never fetched
                source = str(token.attrs.get("src", ""))
                text = token.content or source
                runs.append(replace(style, text=text, italic=True, link=_allowed(source)))
    return joined([*runs, *_addresses(style.saying(words))])


def _allowed(url: str) -> str | None:
    return url if is_link_allowed(url) else None


def _addresses(run: Run) -> Iterator[Run]:
    """Bare web addresses in a run made into links."""
    if run.link is not None or "://" not in run.text:
        yield run
        return
    done = 0
    for match in _ADDRESS.finditer(run.text):
        url = match.group().rstrip(_ADDRESS_END)
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(_ADDRESS_END)
        if is_link_allowed(url):
            yield run.saying(run.text[done : match.start()])
            yield replace(run, text=url, link=url)
            done = match.start() + len(url)
    yield run.saying(run.text[done:])

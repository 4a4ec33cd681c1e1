"""markdown-it, set up for text that is not trusted and grows at its end.

Without HTML, so that markup is text. Without reference definitions and underlined headings: both
change what stands above them, and every list written below a line of text would be taken for a
heading at its first character.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_block import heading as heading_rule
from markdown_it.rules_block import table as table_rule
from markdown_it.token import Token

from .chunks import GUARD, cuts, tokens_of
from .math_rules import math_block, math_inline

if TYPE_CHECKING:
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore

MAX_ROWS = 500  # of a table
MAX_COLUMNS = 60
MAX_CELL = 4000  # characters in one cell of a table; emphasis and links take quadratic time
MAX_HEADING = 400  # in one heading; what is longer is text
MAX_FIRST_CELL = 200  # of a table's header
MAX_LEVEL = 40  # of blocks in blocks
SCHEMES = ("https", "http", "mailto")


def make_parser() -> MarkdownIt:
    """A parser whose tokens `reader.py` understands."""
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 3 * MAX_LEVEL})
    parser.enable(["table", "strikethrough"])
    parser.disable(["reference", "lheading", "html_block", "html_inline"])
    parser.validateLink = is_link_allowed  # type: ignore[method-assign]
    block, inline = parser.block.ruler, parser.inline.ruler
    around: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    block.at("heading", _capped_heading, {"alt": ["paragraph", "reference", "blockquote"]})
    block.at("table", _capped_table, {"alt": ["paragraph", "reference"]})
    block.before("fence", "math_block", math_block, around)
    block.before("table", "too_deep", _too_deep)
    inline.before("escape", "math_inline", math_inline)
    parser.core.ruler.at("inline", _inline)
    parser.disable("text_join")  # the reader does it
    return parser


def inline_tokens(source: str, parser: MarkdownIt) -> list[Token]:
    """The tokens of a paragraph's text, which is read in parts when it is long."""
    tokens: list[Token] = []
    for begin, end in pairwise([0, *cuts(source, parser), len(source)]):
        tokens += tokens_of(source[begin:end], parser)
        tokens.append(Token("part_end", "", 0))
    return tokens


def is_link_allowed(url: str) -> bool:
    """Whether a link may become one: to the web or to a mail address, nothing else."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    if parts.scheme.lower() not in SCHEMES:
        return False
    return bool(parts.path if parts.scheme.lower() == "mailto" else parts.netloc)


def _capped_table(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    limit = min(end_line, start_line + 2 + MAX_ROWS)
    if start_line + 1 < end_line and _width(state, start_line + 1) > MAX_COLUMNS:
        return False
    begin = state.bMarks[start_line] + state.tShift[start_line]
    if state.src.startswith(GUARD, begin) or "|" not in state.src[begin : begin + MAX_FIRST_CELL]:
        return False  # what the beginning of a line is does not depend on its end
    if not table_rule(state, start_line, limit, silent):
        return False
    if silent or state.line < limit:
        return True
    line = limit
    while line < end_line and _continues_table(state, line, end_line):
        line += 1
    opening = next(t for t in reversed(state.tokens) if t.type == "table_open")
    opening.meta = {"hidden_rows": line - limit}
    opening.map = [start_line, line]
    state.line = line
    return True


def _width(state: StateBlock, line: int) -> int:
    return state.src.count("|", state.bMarks[line], state.eMarks[line]) + 1


def _continues_table(state: StateBlock, line: int, end_line: int) -> bool:
    if state.isEmpty(line) or state.sCount[line] < state.blkIndent or state.is_code_block(line):
        return False
    rules = state.md.block.ruler.getRules("blockquote")
    return not any(rule(state, line, end_line, True) for rule in rules)


def _too_deep(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    """Beyond all reason, what stands there is text: markdown-it would leave it out."""
    if state.level < MAX_LEVEL:
        return False
    if not silent:
        state.line = start_line + 1
        state.push("paragraph_open", "p", 1).map = [start_line, state.line]
        token = state.push("inline", "", 0)
        begin = state.bMarks[start_line] + state.tShift[start_line]
        token.content = state.src[begin : state.eMarks[start_line]]
        token.children = [Token("text", "", 0, content=token.content)]
        token.meta = {"plain": True}
        state.push("paragraph_close", "p", -1)
    return True


def _capped_heading(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    begin = state.bMarks[start_line] + state.tShift[start_line]
    if state.eMarks[start_line] - begin > MAX_HEADING:
        return False
    return heading_rule(state, start_line, end_line, silent)


def _inline(state: StateCore) -> None:
    """Read the text of all blocks; that of cells only if it is not too long."""
    before = ""
    for token in state.tokens:
        if token.type == "inline" and not token.meta.get("plain"):
            text = token.content
            if before == "paragraph_open":
                token.children = inline_tokens(text.removeprefix(GUARD), state.md)
            elif len(text) > MAX_CELL:
                token.children = [Token("text", "", 0, content=text)]
            else:
                token.children = state.md.inline.parse(text, state.md, state.env, [])
        before = token.type

r"""Rules for markdown-it that find formulas between $, $$, \( \) and \[ \]."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

MAX_INLINE = 1000  # characters; a search without end would take quadratic time
MAX_LINES = 100
MAX_LENGTH = 2000  # characters of a formula on lines of its own
DOUBTS = "doubts"  # where the parser's environment takes lines that may begin formulas
_BLOCK_ENDS = {"$$": "$$", "\\[": "\\]"}
_INLINE_ENDS = (("$$", "$$"), ("\\(", "\\)"), ("\\[", "\\]"))


def math_inline(state: StateInline, silent: bool) -> bool:
    """A formula inside a line of text."""
    found = _delimited(state.src, state.pos) or _dollars(state.src, state.pos)
    if found is None:
        return False
    source, end = found
    if not silent:
        token = state.push("math_inline", "", 0)
        token.content = source.strip()
    state.pos = end
    return True


def math_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """A formula on lines of its own.

    Its end has to come before an empty line does. At the end of the text it may still be missing:
    the formula is then being written, or was cut off.
    """
    if state.is_code_block(start_line):
        return False
    first = _line(state, start_line)
    begin = first[:2]
    end = _BLOCK_ENDS.get(begin)
    if end is None:
        return False
    lines, closed, line = [first[2:]], False, start_line
    while True:
        text = lines[-1].rstrip()
        if text.endswith(end) and sum(map(len, lines)) <= MAX_LENGTH:
            lines[-1], closed = text[: -len(end)], True
            break
        if end in text:  # it ends inside a line: text, with a formula in it
            _doubt(state, start_line, line + 1)
            return False
        line += 1
        if line - start_line > MAX_LINES or sum(map(len, lines)) > MAX_LENGTH:
            return False
        if line >= end_line:
            if end_line < state.lineMax or _level(state) > 0:
                _doubt(state, start_line, end_line)
                return False  # the quote or the list around it ended first
            break
        if state.isEmpty(line) or state.sCount[line] < state.blkIndent:
            return False
        lines.append(_line(state, line))
    if closed and not "".join(lines).strip():
        return False
    if not silent:
        state.line = line + 1 if closed else line
        token = state.push("math_block", "", 0)
        token.content = "\n".join(lines).strip()
        token.meta = {"closed": closed}
        token.map = [start_line, state.line]
    return True


def _delimited(text: str, at: int) -> tuple[str, int] | None:
    for begin, end in _INLINE_ENDS:
        if text.startswith(begin, at):
            close = text.find(end, at + len(begin), at + MAX_INLINE)
            source = text[at + len(begin) : close]
            if close > 0 and source.strip():
                return source, close + len(end)
    return None


def _dollars(text: str, at: int) -> tuple[str, int] | None:
    # "$5 and $10" are prices: a formula has no blank inside its signs, and no digit behind it.
    if text[at] != "$" or text[at + 1 : at + 2] in ("", "$", " ", "\n"):
        return None
    limit = min(len(text), at + MAX_INLINE)
    close = at
    while (close := text.find("$", close + 1, limit)) > 0:
        before, after = text[close - 1], text[close + 1 : close + 2]
        if before == "\\":
            continue
        if before in " \n" or after.isdigit():
            return None
        return text[at + 1 : close], close + 1
    return None


def _doubt(state: StateBlock, start_line: int, end_line: int) -> None:
    """Tell that the text might go on so that a formula begins here after all."""
    doubts = state.env.get(DOUBTS)
    if doubts is not None and end_line >= len(state.bMarks) - 1:
        doubts.add(start_line)


def _level(state: StateBlock) -> int:
    """How deep the block is in others; a table it would end is none of them."""
    if state.parentType != "table":
        return int(state.level)
    return next(t.level for t in reversed(state.tokens) if t.type == "table_open")


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]

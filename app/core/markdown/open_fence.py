"""A fenced block of code whose end has not come: it only grows, line by line."""

from __future__ import annotations

import re

from ternchat.app.core.safe_text import safe_code

from .items import CodeItem

LONG = 200  # characters of a line that are not looked at again
_FENCE = re.compile(r"(`{3,}|~{3,}).*\n")


class OpenFence:
    """Takes the lines of one code block until its end."""

    def __init__(self, mark: str, language: str) -> None:
        self.closed = False
        self._mark = mark[0]
        self._language = language
        self._closing = re.compile(rf" {{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*")
        self._code = ""
        self._is_in_line = False  # the code ends within a line that ends nothing

    @classmethod
    def at_start_of(cls, text: str, language: str) -> tuple[OpenFence, str] | None:
        """The fence a text begins with and what follows it; None for an indented one."""
        fence = _FENCE.match(text)
        return (cls(fence.group(1), language), text[fence.end() :]) if fence else None

    def read(self, text: str) -> str:
        """Take the lines up to the end of the block; what is left of the last one."""
        begin = 0
        while (end := text.find("\n", begin)) >= 0:
            line = text[begin:end]
            begin = end + 1
            if not self._is_in_line and self._closing.fullmatch(line):
                self.closed = True
                return text[begin:]
            self._code += safe_code(line) + "\n"
            self._is_in_line = False
        rest = text[begin:]
        if len(rest) > LONG and (self._is_in_line or self._is_code(rest)):
            self._code += safe_code(rest)
            self._is_in_line = True
            return ""
        return rest

    def item(self, partial: str = "") -> CodeItem:
        """The block so far, with the line being written unless it looks like the fence's end."""
        code = self._code.removesuffix("\n")
        if self._is_in_line or self._is_code(partial):
            code = self._code + safe_code(partial)
        return CodeItem(code, self._language, self.closed)

    def _is_code(self, beginning: str) -> bool:
        """Whether a line that begins so cannot be the fence's end."""
        return bool(beginning.strip(f" \t{self._mark}"))

"""Colours for code: which part of a line is a keyword, a text, a comment."""

from __future__ import annotations

import importlib
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MAX_LENGTH = 32_000  # characters; longer code stays in one colour
MAX_LINE = 2_000
MAX_SECONDS = 0.15  # for one block


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Of the many languages Pygments knows, those whose patterns are worth trusting.
LANGUAGES = _words(
    "asm bash bat c c# c++ clojure cmake console cpp csharp css cython d dart diff docker "
    "dockerfile elixir erlang fortran go golang graphql groovy haskell hs html ini java "
    "javascript js json jsx julia kotlin latex lua make makefile markdown matlab md nasm nim "
    "nix objc ocaml pascal perl php powershell ps1 py py3 python python3 pycon r rb rs ruby "
    "rust sass scala scss sh shell sql swift tcl tex toml ts tsx typescript vim vue xml "
    "yaml yml zig zsh"
)

# From the special to the general: the first that fits counts.
_KINDS = (
    ("Token.Comment.Preproc", "keyword"),
    ("Token.Comment", "comment"),
    ("Token.Keyword.Constant", "number"),
    ("Token.Keyword", "keyword"),
    ("Token.Operator.Word", "keyword"),
    ("Token.Name.Function", "function"),
    ("Token.Name.Class", "function"),
    ("Token.Name.Decorator", "function"),
    ("Token.Name.Tag", "keyword"),
    ("Token.Name.Attribute", "function"),
    ("Token.Name.Builtin", "function"),
    ("Token.Name.Exception", "function"),
    ("Token.Literal.String", "string"),
    ("Token.Literal.Number", "number"),
    ("Token.Generic.Deleted", "deleted"),
    ("Token.Generic.Inserted", "string"),
    ("Token.Generic.Heading", "function"),
    ("Token.Generic.Subheading", "function"),
    ("Token.Generic.Prompt", "comment"),
)
KINDS = tuple(dict.fromkeys(kind for _, kind in _KINDS))


@dataclass(frozen=True, slots=True)
class Colouring:
    """A part of a line; positions count UTF-16 units, as Qt does."""

    start: int
    length: int
    kind: str


Lines = tuple[tuple[Colouring, ...], ...]


@lru_cache(maxsize=256)
def highlight(code: str, language: str, limit: int | None = None) -> Lines:
    """The coloured parts of each line, or of the first `limit` ones.

    Nothing for a language or a size that is left alone.
    """
    name = language.lower()
    if name not in LANGUAGES or len(code) > MAX_LENGTH:
        return ()
    if any(len(line) > MAX_LINE for line in code.split("\n")):
        return ()
    lexer = _lexer(name)
    return _lines(lexer, code, limit)[:limit] if lexer is not None else ()


@lru_cache(maxsize=16)
def _lexer(name: str) -> Any:
    lexers = importlib.import_module("pygments.lexers")  # late: most chats hold no code
    try:
        return lexers.get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ValueError:
        return None


def _lines(lexer: Any, code: str, limit: int | None) -> Lines:
    end = time.monotonic() + MAX_SECONDS
    lines: list[list[Colouring]] = [[]]
    at = 0
    for token, text in lexer.get_tokens(code):
        kind = _kind(str(token))
        for number, piece in enumerate(text.split("\n")):
            if number:
                lines.append([])
                at = 0
            length = len(piece) + sum(char > "\uffff" for char in piece)
            if kind and length:
                lines[-1].append(Colouring(at, length, kind))
            at += length
        if time.monotonic() > end or (limit is not None and len(lines) > limit):
            break
    return tuple(map(tuple, lines))


@lru_cache(maxsize=256)
def _kind(token: str) -> str:
    return next(
        (kind for name, kind in _KINDS if token == name or token.startswith(f"{name}.")), ""
    )

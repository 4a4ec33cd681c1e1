"""TeX formulas as text one can read: x² + √(y) ≤ π."""

from __future__ import annotations

import re
from functools import lru_cache

from .math_commands import COMMANDS, lowered, raised, script
from .math_symbols import FUNCTIONS, PLAIN, PREFIXES, SPACES, SUPERSCRIPTS, SYMBOLS

MAX_LENGTH = 4000
_MAX_DEPTH = 40
_TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|\s+|.", re.DOTALL)
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
_MARKS = r"[\u0300-\u036f\u20d7′⁰¹²³⁴-ⁿ₀-ₜ]*"
_DIFFERENTIAL = rf"[d∂]{_MARKS}\w{_MARKS}"
_ONE_THING = re.compile(
    rf"(?:\d[\d.,]*|\w|∞){_MARKS}|\([^()]*\)|√\w|\w{_MARKS}\([^()]*\)|{_DIFFERENTIAL}"
)
_ONE_PRODUCT = re.compile(rf"(?:[\w∂]{_MARKS}|∞|√|\^?\([^()]*\))+")
_RELATION = re.compile(r"\s*([=≤≥≠≈≡∼≪≫∈∉⊂⊆⇒⇔⟹⟺<>])(?![\^_])\s*")
_BRACKETS = {
    "matrix": ("", ""),
    "pmatrix": ("(", ")"),
    "bmatrix": ("[", "]"),
    "vmatrix": ("|", "|"),
    "Vmatrix": ("‖", "‖"),
    "smallmatrix": ("", ""),
    "cases": ("{ ", ""),
    "array": ("", ""),
}
_INSIDE = re.compile(r"(?<=[⌊⌈⟨]) | (?=[⌋⌉⟩])")
_FRACTIONS = frozenset(("frac", "dfrac", "tfrac", "cfrac"))


@lru_cache(maxsize=512)
def readable_math(source: str) -> str:
    """The formula in Unicode; what is not understood stays as TeX. Rows are lines."""
    if len(source) > MAX_LENGTH:
        return source
    try:
        text = _Formula(source).read()
    except RecursionError:
        return source
    lines = [" ".join(_RELATION.sub(r" \1 ", line).split()) for line in text.split("\n")]
    lines = [_INSIDE.sub("", line) for line in lines]
    return "\n".join(line for line in lines if line) or source


class _Formula:
    """Reads one formula from left to right."""

    def __init__(self, source: str) -> None:
        self._tokens = _TOKEN.findall(source)
        self._at = 0
        self._depth = 0
        self._cell = "  "  # between two cells of a row

    def read(self, end: str | None = None) -> str:
        """Text up to a closing token, or to the end of the formula."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise RecursionError
        parts: list[str] = []
        while self._at < len(self._tokens) and self._tokens[self._at] != end:
            parts.append(self._one(parts))
        self._at += 1
        self._depth -= 1
        return "".join(parts)

    def _one(self, before: list[str]) -> str:
        token = self._take()
        if token == "{":
            return self.read("}")
        if token in ("}", "&", "~", "$"):
            return {"&": self._cell, "~": " "}.get(token, "")
        if token == "^":
            return raised(self._argument())
        if token == "_":
            return lowered(self._argument())
        if token == "'":
            return "′"
        if token.isspace():
            return " "
        if token == "-":
            return "−"
        if not token.startswith("\\") or token == "\\":
            return token
        return self._command(token[1:], before)

    def _command(self, name: str, before: list[str]) -> str:
        if name == "\\":
            self._skip_option()
            return "\n"
        if name in SYMBOLS:
            sign = SYMBOLS[name]
            if sign in PREFIXES:
                self._skip_blanks()
            return sign
        if name in SPACES:
            return SPACES[name]
        if name in _FRACTIONS:
            return self._fraction(before[-1][-1:] if before else "")
        if name == "sqrt":
            degree = self._option()
            root = _ROOTS.get(degree) or script(degree, SUPERSCRIPTS, "") + "√"
            return root + _grouped(self._argument())
        if name in ("underbrace", "overbrace"):
            text, mark = self._argument(), "_" if name == "underbrace" else "^"
            return f"{text} ({self._argument()})" if self._next_is(mark) else text
        if name in COMMANDS:
            count, write = COMMANDS[name]
            return write(*[self._argument() for _ in range(count)])
        if name == "begin":
            return self._environment(self._argument().rstrip("*"))
        if name in PLAIN:
            if name == "operatorname":
                self._next_is("*")
            return "" if self._next_is(".") and name in ("left", "right") else self._spaced()
        if name in FUNCTIONS:
            last = before[-1][-1:] if before else ""
            lead = " " if last.isalnum() or last == ")" else ""
            behind = "".join(self._tokens[self._at : self._at + 1])
            return lead + name + (" " if behind[:1].isalnum() or behind[:1] == "\\" else "")
        if len(name) == 1 and not name.isalpha():
            return name
        return f"\\{name}{{{self.read('}')}}}" if self._next_is("{") else f"\\{name}"

    def _fraction(self, last: str) -> str:
        above, below = self._argument(), self._argument()
        # 3 1/2 is not 31/2, and what stands behind is not below the line.
        lead = " " if last.isalnum() or last in (")", "′") else ""
        behind = "".join(self._tokens[self._at : self._at + 1])[:1]
        apart = " " if behind.isalnum() or behind in ("\\", "(", "{") else ""
        return f"{lead}{_grouped(above, _ONE_PRODUCT)}/{_grouped(below)}{apart}"

    def _environment(self, name: str) -> str:
        if name == "array":
            self._argument()  # how its columns are aligned
        outer, self._cell = self._cell, ", " if name in _BRACKETS else "  "
        text = self.read("\\end")
        self._cell = outer
        self._argument()
        if name not in _BRACKETS:
            return f"\n{text}\n"
        rows = [" ".join(row.replace(" ,", ",").split()) for row in text.split("\n")]
        begin, end = _BRACKETS[name]
        return begin + "; ".join(row for row in rows if row) + end

    def _spaced(self) -> str:
        """Nothing: what follows is read as it stands, blanks in words included."""
        if self._tokens[self._at : self._at + 1] == ["{"]:
            self._at += 1
            return self.read("}")
        return ""

    def _take(self) -> str:
        token = self._tokens[self._at]
        self._at += 1
        return str(token)

    def _next_is(self, token: str) -> bool:
        if self._tokens[self._at : self._at + 1] != [token]:
            return False
        self._at += 1
        return True

    def _skip_blanks(self) -> None:
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1

    def _argument(self) -> str:
        self._skip_blanks()
        if self._at >= len(self._tokens) or self._tokens[self._at] == "}":
            return ""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise RecursionError
        argument = self._one([]).strip()
        self._depth -= 1
        return argument

    def _option(self) -> str:
        return self.read("]").strip() if self._next_is("[") else ""

    def _skip_option(self) -> None:
        rest = self._tokens[self._at : self._at + 8]
        if rest[:1] == ["["] and "]" in rest:  # a distance between rows: \\[4pt]
            self._at += rest.index("]") + 1


def _grouped(text: str, fitting: re.Pattern[str] = _ONE_THING) -> str:
    return text if fitting.fullmatch(text) else f"({text})"

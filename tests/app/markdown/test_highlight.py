"""Colours of code."""

import re

import pytest

from ternchat.app.core.markdown import highlight as module
from ternchat.app.core.markdown.highlight import KINDS, LANGUAGES, Colouring, highlight


def test_the_parts_of_a_line_are_found():
    first, second = highlight('def f():  # "x"\n    return "𝔸b" + 1', "Python")
    assert first[0] == Colouring(0, 3, "keyword")
    assert first[-1] == Colouring(10, 5, "comment")
    kinds = {(part.kind, part.start) for part in second}
    assert ("keyword", 4) in kinds
    assert ("number", 19) in kinds  # positions as Qt counts them: 𝔸 takes two


def test_one_line_for_each_line_of_the_code():
    code = "\n\nx = '''a\nb'''\n\n"
    assert len(highlight(code, "python")) == code.count("\n") + 1


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("x", "nonsense"),
        ("x", ""),
        ("x\n" * module.MAX_LENGTH, "py"),
        ("x" * (module.MAX_LINE + 1), "py"),
    ],
)
def test_what_is_unknown_or_too_large_stays_in_one_colour(code, language):
    assert highlight(code, language) == ()


def test_a_lexer_without_an_end_is_left(monkeypatch):
    monkeypatch.setattr(module, "MAX_SECONDS", -1.0)
    assert len(highlight("a = 1\n" * 50, "python")) < 50


def test_only_the_lines_that_are_asked_for_are_read():
    code = "x = 'one'\n" * 2000
    assert highlight(code, "python", 20) == highlight(code, "python")[:20]
    assert len(highlight(code, "python", 20)) == 20


def test_every_language_has_a_lexer():
    from pygments.lexers import get_lexer_by_name

    assert all(get_lexer_by_name(name) for name in LANGUAGES)
    assert all(re.fullmatch("[a-z]+", kind) for kind in KINDS)

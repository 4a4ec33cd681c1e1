"""Words found in what is shown."""

import pytest

from ternchat.app.core.markdown.find import count, lines_of, may_contain, pattern_for
from ternchat.app.core.markdown.flow import flow
from ternchat.app.core.markdown.reader import parse

TEXT = (
    "Rain **and** rain\n\n- rain\n\n```\nrain()\nrain\n```\n\n| rain | b |\n|--|--|\n| 1 | Rain |"
)


def items(text):
    return [item for block in parse(text) for item in flow(block)]


def test_every_line_that_is_shown_is_searched():
    assert count(items(TEXT), pattern_for("RAIN")) == 7
    assert "Rain and rain" in lines_of(items(TEXT))


def test_signs_are_searched_as_they_are():
    assert count(items(TEXT), pattern_for("n()")) == 1
    assert count(items(TEXT), pattern_for(".")) == 0


@pytest.mark.parametrize("words", ["bold text", "BOLD", "a & b", "x²", "text one two"])
def test_the_guess_from_the_source_never_misses(words):
    source = "**bold** *text* one\ntwo a &amp; b $x^2$"
    assert may_contain(source, words)


def test_most_messages_are_ruled_out_by_the_guess():
    assert not may_contain("**bold** text", "rain")

"""What is said aloud of a text that grows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ternchat.app.core.markdown.speech import Speech


def said(*pieces):
    speech = Speech()
    return [sentence for piece in pieces for sentence in speech.add(piece)] + speech.finish()


def test_a_sentence_is_said_when_it_is_whole():
    speech = Speech()
    assert speech.add("Rain is") == []
    assert speech.add(" water. It") == ["Rain is water."]
    assert speech.add(" falls! (Often") == ["It falls!"]
    assert speech.add(".) No. 1.5") == ["(Often.) No."]
    assert speech.add("\nand so") == ["1.5"]
    assert speech.finish() == ["and so"]


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("# Rain **now**\n\nIt is *wet*.\n", ["Rain now", "It is wet."]),
        ("See [here](https://e.org/x.y) and `pip` ~~no~~.", ["See here and pip no."]),
        ("- one\n- two **three**\n", ["one", "two three"]),
        ("1. one\n2. two\n", ["1. one", "2. two"]),
        ("- [x] a\n- [ ] b\n", ["Done: a", "Not done: b"]),
        ("> said\n\n---\n\nthen", ["said", "then"]),
        ("So $x^2$ and\n\n$$\n\\frac{a}{b}\n$$", ["So x² and", "a/b"]),
        ("5 * 3 = 15. And on.", ["5 * 3 = 15. And on."]),
        ("![a cat](https://e.org/c.png) &amp; more", ["a cat & more"]),
        ("```py\nx = 1. y\n```\nafter", ["Code block, py", "after"]),
        ("```\nx\n```", ["Code block"]),
        ("|a|b|\n|-|-|\n|1|2|\n", ["Table with 2 columns, 1 row: a, b; 1, 2."]),
    ],
)  # fmt: skip
def test_marks_are_not_said(text, heard):
    assert said(text) == heard
    assert " ".join(said(*text)) == " ".join(heard)


def test_a_long_table_is_only_named():
    words = said("|a|\n|-|\n" + "|1|\n" * 60)
    assert words == ["Table with 1 column, 25 rows.", "25 more rows.", "10 more rows."]


def test_code_is_named_as_soon_as_its_first_line_comes():
    speech = Speech()
    assert speech.add("Look:\n\n```pyth") == ["Look:"]
    assert speech.add("on\n") == []
    assert speech.add("x = 1\n") == ["Code block, python"]
    assert speech.add("y = 2. z\n```\nAnd. Then") == ["And."]


def test_entries_below_an_entry_are_said_before_it_ends():
    speech = Speech()
    speech.add("- one\n  - two\n  - three\n  - fo")
    assert speech.finish() == ["fo"]


def test_an_open_mark_keeps_what_stands_behind_it_until_it_is_closed():
    speech = Speech()
    assert speech.add("First. **Rain. It ") == ["First."]
    assert speech.add("falls** down. So") == ["Rain. It falls down."]


def test_an_entry_that_turns_out_to_be_the_words_of_the_one_before_is_said():
    assert said("- *", "*") == ["**"]


MARKS = ["**", "*", "`", "- ", "1. ", "\n", "\n\n", "word ", "end. ", "# ", "> ", "```\n", "$x$"]
MARKS += ["[a](https://e.org)", "|a|\n|-|\n", "~~", "&amp;"]


@given(st.lists(st.sampled_from(MARKS), max_size=25), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_all_is_said_once_whatever_the_pieces(parts, random):
    text = "".join(parts)
    pieces, at = [], 0
    while at < len(text):
        size = random.randint(1, 9)
        pieces.append(text[at : at + size])
        at += size
    assert " ".join(said(*pieces)).split() == " ".join(said(text)).split()

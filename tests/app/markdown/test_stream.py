"""Markdown in pieces is the same Markdown, and what is settled stays as it is."""

import runpy
from dataclasses import replace
from pathlib import Path

import pytest
from hostile_markdown import HOSTILE, LINE
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ternchat.app.core.markdown import chunks, grammar, pages, parting, reader
from ternchat.app.core.markdown import stream as stream_module
from ternchat.app.core.markdown.flow import flow
from ternchat.app.core.markdown.items import CodeItem, TableItem, TextItem
from ternchat.app.core.markdown.reader import parse
from ternchat.app.core.markdown.stream import MarkdownStream
from ternchat.app.core.markdown.writer import as_text

MARKS = [
    "# ", "## ", "- ", "* ", "+ ", "1. ", "2. ", "10) ", "> ", ">", "```", "````", "~~~", "```py",
    "---", "***", "===", "| a | b |", "|---|:-:|", "|x", "$$", "\\[", "\\]", "$x^2$", "$$y$$",
    "**", "*", "_", "`", "``", "~~", "[a](https://b.c)", "![i](file:///x)", "<b>", "&amp;", "\\",
    "- [ ] ", "- [x] ", "https://e.org/a_b.", "[a]: /b", "    ", "  ", "\t", " ", "word", "a", "é",
    "\N{FAMILY}\u200d", "\x1b[1m", "\0", "\u202e", "\u2028", "\r", "\r\n", "\n", "\n\n", "-",
    "1.", "\\(",
]  # fmt: skip
TABLE = st.lists(st.sampled_from([*MARKS, "| a | b |", "|x", "| c"]), max_size=12).map(
    lambda lines: "| a | b |\n|---|:-:|\n" + "\n".join(lines)
)
LINES = st.lists(st.lists(st.sampled_from(MARKS), max_size=5).map("".join), max_size=12)
TEXTS = st.one_of(TABLE, LINES.map("\n".join), st.lists(st.sampled_from(MARKS)).map("".join))

INSIDE = st.sampled_from(["", "  ", "   ", "    ", "> ", ">", "> - ", ">   ", "- ", "1. ", "   - ",
    "  - ", "    - ", "> > ", "- > ", "  > ", "2) ", "      ", ">  1. ", "\t"])  # fmt: skip
WORDS = st.sampled_from(
    ["word", "**b**", "a b. C d", "$$", "| a |", "|--|", "```", "# h", "", "$x$", "*", "---"]
)
NESTED = st.lists(st.tuples(INSIDE, INSIDE, WORDS).map("".join), max_size=14).map("\n".join)
SENTENCES = st.lists(
    st.tuples(
        st.sampled_from(["", "", "", "> ", "- ", "  ", "\n\n", "\n"]),
        st.lists(
            st.sampled_from(
                [
                    "word ",
                    "**",
                    "*",
                    "`",
                    "$",
                    "[x](https://e.org) ",
                    "[",
                    "End. ",
                    "_",
                    "雨。",
                    "|",
                    "\n",
                    "  \n",
                    "$$",
                    "a",
                    "\\",
                    "\\(",
                    "~~",
                    "https://e.org/a ",
                    "> ",
                    "1. ",
                ]
            ),
            max_size=30,
        ).map("".join),
    ).map("".join),
    max_size=8,
).map("\n".join)


@pytest.fixture
def small(monkeypatch):
    """Paragraphs count as long when they have a few words."""
    monkeypatch.setattr(chunks, "CHUNK", 12)
    monkeypatch.setattr(stream_module, "CHUNK", 12)
    monkeypatch.setattr(chunks, "_STEP", 5)
    monkeypatch.setattr(chunks, "LONGEST", 60)
    monkeypatch.setattr(parting, "ENOUGH", 30)
    monkeypatch.setattr(parting, "TOO_MANY", 70)
    monkeypatch.setattr(grammar, "MAX_FIRST_CELL", 8)
    monkeypatch.setattr(stream_module, "MAX_FIRST_CELL", 8)
    monkeypatch.setattr(pages, "ROWS", 2)
    monkeypatch.setattr(pages, "MAX_ROWS", 5)


def at_once(text):
    stream = MarkdownStream()
    stream.append(text)
    stream.finish()
    return stream.settled


def closed(item):
    return replace(item, closed=True) if isinstance(item, CodeItem) else item


def whole(text):
    """What a parser that sees the whole text makes of it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = stream_module.safe_text(text)
    return [closed(item) for block in parse(text) for item in flow(block)]


@given(TEXTS)
@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example("- [ ] [a](https://b.c)# # ")
@example("- [x] a task whose words go on and **on**, and on. And more")
@example("The formula:\n\\[\n\nx")
@example("$$\n- a\n\n- b\n$$")
@example("1. a\n1. b\n1. c\n\n5. d")
@example("- a\n\n      code\n- b\n-\n\n  foo")
@example("| a | b |\n|---|:-:|\n| a | b |\n$$\n|x\n\n- a")
@example("| a | b |\n|---|:-:|\n| a | b |\n$$y$$\n|x")
@example("| a | b |\n|---|:-:|\n| a\u2028c |\n| b |\n|x")
@example("| a | b |\n|---|:-:|\n$$\n# \n$$")
@example("| a | b |\n|---|:-:|\n    x\n| a |")
@example("text\n| a | b |\n|---|---|\n| 1 | 2 |\nmore")
def test_a_text_taken_apart_is_read_like_the_whole(small, text):
    assert at_once(text) == whole(text)


@given(TEXTS, st.randoms(use_true_random=False))
@settings(max_examples=400, deadline=None)
def test_pieces_of_any_size_give_the_same_items(text, random):
    stream, at = MarkdownStream(), 0
    while at < len(text):
        size = random.randint(1, 8)
        before = list(stream.settled)
        stream.append(text[at : at + size])
        assert stream.settled[: len(before)] == before  # what is settled stays
        at += size
    stream.finish()
    assert stream.settled == at_once(text)
    assert stream.open == []


def streams_as_the_whole(text, random):
    """In pieces of any size it becomes what the whole is, and nothing settled changes."""
    assert at_once(text) == whole(text)
    stream, at = MarkdownStream(), 0
    while at < len(text):
        size = random.randint(1, 8)
        before = list(stream.settled)
        stream.append(text[at : at + size])
        assert stream.settled[: len(before)] == before
        at += size
    stream.finish()
    assert stream.settled == whole(text)


@given(NESTED, st.randoms(use_true_random=False))
@settings(max_examples=400, deadline=None)
def test_blocks_in_quotes_and_lists_are_those_of_the_whole(text, random):
    streams_as_the_whole(text, random)


@given(SENTENCES, st.randoms(use_true_random=False))
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_long_paragraphs_are_taken_apart_where_the_whole_ones_are(small, text, random):
    streams_as_the_whole(text, random)


def test_finished_blocks_are_not_parsed_again(monkeypatch):
    parsed = []
    original = stream_module.parse_lines
    monkeypatch.setattr(
        stream_module,
        "parse_lines",
        lambda text, *more: parsed.append(len(text)) or original(text, *more),
    )
    stream = MarkdownStream()
    for number in range(200):
        stream.append(f"Paragraph number {number} with a few words.\n\n")
        stream.append(f"1. entry {number}\n")
        stream.append("2. another\n\n```\n")
        stream.append("code\n```\n\n")
    assert max(parsed) < 200
    assert len(stream.settled) == 200 * 4


def shapes():
    """Answers of every shape, as they are measured."""
    file = Path(__file__).parents[3] / "tools" / "stream_shapes.py"
    return runpy.run_path(str(file))["SHAPES"]


@pytest.mark.parametrize("name", shapes())
def test_a_token_costs_the_same_wherever_it_comes(monkeypatch, name):
    """Of a text of any shape, no more is read again late than early, and no more is shown anew."""
    parsed, chunks_read = [], []
    parser = reader._parser()
    read, read_inline = parser.parse, parser.inline.parse
    monkeypatch.setattr(
        parser, "parse", lambda text, *more: parsed.append(len(text)) or read(text, *more)
    )
    monkeypatch.setattr(
        parser.inline,
        "parse",
        lambda text, *more: chunks_read.append(len(text)) or read_inline(text, *more),
    )
    begin, text = shapes()[name]
    stream = MarkdownStream()
    stream.append(begin)
    text *= 40_000 // len(text) + 1
    for place in range(0, 36_000, 4000):
        stream.append(text[place : place + 3800])
        parsed.clear()
        chunks_read.clear()
        for at in range(place + 3800, place + 4000, 4):
            stream.append(text[at : at + 4])
            words = sum(
                len(run.text)
                for item in stream.open
                if isinstance(item, TextItem)
                for run in item.runs
            )
            rows = sum(len(item.table.rows) for item in stream.open if isinstance(item, TableItem))
            assert words <= 2 * parting.TOO_MANY
            assert rows <= 2 * pages.ROWS
            assert len(stream.open) <= 12
        assert sum(parsed) / 50 <= 3000
        assert sum(chunks_read) / 50 <= 3000


def test_long_code_is_not_parsed_while_it_grows(monkeypatch):
    stream = MarkdownStream()
    stream.append("```py\n")
    monkeypatch.setattr(stream_module, "parse_lines", lambda *_: pytest.fail("parsed"))
    for number in range(1000):
        stream.append(f"x = {number}\n")
    assert stream.open[0].code.count("\n") == 999
    assert not stream.open[0].closed


def test_rows_of_a_long_table_are_not_parsed_again(monkeypatch):
    stream = MarkdownStream()
    stream.append("| a | b |\n|---|---|\n| 0 | x |\n")
    monkeypatch.setattr(stream_module, "parse_lines", lambda *_: pytest.fail("parsed"))
    for number in range(1, 300):
        for piece in (f"| {number} ", "| **x", "** |\n"):
            stream.append(piece)
    assert len(stream.settled) == 299 // pages.ROWS
    items = stream.settled + stream.open
    assert [len(item.table.rows) for item in items] == [pages.ROWS] * 12
    assert [item.joint is not None for item in items] == [False] + [True] * 11
    assert items[6].table.rows[0][0][0].text == "150"


def test_a_row_is_shown_when_it_is_whole():
    stream = MarkdownStream()
    stream.append("| a |\n|---|\n| one |\n| tw")
    assert len(stream.open[0].table.rows) == 1
    stream.append("o |")
    assert len(stream.open[0].table.rows) == 1
    stream.finish()
    assert len(stream.settled[0].table.rows) == 2


def test_the_end_of_a_fence_does_not_flash_up_as_code():
    stream = MarkdownStream()
    stream.append("```\na\n``")
    assert stream.open == [CodeItem("a", closed=False)]
    stream.append("x")
    assert stream.open == [CodeItem("a\n``x", closed=False)]


def test_entries_of_a_long_list_are_settled_one_by_one():
    stream = MarkdownStream()
    stream.append("1. a\n1. b\n1. c\n1. d")
    assert [item.place.marker for item in stream.settled] == ["1.", "2."]
    assert [item.place.marker for item in stream.open] == ["3.", "4."]
    assert [item.place.first for item in stream.settled + stream.open] == [True] + [False] * 3


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_ends_in_a_bounded_page_that_loses_nothing_it_promises(name):
    items = at_once(HOSTILE[name])
    parsed = [item for item in items if not (isinstance(item, TextItem) and item.plain)]
    frames = [item for item in items if isinstance(item, CodeItem | TableItem)]
    assert len(parsed) <= stream_module.MAX_ITEMS + 1
    assert len(frames) <= stream_module.MAX_FRAMES
    tables = [item.table for item in frames if isinstance(item, TableItem)]
    assert all(len(table.rows) <= pages.ROWS and len(table.header) <= 60 for table in tables)


def test_text_behind_the_limit_is_all_there_as_it_was_typed():
    items = at_once(LINE)
    assert as_text(items).split() == LINE.split()
    assert all(len(item.runs[0].text) <= 8000 for item in items)


def test_code_blocks_behind_the_limit_are_shown_as_text():
    items = at_once("```\nx\n```\n" * 400)
    assert sum(isinstance(item, CodeItem) for item in items) == stream_module.MAX_FRAMES
    assert items[-1].plain
    assert items[-1].runs[0].text.count("```") == 2 * 100

"""The widgets for blocks: text that changes only where it must, code, tables."""

import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCursor
from PySide6.QtWidgets import QWidget

from ternchat.app.core.markdown.flow import flow
from ternchat.app.core.markdown.reader import parse
from ternchat.app.core.markdown.stream import MarkdownStream
from ternchat.app.core.markdown.writer import as_markdown, as_text
from ternchat.app.views.blocks.body import MAX_TEXT_ITEMS, MessageBody
from ternchat.app.views.blocks.code_part import FOLDED_LINES, CodePart
from ternchat.app.views.blocks.table_part import SEAM, TablePart
from ternchat.app.views.blocks.text_part import TextPart
from ternchat.app.views.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def items(text):
    return [item for block in parse(text) for item in flow(block)]


@pytest.fixture
def body(theme, qtbot):
    host = QWidget()
    host.resize(700, 600)
    body = MessageBody(theme, host)
    qtbot.addWidget(host)
    host.show()
    yield body
    del host  # it has owned the body until here


def show(body, text):
    body.show_items(0, items(text))
    return body.height_for(600)


def looks(part):
    """All text of a part with its formats."""
    found = []
    block = part.surface.document().firstBlock()
    while block.isValid():
        runs = []
        fragments = block.begin()
        while not fragments.atEnd():
            fragment = fragments.fragment()
            characters = fragment.charFormat()
            runs.append(
                (fragment.text(), characters.fontWeight(), characters.fontItalic(),
                 characters.anchorHref(), characters.foreground().color().name())
            )  # fmt: skip
            fragments += 1
        margins = block.blockFormat().topMargin(), block.blockFormat().leftMargin()
        found.append((runs, margins, block.blockFormat().headingLevel()))
        block = block.next()
    return found


MARKS = [
    "# ",
    "- ",
    "1. ",
    "> ",
    "```\n",
    "| a |\n|---|\n",
    "\n",
    "\n\n",
    "**",
    "*",
    "`",
    "a",
    "𝔸é ",
]
MARKS += ["word ", "[x](https://e.org)", "$x^2$", "---", "  "]


@given(st.lists(st.sampled_from(MARKS), max_size=30), st.randoms(use_true_random=False))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(["# ", "\n", "`", "```\n"], random.Random(1))
@example(["# ", "| a |\n|---|\n", "---", "# "], random.Random(1))
def test_a_page_that_grew_looks_like_one_shown_at_once(theme, qapp, pieces, chance):
    host = QWidget()
    grown, whole = MessageBody(theme, host), MessageBody(theme, host)
    stream, settled = MarkdownStream(), 0
    for piece in pieces:
        stream.append(piece)
        grown.show_items(settled, stream.settled[settled:] + stream.open, growing=True)
        settled = len(stream.settled)
        if chance.random() < 0.3:
            grown.height_for(500)
    stream.finish()
    grown.show_items(settled, stream.settled[settled:])
    whole.show_items(0, stream.settled)
    assert grown.items() == whole.items() == stream.settled
    assert [type(part) for part in grown.parts] == [type(part) for part in whole.parts]
    assert [looks(part) for part in grown.parts] == [looks(part) for part in whole.parts]
    assert grown.height_for(500) == whole.height_for(500)
    host.deleteLater()


def test_long_texts_are_cut_into_parts_of_bounded_size(body):
    show(body, "paragraph\n\n" * (3 * MAX_TEXT_ITEMS))
    assert [len(part.items) for part in body.parts] == [MAX_TEXT_ITEMS] * 3


def test_text_runs_as_its_words_demand_and_code_always_from_the_left(body):
    show(body, "שלום עולם\n\nhello\n\n```\nשלום\n```")
    text, code = (part.surface.document() for part in body.parts)
    directions = [text.findBlockByNumber(n).textDirection() for n in range(2)]
    assert directions == [Qt.LayoutDirection.RightToLeft, Qt.LayoutDirection.LeftToRight]
    assert code.firstBlock().textDirection() is Qt.LayoutDirection.LeftToRight


def test_entries_carry_their_numbers_in_the_text_and_hang_below_them(body):
    show(body, "9. nine\n10. ten\n    - below")
    assert body.parts[0].surface.toPlainText() == "9.\tnine\n10.\tten\n◦\tbelow"
    formats = [
        body.parts[0].surface.document().findBlockByNumber(n).blockFormat() for n in range(3)
    ]
    assert [f.leftMargin() for f in formats] == [24, 24, 48]
    assert all(f.textIndent() == -24 for f in formats)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_code_takes_the_colours_of_the_theme(body, theme, monkeypatch, scheme):
    show(body, "```py\ndef f(): return 1\n```")
    colours = {"light": LIGHT, "dark": DARK}[scheme]
    monkeypatch.setattr(
        type(theme), "_scheme", lambda _: getattr(Qt.ColorScheme, scheme.capitalize())
    )
    theme.apply()
    body.restyle()
    block = body.parts[0].surface.document().firstBlock()
    first = block.layout().formats()[0]
    assert (first.start, first.length) == (0, 3)
    assert first.format.foreground().color() == QColor(colours.code_keyword)
    body.height_for(600)
    assert block.layout().lineCount() == 1


def test_code_is_coloured_when_its_end_has_come(body):
    stream = MarkdownStream()
    stream.append("```py\nx = 1\n")
    body.show_items(0, stream.open, growing=True)
    layout = body.parts[0].surface.document().firstBlock().layout()
    assert layout.formats() == []
    stream.append("```\n")
    body.show_items(0, stream.settled, growing=True)
    assert layout.formats() != []


def test_code_names_its_language_and_copies_all_of_itself(body, qapp):
    code = "\n".join(f"x{n}" for n in range(50))
    show(body, f"```Py\n{code}\n```")
    (part,) = body.parts
    assert isinstance(part, CodePart)
    assert part.language.text() == "Py"
    part.copy.click()
    assert qapp.clipboard().text() == code


def test_long_code_folds_and_unfolds(body, qtbot):
    folded = show(body, "```py\n" + "x = 1\n" * 50 + "```")
    (part,) = body.parts
    assert part.surface.document().blockCount() == FOLDED_LINES
    assert part.fold.text() == "Show all 50 lines"
    with qtbot.waitSignal(body.resized):
        part.fold.click()
    assert part.surface.document().blockCount() == 50
    assert body.height_for(600) > folded
    part.fold.click()
    assert body.height_for(600) == folded


def test_code_that_is_being_written_does_not_fold_under_the_eyes(body):
    stream = MarkdownStream()
    stream.append("```py\n" + "x = 1\n" * 50)
    body.show_items(0, stream.open, growing=True)
    stream.append("```\n")
    body.show_items(0, stream.settled, growing=True)
    assert body.parts[0].surface.document().blockCount() == 50


def test_long_lines_scroll_sideways_or_wrap(body, qtbot):
    unwrapped = show(body, "```\n" + "x" * 400 + "\n```")
    (part,) = body.parts
    bar = part.surface.horizontalScrollBar()
    assert bar.maximum() > 0
    assert bar.value() == 0
    part.wrap.click()
    assert body.height_for(600) > unwrapped
    assert bar.maximum() == 0


def test_code_inside_an_entry_stands_below_its_words(body):
    show(body, "1. one\n\n   ```\n   x\n   ```\n2. two")
    assert [type(part) for part in body.parts] == [TextPart, CodePart, TextPart]
    assert body.parts[1].x() == 24


def test_a_table_grows_by_rows_and_keeps_what_was_selected(body):
    stream = MarkdownStream()
    stream.append("| a | b |\n|---|--:|\n| one | two |\n| thr")
    body.show_items(0, stream.open)
    (part,) = body.parts
    assert isinstance(part, TablePart)
    grid = part._grid
    start = grid.cellAt(1, 0).firstPosition()
    part.surface.select(start, start + 3)
    stream.append("ee | four |\n| five | six |\n")
    body.show_items(0, stream.open)
    assert part._grid is grid
    assert (grid.rows(), grid.columns()) == (4, 2)
    assert grid.cellAt(2, 0).firstCursorPosition().block().text() == "three"
    assert part.surface.textCursor().selectedText() == "one"


def test_a_capped_table_says_what_is_missing(body):
    show(body, "|a|\n|-|\n" + "|1|\n" * 550)
    assert "More rows that are not shown: 50" in body.parts[-1].surface.toPlainText()
    assert all("More" not in part.surface.toPlainText() for part in body.parts[:-1])


def test_a_whole_table_is_copied_as_markdown(body):
    text = "| a | b |\n| --- | --: |\n| 1 | 2 |"
    show(body, text)
    (part,) = body.parts
    assert as_markdown(part.between(0, part.surface.length())) == text
    assert "1" in as_markdown(part.between(4, part.surface.length()))


def test_emoji_and_marks_count_as_qt_counts_them(body):
    show(body, "👨\u200d👩\u200d👧 a𝔸b **c**")
    (part,) = body.parts
    text = part.surface.document().firstBlock().text()
    end = QTextCursor(part.surface.document())
    end.movePosition(QTextCursor.MoveOperation.End)
    assert end.position() == part.surface.length() == len(text.encode("utf-16-le")) // 2
    (cut,) = part.between(part.surface.length() - 1, part.surface.length())
    assert as_markdown([cut]) == "c"


# Long tables and paragraphs in several parts


def table_of(rows):
    return "| Nr | City |\n|---:|---|\n" + "".join(f"| {n} | City {n} |\n" for n in range(rows))


def grow(body, stream, pieces):
    """Show a text as it grows."""
    settled = len(stream.settled)
    for piece in pieces:
        stream.append(piece)
        body.show_items(settled, stream.settled[settled:] + stream.open, growing=True)
        settled = len(stream.settled)
        body.height_for(600)


def test_a_long_table_looks_like_one(body):
    show(body, table_of(60))
    first, second, third = body.parts
    assert [part.goes_on for part in body.parts] == [False, True, True]
    assert first._widths == second._widths == third._widths
    assert first.document().toPlainText().count("City") == 26
    assert second.document().toPlainText().count("City") == 25
    assert second.y() == first.y() + first.height() - SEAM
    rows = [first._grid, second._grid]
    ends = [grid.cellAt(grid.rows() - 1, 0).firstCursorPosition().block() for grid in rows]
    below = [part.document().documentLayout().blockBoundingRect(end).y() + part.y()
             for part, end in zip(body.parts, ends, strict=False)]  # fmt: skip
    top = (
        second.document()
        .documentLayout()
        .blockBoundingRect(second._grid.cellAt(0, 0).firstCursorPosition().block())
    )
    before = (
        first.document()
        .documentLayout()
        .blockBoundingRect(
            first._grid.cellAt(first._grid.rows() - 2, 0).firstCursorPosition().block()
        )
    )
    pitch = below[0] - first.y() - before.y()
    assert second.y() + top.y() - below[0] == pitch  # the next row is one row further down


def test_a_page_of_a_table_that_grew_is_a_page_of_the_whole(body, theme):
    stream = MarkdownStream()
    text = table_of(70) + "| 100000 | a much longer name of a city |\n"
    grow(body, stream, [text[at : at + 7] for at in range(0, len(text), 7)])
    stream.finish()
    body.show_items(0, stream.settled)
    grown = body.height_for(600)
    host = QWidget()
    whole = MessageBody(theme, host)
    whole.show_items(0, stream.settled)
    assert whole.height_for(600) == grown
    assert [part._widths for part in whole.parts] == [part._widths for part in body.parts]
    host.deleteLater()


def test_all_pages_of_a_table_follow_the_width_and_the_looks_of_the_window(body):
    cells = "| a name of some words | and a longer text beside it |\n"
    high = show(body, table_of(30) + cells)
    assert body.height_for(260) > high
    first, second = body.parts
    assert sum(first._widths) <= 260
    assert first._widths == second._widths
    body.restyle()
    assert body.height_for(600) == high
    assert first._widths == second._widths


def test_full_pages_of_a_table_are_left_alone_while_it_grows(body, monkeypatch):
    stream = MarkdownStream()
    grow(body, stream, [table_of(80)])
    full = body.parts[:-1]
    changed = []
    for part in full:
        part.document().documentLayout().documentSizeChanged.connect(changed.append)
        part.document().contentsChange.connect(lambda *change: changed.append(change))
    grow(body, stream, ["| 10 | City 10 |\n"] * 60)
    assert changed == []
    assert body.parts[: len(full)] == full


def test_wider_words_change_the_columns_of_all_pages_a_few_times_only(body):
    stream = MarkdownStream()
    grow(body, stream, [table_of(60)])
    first, seen = body.parts[0], []
    for n in range(60, 100):
        grow(body, stream, [f"| {n} | {'long ' * (n - 50)} |\n"])
        seen.append(first._widths)
        assert all(part._widths == first._widths for part in body.parts)
    assert len(set(seen)) <= 40
    assert sum(first._widths) <= 600
    assert len(set(seen[-15:])) == 1  # wider than the page it does not get


def test_all_pages_of_a_wide_table_scroll_together(body):
    header = "|" + " a column |" * 14 + "\n|" + "---|" * 14 + "\n"
    show(body, header + ("|" + " a-value |" * 14 + "\n") * 60)
    body.resize(600, body.height_for(600))
    bars = [part.horizontalScrollBar() for part in body.parts]
    assert all(bar.maximum() > 0 for bar in bars)
    assert [bar.isVisible() for bar in bars] == [False, False, True]
    bars[2].setValue(50)
    assert [bar.value() for bar in bars] == [50] * 3
    bars[0].setValue(20)
    assert [bar.value() for bar in bars] == [20] * 3


@pytest.mark.parametrize("columns", [2, 3, 7])
def test_a_table_whose_words_fit_has_no_scroll_bar(body, columns):
    row = "|" + " words and more words |" * columns + "\n"
    show(body, row + "|" + "---|" * columns + "\n" + row * 40)
    for width in (700, 640, 601):
        body.resize(width, body.height_for(width))
        assert [part.horizontalScrollBar().maximum() for part in body.parts] == [0, 0]


@pytest.mark.parametrize(("word", "at_the_end"), [("a column", False), ("عمود", True)])
def test_a_wide_table_begins_where_one_begins_to_read(body, qtbot, word, at_the_end):
    row = "|" + f" {word} |" * 18 + "\n"
    text = row + "|" + "---|" * 18 + "\n" + row * 60
    show(body, text)
    for width in (600, 500, 700):
        body.resize(width, body.height_for(width))
        for part in body.parts:
            bar = part.horizontalScrollBar()
            assert bar.maximum() > 0
            assert bar.value() == (bar.maximum() if at_the_end else 0)
    body.show_items(0, items(text + row))
    assert len({part.horizontalScrollBar().value() for part in body.parts}) == 1


def test_rows_selected_across_pages_are_copied_as_one_table(body):
    show(body, table_of(60))
    first, second, third = body.parts
    start = first._grid.cellAt(24, 1).firstPosition()
    end = third._grid.cellAt(1, 0).firstPosition() + 1
    first.select(start, first.length())
    assert first.textCursor().selectedTableCells() == (24, 2, 0, 2)
    items = [
        *first.between(start, first.length()),
        *second.between(0, second.length()),
        *third.between(0, end),
    ]
    rows = as_markdown(items).split("\n")
    assert rows[:3] == ["| Nr | City |", "| --: | --- |", "| 23 | City 23 |"]
    assert rows[-1] == "| 51 | City 51 |"
    assert len(rows) == 2 + 29
    assert as_text(items).startswith("23\tCity 23\n24\tCity 24\n")


def test_cells_selected_in_a_table_read_from_the_right_come_in_the_order_one_reads(body):
    show(body, "| שם | ערך | עוד |\n|---|---|---|\n| אחת | 1 | א |\n| שתים | 2 | ב |")
    (part,) = body.parts
    grid = part._grid
    row = grid.cellAt(1, 0).firstPosition(), grid.cellAt(1, 2).lastPosition()
    assert as_text(part.between(*row)) == "אחת\t1\tא"
    area = grid.cellAt(1, 1).firstPosition(), grid.cellAt(2, 2).lastPosition()
    assert as_text(part.between(*area)) == "אחת\t1\nשתים\t2"
    cell = grid.cellAt(2, 2)
    assert as_text(part.between(cell.firstPosition(), cell.lastPosition())) == "שתים"


def test_a_long_paragraph_is_shown_in_blocks_without_a_gap_and_copied_as_one(body):
    text = "> " + "A sentence of **some** words that says nothing. " * 200
    show(body, text)
    assert sum(len(part.items) for part in body.parts) > 5
    gaps = {
        part.document().findBlockByNumber(n).blockFormat().topMargin()
        for part in body.parts
        for n in range(1, len(part.items))
    }
    assert gaps == {0}
    assert as_markdown(body.items()) == text.strip()


def test_only_the_last_block_of_a_paragraph_changes_while_it_grows(body):
    stream = MarkdownStream()
    sentence = "A sentence of some words that says nothing. "
    grow(body, stream, [sentence * 100])
    part = body.parts[-1]
    places = []
    part.document().contentsChange.connect(lambda place, *_: places.append(place))
    grow(body, stream, [sentence] * 20)
    assert min(places) >= part.document().findBlockByNumber(len(part.items) - 2).position()


def test_an_endless_line_of_code_is_broken_and_copied_whole(body):
    code = "x = 1; " * 1000
    show(body, f"```\nfirst\n{code}\nlast\n```")
    (part,) = body.parts
    assert part.surface.document().blockCount() == 2 + 4
    assert part.between(0, part.surface.length())[0].code == f"first\n{code}\nlast"
    (some,) = part.between(0, 6 + 2001 + 9)
    assert some.code == f"first\n{code[:2009]}"
    stream = MarkdownStream()
    grow(body, stream, ["```\nfirst\n", *(code[at : at + 90] for at in range(0, 7000, 90))])
    assert part.surface.document().toPlainText() == "\n".join(
        ["first", code[:2000], code[2000:4000], code[4000:6000], code[6000:]]
    )

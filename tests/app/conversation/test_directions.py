"""Scripts read from the right, alone and mixed with others."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.core.markdown.direction import is_from_right
from ternchat.app.core.markdown.flow import flow
from ternchat.app.core.markdown.reader import parse
from ternchat.app.core.markdown.stream import MarkdownStream
from ternchat.app.views.blocks.body import MessageBody

WIDTH = 600
HEBREW = "מילים רבות שנשברות לשורה נוספת " * 5
ENGLISH = "words enough to be broken into another line " * 5
RIGHT, LEFT = Qt.LayoutDirection.RightToLeft, Qt.LayoutDirection.LeftToRight


@pytest.fixture
def body(theme, qtbot):
    host = QWidget()
    host.resize(WIDTH, 600)
    body = MessageBody(theme, host)
    qtbot.addWidget(host)
    host.show()
    yield body
    del host  # it has owned the body until here


def show(body, text):
    body.show_items(0, [item for block in parse(text) for item in flow(block)])
    body.resize(WIDTH, body.height_for(WIDTH))


def block(body, number, part=0):
    return body.parts[part].surface.document().findBlockByNumber(number)


def x_of(body, number, at):
    """Where a character of a block stands on the page: the edge it is read from."""
    layout = block(body, number).layout()
    x, _ = layout.lineForTextPosition(at).cursorToX(at)
    return round(layout.position().x() + x)


def hang(body, number):
    """Where an entry's marker, its first line and its second line begin."""
    found, layout = block(body, number), block(body, number).layout()
    assert layout.lineCount() > 1
    first = layout.lineAt(0).naturalTextRect().translated(layout.position())
    words = found.text().index("\t") + 1
    second = layout.lineAt(1).textStart()
    outer = first.right() if found.textDirection() == RIGHT else first.left()
    return [round(outer), x_of(body, number, words), x_of(body, number, second)]


@pytest.mark.parametrize(
    ("text", "from_right"),
    [
        ("שלום world", True), ("hello עולם", False), ("123 - ١٢ مرحبا", True), ("12, 13", False),
        ("", False), ("☑ *ש", True), ("_1_ a", False), ("\u2067a", False),
    ],
)  # fmt: skip
def test_the_first_letter_decides_from_where_a_text_is_read(text, from_right):
    assert is_from_right(text) is from_right


def test_the_bar_of_a_quote_is_as_high_as_its_words(body, theme):
    show(body, "> one\n> two\n\nthree")
    surface = body.parts[0].surface
    image = surface.grab().toImage()
    colour = theme.colours.faint.upper()
    ys = [y for y in range(image.height()) if image.pixelColor(1, y).name().upper() == colour]
    assert (min(ys), max(ys)) == (0, 2 * 22 - 1)  # two lines of the theme's height


def test_the_caret_stands_where_the_writing_goes_on(view, conversation):
    for text, way in (("rain is", 1), ("שלום לך", -1)):
        conversation.set_messages([Message(1, 1, None, Role.ASSISTANT, text, State.WRITING)])
        widget = view.message_widget(0)
        end = widget.text.end()
        assert widget._caret.isVisible()
        assert (widget._caret.geometry().center().x() - end.center().x()) * way > 0
        assert widget._caret.x() >= 0


def test_a_window_in_a_language_read_from_the_right_is_mirrored(view, conversation):
    conversation.set_messages(
        [
            Message(1, 1, None, Role.USER, "Hi"),
            Message(2, 1, 1, Role.ASSISTANT, "x", State.FAILED),
        ]
    )
    asked, answered = view.message_widget(0), view.message_widget(1)

    def places():
        frame, notes = asked.frame.geometry(), answered.notes
        shown = frame, notes.label.geometry(), notes.button.geometry()
        return [(asked.width() - 1 - one.right(), one.width()) for one in shown]

    before = [(one.left(), one.width()) for one in (
        asked.frame.geometry(), answered.notes.label.geometry(), answered.notes.button.geometry()
    )]  # fmt: skip
    assert before[0][0] > asked.width() // 2
    view.setLayoutDirection(RIGHT)
    view.resize(view.width() - 100, view.height())
    view.resize(view.width() + 100, view.height())
    assert places() == before
    assert view._bar.x() == 0


@pytest.mark.parametrize("marker", ["-", "12.", "- [x]"])
def test_entries_hang_below_their_markers_on_the_side_they_are_read_from(body, marker):
    show(body, f"{marker} {HEBREW}\n{marker} {ENGLISH}")
    assert hang(body, 0) == [WIDTH, WIDTH - 24, WIDTH - 24]
    assert hang(body, 1) == [0, 24, 24]


def test_lists_in_lists_step_in_from_their_own_side(body):
    show(body, f"1. {HEBREW}\n   - {HEBREW}\n   - {ENGLISH}\n\n   {HEBREW}")
    assert hang(body, 1) == [WIDTH - 24, WIDTH - 48, WIDTH - 48]
    assert hang(body, 2) == [24, 48, 48]
    assert x_of(body, 3, 0) == WIDTH - 24  # goes on below the words of its entry


def test_no_word_lies_outside_the_page(body):
    show(body, f"- {HEBREW}\n  - {HEBREW}\n    - {HEBREW}\n\n> {HEBREW}\n>\n> - {HEBREW}")
    for number in range(5):
        layout = block(body, number).layout()
        for at in range(layout.lineCount()):
            rect = layout.lineAt(at).naturalTextRect().translated(layout.position())
            assert rect.left() >= -1
            assert rect.right() <= WIDTH + 1


def test_the_side_is_found_while_an_entry_is_written(body):
    stream = MarkdownStream()
    for piece in ("- ", "12 ", "ש", "לום " * 80):
        stream.append(piece)
        body.show_items(0, stream.settled + stream.open, growing=True)
        body.height_for(WIDTH)
    assert block(body, 0).textDirection() == RIGHT
    assert hang(body, 0) == [WIDTH, WIDTH - 24, WIDTH - 24]


def test_code_in_an_entry_read_from_the_right_leaves_the_room_of_the_marker_free(body):
    show(body, "1. שלום\n\n   ```\n   x\n   ```\n\n2. hello\n\n   ```\n   y\n   ```")
    hebrew, english = body.parts[1].widget().geometry(), body.parts[3].widget().geometry()
    assert (hebrew.left(), hebrew.width()) == (0, WIDTH - 24)
    assert (english.left(), english.width()) == (24, WIDTH - 24)
    assert block(body, 0, part=1).textDirection() == LEFT


def test_the_first_column_of_a_table_stands_where_one_begins_to_read(body):
    show(body, "| שם | ערך |\n|---|---|\n| אחת | 1 |\n| two | 2 |")
    (part,) = body.parts
    grid = part._grid
    xs = [part.cursorRect(grid.cellAt(0, at).firstCursorPosition()).x() for at in range(2)]
    assert xs[0] < xs[1]
    assert [grid.cellAt(0, at).firstCursorPosition().block().text() for at in range(2)] == [
        "ערך",
        "שם",
    ]
    ways = [grid.cellAt(row, 0).firstCursorPosition().block().textDirection() for row in (1, 2)]
    assert ways == [RIGHT, RIGHT]  # numbers go along with the table
    assert grid.cellAt(2, 1).firstCursorPosition().block().textDirection() == LEFT
    assert part.between(0, part.length())[0].table.header[0][0].text == "שם"


def test_a_table_read_from_the_right_grows_like_any_other(body):
    stream = MarkdownStream()
    stream.append("| 1 | 2 |\n|---|---|\n| a | b |\n| ש")
    body.show_items(0, stream.open)
    stream.append("לום | c |\n")
    body.show_items(0, stream.open)
    grid = body.parts[0]._grid
    assert grid.cellAt(1, 0).firstCursorPosition().block().text() == "a"  # decided by the first row
    assert grid.cellAt(2, 0).firstCursorPosition().block().text() == "שלום"


def test_the_bar_of_a_quote_stands_on_the_side_it_is_read_from(body, theme):
    show(body, "> שלום")
    surface = body.parts[0].surface
    image = surface.grab().toImage()
    y = image.height() // 2
    colour = theme.colours.faint.upper()
    xs = [x for x in range(image.width()) if image.pixelColor(x, y).name().upper() == colour]
    assert xs
    assert min(xs) >= WIDTH - 4

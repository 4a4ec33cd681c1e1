"""Selecting in one message and across several, and what is copied then."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QMouseEvent, QTextCursor
from PySide6.QtWidgets import QApplication

from ternchat.app.core.conversation import AnswerStats, Message, Role, State

MARKDOWN = "**Rain** is *water*.\n\n```py\nx = 1\n```\n\n- one\n- two $x^2$"
STATS = AnswerStats("BitNet", "stop")


@pytest.fixture
def chat(view, conversation):
    view.resize(700, 900)
    conversation.set_messages(
        [
            Message(1, 1, None, Role.USER, "What is rain?\nAnd *snow*?"),
            Message(2, 1, 1, Role.ASSISTANT, MARKDOWN, stats=STATS),
            Message(3, 1, 2, Role.USER, "Thanks"),
            Message(4, 1, 3, Role.ASSISTANT, "You are welcome.", stats=STATS),
        ]
    )
    return conversation


def surface(view, row, part=0):
    return view.message_widget(row).text.parts[part].surface


def place_of(text, position):
    """The middle of a character on the screen."""
    cursor = QTextCursor(text.document())
    cursor.setPosition(position)
    return text.viewport().mapToGlobal(text.cursorRect(cursor).center())


def send(text, kind, place, button=Qt.MouseButton.LeftButton):
    local = QPointF(text.viewport().mapFromGlobal(place))
    held = Qt.MouseButton.NoButton if kind is QMouseEvent.Type.MouseButtonRelease else button
    if kind is QMouseEvent.Type.MouseMove:
        button = Qt.MouseButton.NoButton
    event = QMouseEvent(kind, local, QPointF(place), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(text.viewport(), event)


def click(text, place, kind=QMouseEvent.Type.MouseButtonPress):
    send(text, kind, place)
    send(text, QMouseEvent.Type.MouseButtonRelease, place)


def drag(first, start, last, end):
    """Drag from a position in one text to a position in another."""
    send(first, QMouseEvent.Type.MouseButtonPress, place_of(first, start))
    send(first, QMouseEvent.Type.MouseMove, place_of(last, end))
    send(first, QMouseEvent.Type.MouseButtonRelease, place_of(last, end))


@pytest.mark.parametrize(("anchor", "position"), [(0, 4), (7, 5), (5, 7)])
def test_a_selection_survives_streaming(view, conversation, qtbot, anchor, position):
    conversation.set_messages(
        [
            Message(1, 1, None, Role.USER, "?"),
            Message(2, 1, 1, Role.ASSISTANT, "Rain is", State.WRITING),
        ]
    )
    text = surface(view, 1)
    text.select(anchor, position)
    selected = text.textCursor().selectedText()
    for piece in (" **water", "** that", "\n\nfalls\n\n```\nx", "\n```\n\nfrom"):
        conversation.append_text(2, piece)
        assert text.textCursor().selectedText() == selected
    conversation.update(replace(conversation.messages()[1], state=State.DONE))
    assert (text.textCursor().anchor(), text.textCursor().position()) == (anchor, position)


def test_a_double_click_selects_a_word_and_a_third_one_the_line(view, chat, qtbot):
    text = surface(view, 0)
    place = place_of(text, 6)
    click(text, place, QMouseEvent.Type.MouseButtonDblClick)
    assert text.textCursor().selectedText() == "is"
    click(text, place)
    assert text.textCursor().selectedText().startswith("What is rain?")


def test_select_all_takes_one_message(view, chat, qtbot, clipboard):
    text = surface(view, 1)
    text.setFocus()
    qtbot.keyClick(text, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert [part.surface.selection() is not None for part in view.message_widget(1).text.parts] == [
        True
    ] * 3
    assert surface(view, 0).selection() is None
    qtbot.keyClick(text, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard() == MARKDOWN


def test_what_is_selected_is_copied_as_markdown(view, chat, clipboard):
    surface(view, 1).select(0, 7)
    view.selection.copy()
    assert clipboard() == "**Rain** is"
    view.selection.copy_as_text()
    assert clipboard() == "Rain is"


def test_a_part_of_code_is_copied_as_it_stands(view, chat, clipboard):
    surface(view, 1, 1).select(0, 1)
    view.selection.copy()
    assert clipboard() == "x"


def test_dragging_over_parts_of_a_message_selects_through_them(view, chat):
    drag(surface(view, 1, 0), 5, surface(view, 1, 2), 5)
    assert view.selection.text() == "is *water*.\n\n```py\nx = 1\n```\n\n- one"
    assert view.selection.text(markdown=False) == "is water.\n\nx = 1\n\n• one"


@pytest.mark.parametrize("backwards", [False, True])
def test_dragging_across_messages_copies_who_said_what(view, chat, clipboard, backwards):
    ends = (surface(view, 0), 8), (surface(view, 3), 3)
    (first, start), (last, end) = ends[::-1] if backwards else ends
    drag(first, start, last, end)
    view.selection.copy()
    assert clipboard() == (
        f"You: rain?\nAnd *snow*?\n\nBitNet: {MARKDOWN}\n\nYou: Thanks\n\nBitNet: You"
    )
    assert surface(view, 2).selection() is not None


def test_a_new_click_forgets_the_selection(view, chat):
    drag(surface(view, 0), 8, surface(view, 3), 3)
    text = surface(view, 2)
    click(text, place_of(text, 2))
    assert view.selection.text() == ""
    assert surface(view, 0).selection() is None


def test_a_selection_reaches_messages_without_widgets(view, conversation, qtbot):
    texts = [f"message {n} " * 40 for n in range(60)]
    conversation.set_messages(
        [Message(n + 1, 1, n or None, Role.USER, text) for n, text in enumerate(texts)]
    )
    view.go_to(0)
    first = surface(view, 0)
    send(first, QMouseEvent.Type.MouseButtonPress, place_of(first, 0))
    view.go_to(50)
    last = surface(view, 50)
    send(first, QMouseEvent.Type.MouseMove, place_of(last, 10))
    send(first, QMouseEvent.Type.MouseButtonRelease, place_of(last, 10))
    assert view.message_widget(25) is None
    copied = view.selection.text().split("\n\n")
    assert len(copied) == 51
    assert copied[25] == f"You: {texts[25]}"
    view.go_to(25)
    qtbot.waitUntil(lambda: surface(view, 25).selection() is not None)
    assert view.message_widget(0) is not None  # where the selection began


def test_holding_the_pointer_below_the_page_scrolls_on(view, conversation, qtbot):
    conversation.set_messages(
        [Message(n, 1, n - 1 or None, Role.USER, "word " * 100) for n in range(1, 40)]
    )
    view.go_to(0)
    first = surface(view, 0)
    below = view.viewport().mapToGlobal(QPoint(100, view.viewport().height() + 40))
    QCursor.setPos(below)
    send(first, QMouseEvent.Type.MouseButtonPress, place_of(first, 0))
    send(first, QMouseEvent.Type.MouseMove, below)
    qtbot.waitUntil(lambda: view.verticalScrollBar().value() > 500)
    send(first, QMouseEvent.Type.MouseButtonRelease, below)
    assert view.selection.text().count("You: ") > 2


def test_words_dragged_out_are_plain_text(view, chat):
    text = surface(view, 1)
    text.select(0, 4)
    data = text.createMimeDataFromSelection()
    assert (data.text(), data.hasHtml()) == ("Rain", False)

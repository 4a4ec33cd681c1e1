"""Finding words in a chat."""

import pytest
from PySide6.QtCore import QPoint, Qt

from ternchat.app.core.conversation import Message, Role
from ternchat.app.views.chat_page import ChatPage

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def page(theme, conversation, qtbot):
    page = ChatPage(theme, conversation)
    page.resize(640, 480)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    roles = (Role.USER, Role.ASSISTANT)
    conversation.set_messages(
        [
            Message(n + 1, 1, n or None, roles[n % 2], f"**number** {n} is a rainy day " * 8)
            for n in range(200)
        ]
    )
    return page


@pytest.fixture
def bar(page, qtbot):
    page.find()
    return page.find_bar


def search(bar, qtbot, words):
    bar.words.clear()
    qtbot.keyClicks(bar.words, words)
    qtbot.waitUntil(lambda: "…" not in bar.count.text())


def marked(page, row):
    """The words that are marked in a message."""
    surfaces = page.conversation.message_widget(row).text.surfaces()
    return [s.cursor.selectedText() for text in surfaces for s in text.extraSelections()]


def eye(page, row):
    """Where a message stands in the window."""
    view = page.conversation
    return view.message_widget(row).mapTo(view.viewport(), QPoint(0, 0)).y()


def test_matches_are_counted_in_all_messages(page, bar, qtbot):
    assert bar.words.hasFocus()
    search(bar, qtbot, "RAINY DAY")
    assert bar.count.text().endswith("/1600")
    search(bar, qtbot, "number 77")
    # A person's words are shown as they were typed, with the stars in them.
    assert bar.count.text() == "1/8"
    search(bar, qtbot, "nowhere")
    assert bar.count.text() == "Not found"
    assert not bar.next.isEnabled()


def test_going_through_the_matches_shows_messages_without_widgets(page, bar, qtbot):
    view = page.conversation
    assert view.message_widget(77) is None
    search(bar, qtbot, "number 77")
    assert marked(page, 77) == ["number 77"] * 8
    top, bottom = view.first_visible(), view.last_visible()
    assert top <= 77 <= bottom


def test_enter_goes_on_and_shift_enter_back_around_the_ends(page, bar, qtbot):
    search(bar, qtbot, "number 77")
    seen = []
    for modifier in [Qt.KeyboardModifier.NoModifier] * 8 + [Qt.KeyboardModifier.ShiftModifier] * 2:
        qtbot.keyClick(bar.words, Qt.Key.Key_Return, modifier)
        seen.append(bar.count.text())
    assert seen == [f"{n}/8" for n in (2, 3, 4, 5, 6, 7, 8, 1, 8, 7)]


def test_all_matches_on_the_page_are_marked_and_one_stands_out(page, bar, qtbot, theme):
    search(bar, qtbot, "rainy")
    rows = page.conversation.rows()
    assert all(marked(page, row) == ["rainy"] * 8 for row in rows)
    grounds = [
        selection.format.background().color().name().upper()
        for row in rows
        for text in page.conversation.message_widget(row).text.surfaces()
        for selection in text.extraSelections()
    ]
    assert grounds.count(theme.colours.accent.upper()) == 1


def test_a_message_that_comes_into_view_is_marked_too(page, bar, qtbot):
    search(bar, qtbot, "rainy")
    page.conversation.go_to(20)
    qtbot.waitUntil(lambda: marked(page, 20) == ["rainy"] * 8)


@pytest.mark.parametrize("following", [True, False])
def test_escape_closes_and_returns_to_the_place(page, qtbot, following):
    view = page.conversation
    if not following:
        view.go_to(100, 0.5)
    place = view.reading()
    page.find()
    search(page.find_bar, qtbot, "number 77")
    assert view.reading() != place
    qtbot.keyClick(page.find_bar.words, Qt.Key.Key_Escape)
    assert page.find_bar.isHidden()
    assert view.follow.following is following
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum() if following else view.reading()[0] == place[0]
    assert all(marked(page, row) == [] for row in view.rows())
    assert page.composer.prompt.hasFocus()


def test_folded_code_unfolds_for_what_is_found_in_it(page, conversation, qtbot):
    code = "```py\n" + "".join(f"line{n} = 1\n" for n in range(60)) + "```"
    conversation.set_messages([Message(1, 1, None, Role.ASSISTANT, code)])
    page.find()
    search(page.find_bar, qtbot, "line55")
    assert page.find_bar.count.text() == "1/1"
    assert marked(page, 0) == ["line55"]


def test_tables_formulas_and_breaks_are_found_as_they_are_shown(page, conversation, qtbot):
    text = "| key | b |\n|--|--|\n| 1 | key |\n\nkey $x^2$ &amp;\nkey"
    conversation.set_messages([Message(1, 1, None, Role.ASSISTANT, text)])
    page.find()
    for words, count in (("key", 4), ("x²", 1), ("&", 1), ("$", 0)):
        search(page.find_bar, qtbot, words)
        assert len(marked(page, 0)) == count
        assert page.find_bar.count.text() == (f"1/{count}" if count else "Not found")


def test_another_chat_closes_the_bar(page, bar, conversation, qtbot):
    search(bar, qtbot, "rainy")
    conversation.set_messages([Message(1, 2, None, Role.USER, "rainy")])
    assert bar.isHidden()
    assert marked(page, 0) == []


def test_messages_that_come_while_one_looks_are_counted_and_one_stays(
    page, bar, conversation, qtbot
):
    search(bar, qtbot, "number 77")
    qtbot.keyClick(bar.words, Qt.Key.Key_Return)
    assert bar.count.text() == "2/8"
    before = eye(page, 77)
    conversation.insert(Message(999, 1, 200, Role.ASSISTANT, "number 77 again"))
    qtbot.waitUntil(lambda: bar.count.text() == "2/9")
    assert eye(page, 77) == before
    conversation.remove(999)
    qtbot.waitUntil(lambda: bar.count.text() == "2/8")


def test_what_is_selected_is_looked_for(page, qtbot):
    view = page.conversation
    view.message_widget(199).text.parts[0].surface.select(0, 6)
    page.find()
    assert page.find_bar.words.text() == "number"

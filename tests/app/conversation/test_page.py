"""Messages on the page: text that grows, scrolling, actions."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStackedWidget, QWidget

from ternchat.app.core.conversation import AnswerStats, Message, Role, State
from ternchat.app.views.conversation_view import ConversationView


def question(id_, text="?", state=State.DONE):
    return Message(id_, 1, None, Role.USER, text, state)


def answer(id_, text="", state=State.WRITING, stats=None):
    return Message(id_, 1, id_ - 1, Role.ASSISTANT, text, state, stats)


@pytest.fixture
def long_chat(view, conversation, qtbot):
    """More than fits, with an answer being written at its end."""
    messages = []
    for number in range(1, 21, 2):
        messages += [question(number), answer(number + 1, "word " * 60, State.DONE)]
    messages[-1] = replace(messages[-1], state=State.WRITING)
    conversation.set_messages(messages)
    assert view.verticalScrollBar().maximum() > 400
    qtbot.waitUntil(lambda: not view._ahead.isActive())  # no height is a guess any more
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    return messages


def grow(view, conversation, qtbot, words=200):
    """Let the last answer grow by some lines; the scroll bar's value before it."""
    bar = view.verticalScrollBar()
    value, maximum = bar.value(), bar.maximum()
    conversation.append_text(conversation.messages()[-1].id, "more " * words)
    qtbot.waitUntil(lambda: bar.maximum() > maximum)
    return value


def wheel(view, delta):
    place = QPointF(view.viewport().rect().center())
    QTest.wheelEvent(view.windowHandle(), place, QPoint(0, delta))


def test_an_answer_grows_while_it_is_shown(view, conversation, qtbot):
    conversation.set_messages([question(1), answer(2)])
    text = view.message_widgets()[1].text
    for piece in (" \n", " Rain", " is\n", "water."):
        conversation.append_text(2, piece)
    conversation.update(replace(conversation.messages()[1], state=State.DONE))
    assert text.toPlainText() == "Rain is\nwater."


def test_finished_parts_and_blocks_are_left_alone_while_an_answer_grows(view, conversation, qtbot):
    start = "# Title\n\nfirst paragraph\n\n```py\nx = 1\n```\n\n| a |\n|---|\n| 1 |\n\nnow "
    conversation.set_messages([question(1), answer(2, start)])
    body = view.message_widgets()[1].text
    finished = body.parts[:-1]
    changes = []
    for part in finished:
        part.surface.document().contentsChange.connect(lambda *change: changes.append(change))
    for number in range(50):
        conversation.append_text(2, f"word{number} **and**\n\n")
    qtbot.waitUntil(lambda: "word49" in body.toPlainText())
    assert body.parts[: len(finished)] == finished  # the very same widgets
    assert changes == []


def test_text_is_laid_out_only_where_it_grows(view, conversation, qtbot):
    conversation.set_messages([question(1), answer(2, "one\n\ntwo\n\nthree ")])
    surface = view.message_widgets()[1].text.parts[0].surface
    before = surface.document().findBlockByNumber(2).position()
    changes = []
    surface.document().contentsChange.connect(lambda at, *_: changes.append(at))
    for number in range(20):
        conversation.append_text(2, f"w{number} ")
    qtbot.waitUntil(lambda: "w19" in surface.toPlainText())
    assert changes
    assert min(changes) >= before + len("three")


def test_only_messages_near_the_window_have_widgets(view, conversation, qtbot):
    conversation.set_messages(
        [
            m
            for n in range(1, 2000, 2)
            for m in (question(n), answer(n + 1, "word " * 80, State.DONE))
        ]
    )
    assert conversation.rowCount() == 2000
    bar = view.verticalScrollBar()
    for value in (bar.maximum(), bar.maximum() // 2, 0, bar.maximum() // 3, bar.maximum()):
        bar.setValue(value)
        qtbot.waitUntil(lambda: not view._ahead.isActive())
        assert 1 < len(view.message_widgets()) < 40
        shown = view.column.heights.rows_between(bar.value(), bar.value() + 400)
        assert set(shown) <= set(view.rows())


def test_a_message_out_of_sight_costs_no_widget_when_it_changes(view, conversation, qtbot):
    messages = [answer(n, "word " * 80, State.DONE) for n in range(1, 500)]
    messages[0] = replace(messages[0], state=State.WRITING)
    conversation.set_messages(messages)
    qtbot.waitUntil(lambda: not view._ahead.isActive())
    assert view.message_widget(0) is None
    conversation.append_text(1, "more " * 500)
    conversation.update(replace(conversation.messages()[0], state=State.DONE))
    assert view.message_widget(0) is None
    view.verticalScrollBar().setValue(0)
    assert view.message_widget(0).text.toPlainText().endswith("more")


def test_each_message_is_as_high_as_its_text(view, conversation, qtbot):
    conversation.set_messages([question(1), answer(2, "word " * 300, State.DONE)])
    surface = view.message_widgets()[-1].text.parts[0].surface
    high = surface.height()
    assert high > 200
    assert surface.verticalScrollBar().maximum() == 0
    view.resize(900, 400)
    assert surface.height() < high
    assert surface.verticalScrollBar().maximum() == 0


def test_a_new_size_of_everything_is_a_new_layout(view, conversation, theme):
    conversation.set_messages([question(1), answer(2, "word " * 100, State.DONE)])
    before = view.message_widgets()[1].height()
    theme.zoom_in()
    theme.zoom_in()
    assert view.message_widgets()[1].height() > before
    theme.zoom_reset()
    assert view.message_widgets()[1].height() == before


def test_the_column_is_centred_and_never_too_wide(view, conversation, qtbot):
    conversation.set_messages([question(1), answer(2, "word " * 300, State.DONE)])
    view.resize(1400, 400)
    frame = view.message_widgets()[-1].frame
    assert frame.width() == 760
    left = frame.mapTo(view.viewport(), QPoint(0, 0)).x()
    assert abs(left - (view.viewport().width() - 760) / 2) <= 1


def test_a_question_is_a_bubble_as_narrow_as_its_text(view, conversation, qtbot):
    conversation.set_messages([question(1, "Hi"), question(2, "word " * 100)])
    view.resize(1000, 400)
    narrow, wide = (widget.frame for widget in view.message_widgets())
    assert wide.width() == pytest.approx(0.8 * 760, abs=8)
    assert narrow.width() < 80


def test_a_bubble_shows_all_of_its_words_however_often_it_is_laid_out(view, conversation):
    conversation.set_messages([question(1, "Show me some code"), answer(2, "x", State.DONE)])
    view.row_changed(0)
    view.row_changed(0)
    (surface,) = view.message_widget(0).text.surfaces()
    assert surface.lineWrapColumnOrWidth() == surface.width()
    assert surface.horizontalScrollBar().maximum() == 0


def test_the_page_follows_the_answer(view, conversation, long_chat, qtbot):
    grow(view, conversation, qtbot)
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum()
    assert not view._pill.isVisible()


def test_scrolling_up_a_little_ends_following(view, conversation, long_chat, qtbot):
    wheel(view, 10)
    value = grow(view, conversation, qtbot)
    assert view.verticalScrollBar().value() == value
    assert view._pill.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_PageUp, Qt.Key.Key_Home])
def test_keys_that_go_up_end_following_and_end_follows_again(
    view, conversation, long_chat, qtbot, key
):
    qtbot.keyClick(view, key)
    assert not view.follow.following
    value = grow(view, conversation, qtbot)
    assert view.verticalScrollBar().value() == value
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.follow.following
    grow(view, conversation, qtbot)
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


@pytest.mark.parametrize("distance", [5, 20, 100])
def test_dragging_the_bar_away_and_back(view, long_chat, distance):
    bar = view._bar
    bar.setSliderDown(True)
    bar.setSliderPosition(bar.maximum() - distance)
    assert not view.follow.following
    bar.setSliderPosition(bar.maximum())
    assert view.follow.following


def test_text_that_comes_near_the_end_is_followed(view, conversation, long_chat, qtbot):
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() - 20)  # by nothing a reader does
    grow(view, conversation, qtbot)
    assert bar.value() == bar.maximum()


def test_rolling_down_at_the_end_follows_again(view, conversation, long_chat, qtbot):
    view.message_widgets()[-1].text.parts[0].surface.select(0, 4)
    assert not view.follow.following
    wheel(view, -120)
    assert view.follow.following


def test_an_answer_that_comes_does_not_pull_a_reader_along(view, conversation, long_chat, qtbot):
    conversation.update(replace(conversation.messages()[-1], state=State.DONE))
    qtbot.keyClick(view, Qt.Key.Key_Home)
    conversation.insert(answer(77, "new " * 300))
    assert view.verticalScrollBar().value() == 0
    assert view._pill.isVisible()


def test_selecting_text_ends_following(view, conversation, long_chat, qtbot):
    view.message_widgets()[-1].text.parts[0].surface.select(0, 4)
    assert not view.follow.following
    value = grow(view, conversation, qtbot)
    assert view.verticalScrollBar().value() == value


def test_moving_to_an_older_message_by_keyboard_ends_following(view, long_chat):
    newest, older = view.message_widgets()[-1], view.message_widgets()[-3]
    newest.text.parts[0].surface.setFocus(Qt.FocusReason.TabFocusReason)
    assert view.follow.following
    older.text.parts[0].surface.setFocus(Qt.FocusReason.TabFocusReason)
    assert not view.follow.following


def test_the_pill_returns_to_the_end(view, conversation, long_chat, qtbot):
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view._pill.isVisible()
    view._pill.click()
    assert view.follow.following
    assert not view._pill.isVisible()


def test_a_message_of_one_s_own_follows_again(view, conversation, long_chat, qtbot):
    qtbot.keyClick(view, Qt.Key.Key_Home)
    conversation.insert(question(99, state=State.QUEUED))
    assert view.follow.following


def test_wheel_over_a_message_scrolls_the_page(view, long_chat, qtbot):
    bar = view.verticalScrollBar()
    text = view.message_widgets()[-1].text
    place = text.mapTo(view, QPoint(5, text.height() - 5))
    QTest.wheelEvent(view.windowHandle(), QPointF(place), QPoint(0, 120))
    assert bar.value() < bar.maximum()


def test_what_an_answer_waits_for_is_told_in_its_place(view, conversation):
    conversation.set_messages([question(1), answer(2)])
    widget = view.message_widgets()[1]
    conversation.set_activity("Loading Fledgling · 34 %")
    assert widget.note.text() == "Loading Fledgling · 34 %"
    assert widget.frame.isHidden()
    assert widget.copy.isHidden()
    conversation.append_text(2, "Rain")
    assert not widget.frame.isHidden()
    assert not widget.copy.isHidden()
    assert widget.note.isHidden()
    assert not widget._caret.isHidden()


def test_what_a_question_waits_for_is_told_in_its_place(view, conversation):
    conversation.set_messages([Message(1, 1, None, Role.USER, "Rain?", State.QUEUED)])
    note = view.message_widgets()[0].note
    assert note.text() == "Queued"
    conversation.set_activity("Loading Fledgling · 34 %")
    assert note.text() == "Loading Fledgling · 34 %"
    assert view.message_widgets()[0].notes.offered.text().strip() == "Take back"
    conversation.set_activity("")
    assert note.text() == "Queued"


@pytest.mark.parametrize(
    ("message", "note"),
    [
        (answer(2, "x", State.STOPPED), "Stopped"),
        (answer(2, "x", State.INTERRUPTED), "Interrupted: Ternchat ended while this was written"),
        (answer(2, "", State.FAILED), "Not answered"),
        (answer(2, "x", State.FAILED), "The answer broke off"),
        (answer(2, "x", State.DONE), ""),
        (answer(2, "", State.DONE), "The model had nothing to say."),
        (answer(2, "x", State.DONE, AnswerStats("M", "length")),
         "Cut off: this is the longest answer allowed."),
        (answer(2, "x", State.DONE, AnswerStats("M", "context")),
         "Cut off: the model could read no more at once."),
    ],
)  # fmt: skip
def test_how_an_answer_ended_is_told_below_it(view, conversation, message, note):
    conversation.set_messages([question(1), message])
    widget = view.message_widgets()[1]
    assert widget.note.text() == note
    assert widget.note.isHidden() == (not note)


def test_rows_come_and_go(view, conversation):
    conversation.insert(question(1))
    conversation.insert(answer(2, "x", State.DONE))
    conversation.remove(1)
    assert [widget.message.id for widget in view.message_widgets()] == [2]
    conversation.set_messages([])
    assert view.message_widgets() == []


def test_a_chat_that_was_filled_while_it_was_hidden_is_there_when_it_is_shown(
    theme, conversation, qtbot
):
    stack = QStackedWidget()
    view = ConversationView(theme, conversation)
    stack.addWidget(QWidget())
    stack.addWidget(view)
    stack.resize(600, 400)
    qtbot.addWidget(stack)
    stack.show()
    conversation.set_messages([answer(n, "word " * 300, State.DONE) for n in range(1, 9)])
    stack.setCurrentWidget(view)
    qtbot.waitUntil(lambda: not view._ahead.isActive())
    bar = view.verticalScrollBar()
    assert bar.maximum() == view.column.height() - view.viewport().height()
    assert bar.value() == bar.maximum()
    last = view.message_widget(7)
    assert last.mapTo(view.viewport(), QPoint(0, last.height())).y() <= view.viewport().height()

"""Messages on the page: text that grows, scrolling, actions."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ternchat.app.core.conversation import AnswerStats, Message, Role, State
from ternchat.app.views.conversation_view import ConversationView


def question(id_, text="?", state=State.DONE):
    return Message(id_, 1, None, Role.USER, text, state)


def answer(id_, text="", state=State.WRITING, stats=None):
    return Message(id_, 1, id_ - 1, Role.ASSISTANT, text, state, stats)


@pytest.fixture
def view(theme, conversation, qtbot):
    view = ConversationView(theme, conversation)
    view.resize(600, 400)
    qtbot.addWidget(view)
    view.show()
    view.activateWindow()
    return view


@pytest.fixture
def long_chat(view, conversation, qtbot):
    """More than fits, with an answer being written at its end."""
    messages = []
    for number in range(1, 21, 2):
        messages += [question(number), answer(number + 1, "word " * 60, State.DONE)]
    messages[-1] = replace(messages[-1], state=State.WRITING)
    conversation.set_messages(messages)
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() > 400)
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
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


def test_a_growing_answer_is_appended_not_rewritten(view, conversation):
    conversation.set_messages([question(1), answer(2)])
    text = view.message_widgets()[1].text
    rewritten = []
    text.set_text = rewritten.append
    for piece in (" \n", " Rain", " is\n", "water."):
        conversation.append_text(2, piece)
    conversation.update(replace(conversation.messages()[1], state=State.DONE))
    assert text.toPlainText() == "Rain is\nwater."
    assert not rewritten


def test_a_selection_survives_streaming(view, conversation):
    conversation.set_messages([question(1), answer(2, "Rain is")])
    text = view.message_widgets()[1].text
    for anchor, position in ((0, 4), (7, 5), (5, 7)):
        cursor = text.textCursor()
        cursor.setPosition(anchor)
        cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
        text.setTextCursor(cursor)
        selected = text.textCursor().selectedText()
        conversation.append_text(2, " water")
        assert text.textCursor().selectedText() == selected


def test_markup_from_a_model_is_text(view, conversation):
    evil = '<img src="file:///etc/passwd"> <b>bold</b> [x](javascript:1)'
    conversation.set_messages([question(1, evil), answer(2, evil, State.DONE)])
    for widget in view.message_widgets():
        assert widget.text.toPlainText() == evil
    text = view.message_widgets()[1].text
    kind = QTextDocument.ResourceType.ImageResource
    assert text.loadResource(kind.value, "file:///etc/hostname").isEmpty()
    assert not text.openLinks()


def test_each_message_is_as_high_as_its_text(view, conversation, qtbot):
    conversation.set_messages([question(1), answer(2, "word " * 300, State.DONE)])
    text = view.message_widgets()[1].text
    qtbot.waitUntil(lambda: text.height() > 200)
    high = text.height()
    assert text.verticalScrollBar().maximum() == 0
    view.resize(900, 400)
    qtbot.waitUntil(lambda: text.height() < high)
    assert text.verticalScrollBar().maximum() == 0


def test_the_column_is_centred_and_never_too_wide(view, conversation, qtbot):
    conversation.set_messages([question(1), answer(2, "word " * 300, State.DONE)])
    view.resize(1400, 400)
    frame = view.message_widgets()[1].frame
    qtbot.waitUntil(lambda: frame.width() == 760)
    left = frame.mapTo(view.viewport(), QPoint(0, 0)).x()
    assert abs(left - (view.viewport().width() - 760) / 2) <= 1


def test_a_question_is_a_bubble_as_narrow_as_its_text(view, conversation, qtbot):
    conversation.set_messages([question(1, "Hi"), question(2, "word " * 100)])
    view.resize(1000, 400)
    narrow, wide = (widget.frame for widget in view.message_widgets())
    qtbot.waitUntil(lambda: wide.width() == pytest.approx(0.8 * 760, abs=8))
    assert narrow.width() < 80


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


def test_dragging_the_bar_away_and_back(view, long_chat):
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() - 100)
    assert not view.follow.following
    bar.setValue(bar.maximum())
    assert view.follow.following


def test_selecting_text_ends_following(view, conversation, long_chat, qtbot):
    view.message_widgets()[3].text.selectAll()
    value = grow(view, conversation, qtbot)
    assert view.verticalScrollBar().value() == value


def test_moving_to_an_older_message_by_keyboard_ends_following(view, long_chat):
    view.message_widgets()[3].text.setFocus(Qt.FocusReason.TabFocusReason)
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


@pytest.mark.parametrize(
    ("message", "note"),
    [
        (answer(2, "x", State.STOPPED), "Stopped"),
        (answer(2, "", State.FAILED), "Not answered"),
        (answer(2, "x", State.FAILED), "The answer broke off"),
        (answer(2, "x", State.DONE), ""),
        (answer(2, "", State.DONE), "The model had nothing to say."),
        (answer(2, "x", State.DONE, AnswerStats("M", "length")),
         "Cut off: this is the longest answer allowed."),
        (answer(2, "x", State.DONE, AnswerStats("M", "context")),
         "Cut off: this chat is full. A new chat has room again."),
    ],
)  # fmt: skip
def test_how_an_answer_ended_is_told_below_it(view, conversation, message, note):
    conversation.set_messages([question(1), message])
    widget = view.message_widgets()[1]
    assert widget.note.text() == note
    assert (widget.extra is not None) == (message.state is State.FAILED)


def test_copying_takes_the_whole_message(view, conversation, qtbot):
    conversation.set_messages([question(1), answer(2, " Rain\nis water.", State.DONE)])
    copy = view.message_widgets()[1].copy
    copy.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(copy, Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == "Rain\nis water."


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_context_menu_offers_what_the_buttons_do(view, conversation, qtbot):
    conversation.set_messages([question(1, state=State.QUEUED), answer(2, "x", State.FAILED)])

    def actions(row):
        widget = view.message_widgets()[row]
        widget.text.customContextMenuRequested.emit(QPoint(1, 1))
        menu = QApplication.activePopupWidget()
        names = {action.text(): action for action in menu.actions()}
        menu.close()
        return names

    assert list(actions(0)) == ["Copy selection", "Copy message", "Select all", "Take back"]
    names = actions(1)
    assert "Try again" in names
    assert not names["Copy selection"].isEnabled()


def test_actions_name_the_message_they_belong_to(view, conversation, qtbot):
    conversation.set_messages([question(1, state=State.QUEUED), answer(2, "x", State.FAILED)])
    with qtbot.waitSignal(view.take_back_requested) as back:
        view.message_widgets()[0].extra.click()
    with qtbot.waitSignal(view.retry_requested) as retry:
        view.message_widgets()[1].extra.click()
    assert (back.args, retry.args) == ([1], [2])


def test_screen_readers_are_told_sentence_by_sentence(view, conversation, monkeypatch):
    said = []
    monkeypatch.setattr("ternchat.app.views.announcer.QAccessible.isActive", lambda: True)
    monkeypatch.setattr(
        "ternchat.app.views.announcer.QAccessible.updateAccessibility",
        lambda event: said.append(event.message()),
    )
    conversation.set_messages([question(1), answer(2)])
    for piece in (" Rain is", " water. It", " falls! (Often", ".) No. 1.5", "\nand so"):
        conversation.append_text(2, piece)
    assert said == ["Rain is water.", "It falls!", "(Often.) No.", "1.5"]
    conversation.update(replace(conversation.messages()[1], state=State.STOPPED))
    assert said[-1] == "and so Stopped"


def test_rows_come_and_go(view, conversation):
    conversation.insert(question(1))
    conversation.insert(answer(2, "x", State.DONE))
    conversation.remove(1)
    assert [widget.message.id for widget in view.message_widgets()] == [2]
    conversation.set_messages([])
    assert view.message_widgets() == []

"""What one reads stays in its place, and is found again."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt

from ternchat.app.core.conversation import Message, ReadPosition, Role, State
from ternchat.app.views.blocks.code_part import CodePart

CODE = "```py\n" + "x = 1\n" * 60 + "```\n\nafter the code"


def messages(count, text="word " * 60, chat_id=1):
    roles = (Role.USER, Role.ASSISTANT)
    return [
        Message(n, chat_id, n - 1 or None, roles[n % 2 == 0], text if n % 2 == 0 else "?")
        for n in range(1, count + 1)
    ]


def eye(view, row):
    """Where a message stands in the window."""
    return view.message_widget(row).mapTo(view.viewport(), QPoint(0, 0)).y()


@pytest.fixture
def middle(view, conversation):
    """A long chat, read in its middle; the row that is read."""
    conversation.set_messages(messages(40))
    view.go_to(20, 0.0)
    assert eye(view, 20) == 0
    return 20


def test_rows_that_get_their_real_height_above_do_not_move_the_text(view, middle, qtbot):
    qtbot.waitUntil(lambda: not view._ahead.isActive())
    # Made meanwhile, and not as high as was guessed.
    assert view.message_widget(middle - 2) is not None
    assert eye(view, middle) == 0


def test_a_message_that_grows_above_does_not_move_the_text(view, conversation, middle):
    message = conversation.messages()[middle - 1]
    conversation.update(replace(message, text="many more words " * 200))
    assert eye(view, middle) == 0


def test_messages_that_come_and_go_above_do_not_move_the_text(view, conversation, middle):
    conversation.remove(conversation.messages()[3].id)
    assert eye(view, middle - 1) == 0
    conversation.insert(Message(99, 1, 1, Role.ASSISTANT, "new " * 300))
    assert eye(view, middle) == 0


def test_code_that_unfolds_above_in_the_same_message_does_not_move_the_text(view, conversation):
    text = f"{CODE}\n\n" + "\n\n".join(f"paragraph {n} " * 20 for n in range(20))
    conversation.set_messages([*messages(3), Message(4, 1, 3, Role.ASSISTANT, text), *messages(9)])
    view.go_to(3, 0.7)
    surface = view.message_widget(3).text.parts[1].surface
    before = surface.mapTo(view.viewport(), QPoint(0, 0)).y()
    code = view.message_widget(3).text.parts[0]
    assert isinstance(code, CodePart)
    code.fold.click()
    assert code.height() > 800
    assert surface.mapTo(view.viewport(), QPoint(0, 0)).y() == before


def test_another_width_keeps_the_message_that_is_read(view, middle):
    view.resize(900, 400)
    assert eye(view, middle) == 0
    view.resize(480, 360)
    assert eye(view, middle) == 0


def test_a_chat_opens_at_its_end(view, conversation):
    conversation.set_messages(messages(40))
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 1000
    assert view.message_widget(39).text.toPlainText().startswith("word")


def test_a_chat_opens_where_somebody_stopped_reading(view, conversation):
    conversation.set_messages(messages(40), position=ReadPosition(12, 0.5))
    height = view.message_widget(11).height()
    assert eye(view, 11) == pytest.approx(-height / 2, abs=1)
    assert not view.follow.following
    conversation.set_messages(messages(40, chat_id=2))
    assert view.follow.following


def test_another_branch_of_the_chat_keeps_the_place(view, conversation, middle):
    view.scroll_by(7)
    chat = conversation.messages()
    chat[30:] = [replace(chat[30], id=99, text="another branch")]
    conversation.set_messages(chat, position=ReadPosition(3))
    assert eye(view, middle) == pytest.approx(-7, abs=1)
    conversation.set_messages(chat[:5])
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_a_place_that_is_gone_is_the_end(view, conversation):
    conversation.set_messages(messages(40), position=ReadPosition(999, 0.5))
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_the_place_is_told_when_the_reader_goes_to_another(view, conversation, qtbot):
    conversation.set_messages(messages(40))
    with qtbot.waitSignal(view.position_changed) as told:
        view.go_to(12, 0.0)
        view.scroll_by(1)
    assert told.args[0] == 1
    assert told.args[1].message_id == 13
    with qtbot.waitSignal(view.position_changed) as told:
        qtbot.keyClick(view, Qt.Key.Key_End)
        view.scroll_by(-30)
        view.scroll_by(30)
    assert told.args == [1, None]


def test_the_place_is_told_before_another_chat_is_shown(view, conversation, qtbot):
    conversation.set_messages(messages(40))
    view.go_to(12, 0.0)
    view.scroll_by(5)
    with qtbot.waitSignal(view.position_changed, timeout=100) as told:
        conversation.set_messages(messages(4, chat_id=2))
    assert (told.args[0], told.args[1].message_id) == (1, 13)


def test_nothing_moves_by_itself_while_one_reads_above_a_growing_answer(view, conversation, qtbot):
    chat = messages(40)
    chat[-1] = replace(chat[-1], state=State.WRITING)
    conversation.set_messages(chat)
    view.go_to(38, 0.0)
    view.scroll_by(-100)
    before = eye(view, 38)
    for number in range(30):
        conversation.append_text(40, f"\n\nparagraph {number}")
    qtbot.waitUntil(lambda: "paragraph 29" in view.message_widget(39).text.toPlainText())
    assert eye(view, 38) == before
    assert view._pill.isVisible()


def test_a_message_longer_than_the_window_is_read_on_where_one_was(view, conversation, qtbot):
    chat = messages(4)
    chat[-1] = replace(chat[-1], text="", state=State.WRITING)
    conversation.set_messages(chat)
    conversation.append_text(4, "\n\n".join(f"paragraph {n}" for n in range(60)))
    view.scroll_pages(-1)
    before = view.verticalScrollBar().value()
    conversation.append_text(4, "\n\n```py\n" + "x = 1\n" * 50)
    qtbot.waitUntil(lambda: len(view.message_widget(3).text.parts) == 2)
    assert view.verticalScrollBar().value() == before

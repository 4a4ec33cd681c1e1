"""The Qt item models keep Qt's rules and change as little as they can."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from ternchat.app.core.conversation import Chat, Message, ReadPosition, Role, State
from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.models.conversation_model import ConversationModel

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


@pytest.fixture
def conversation(conversation):
    tester = QAbstractItemModelTester(conversation, FATAL)
    yield conversation
    del tester


@pytest.fixture
def chats(chats):
    tester = QAbstractItemModelTester(chats, FATAL)
    yield chats
    del tester


def question(id_, text="?", state=State.DONE, parent=None):
    return Message(id_, 1, parent, Role.USER, text, state)


def answer(id_, parent, text="", state=State.WRITING):
    return Message(id_, 1, parent, Role.ASSISTANT, text, state)


def texts(model):
    return [model.index(row).data() for row in range(model.rowCount())]


def test_text_grows_in_one_row(conversation, qtbot):
    conversation.insert(question(1))
    conversation.insert(answer(2, parent=1))
    with (
        qtbot.waitSignal(conversation.text_appended) as appended,
        qtbot.waitSignal(conversation.dataChanged) as changed,
    ):
        conversation.append_text(2, " Rain")
    assert appended.args == [1, " Rain"]
    first, last, roles = changed.args
    assert (first.row(), last.row()) == (1, 1)
    assert ConversationModel.ActivityRole not in roles
    assert texts(conversation) == ["?", "Rain"]


def test_an_answer_stands_behind_its_question_and_before_the_queue(conversation):
    conversation.insert(question(1, "first"))
    conversation.insert(question(2, "second", State.QUEUED))
    conversation.insert(answer(3, parent=1, text="reply"))
    assert texts(conversation) == ["first", "reply", "second"]


def test_activity_belongs_to_the_answer_being_written(conversation):
    conversation.insert(question(1))
    conversation.insert(answer(2, parent=1))
    conversation.set_activity("Reading")
    role = ConversationModel.ActivityRole
    assert [conversation.index(row).data(role) for row in (0, 1)] == ["", "Reading"]


def test_where_no_answer_is_being_written_activity_belongs_to_the_questions_that_wait(
    conversation, qtbot
):
    role = ConversationModel.ActivityRole
    conversation.insert(question(1))
    conversation.insert(answer(2, parent=1, state=State.DONE))
    conversation.insert(question(3, state=State.QUEUED))
    changes = []
    conversation.dataChanged.connect(lambda first, _, roles: changes.append((first.row(), roles)))
    conversation.set_activity("Loading")
    assert [conversation.index(row).data(role) for row in (0, 1, 2)] == ["", "", "Loading"]
    assert changes == [(2, [role])]
    conversation.update(answer(2, parent=1))
    assert [conversation.index(row).data(role) for row in (0, 1, 2)] == ["", "Loading", ""]


def test_versions_and_what_is_not_read_any_more_are_told_per_message(conversation, qtbot):
    conversation.set_messages(
        [question(1), answer(2, 1), question(3)], siblings={2: (2, 3)}, left_out=[1]
    )
    versions, read = ConversationModel.SiblingsRole, ConversationModel.ContextRole
    assert [conversation.index(row).data(versions) for row in range(3)] == [(1, 1), (2, 3), (1, 1)]
    assert [conversation.index(row).data(read) for row in range(3)] == [False, True, True]
    changes = []
    conversation.dataChanged.connect(lambda first, _, roles: changes.append((first.row(), roles)))
    conversation.set_siblings({2: (2, 3), 3: (1, 2)})
    conversation.set_left_out([1, 2])
    assert changes == [(2, [versions]), (1, [read])]


def test_a_chat_is_opened_where_somebody_stopped_reading(conversation):
    position = ReadPosition(1, 0.5)
    conversation.set_messages([question(1)], position=position)
    assert conversation.position == position
    conversation.set_messages([question(1)])
    assert conversation.position is None


def test_messages_of_other_chats_leave_the_model_alone(conversation, qtbot):
    conversation.insert(question(1))
    with qtbot.assertNotEmitted(conversation.dataChanged):
        conversation.update(question(9))
        conversation.append_text(9, "x")
        conversation.remove(9)
    assert texts(conversation) == ["?"]


def test_rows_are_replaced_and_removed(conversation):
    conversation.set_messages([question(1, "a"), answer(2, 1, "b"), question(3, "c", parent=2)])
    conversation.update(replace(answer(2, 1), text="B", state=State.DONE))
    conversation.remove(1)
    assert texts(conversation) == ["B", "c"]


def test_a_new_chat_is_inserted_and_a_used_one_moves_up(chats, qtbot):
    one, two, three = (Chat(i, f"chat {i}") for i in (1, 2, 3))
    chats.set_chats([one])
    with qtbot.waitSignal(chats.rowsInserted):
        chats.set_chats([two, one])
    chats.set_chats([three, two, one])
    with qtbot.waitSignal(chats.rowsMoved):
        chats.set_chats([one, three, two])
    assert texts(chats) == ["chat 1", "chat 3", "chat 2"]
    chats.set_chats([two])
    assert texts(chats) == ["chat 2"]
    chats.set_chats([])
    assert chats.rowCount() == 0


def test_marks_are_told_in_words(chats):
    chats.set_chats([Chat(1, "Rain"), Chat(2, "Rome", unread=True)])
    chats.set_answering(1)
    words = [chats.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in (0, 1)]
    assert words == ["Rain, answering", "Rome, unread"]
    chats.set_answering(None)
    chats.set_chats([Chat(1, "Rain"), Chat(2, "Rome")])
    assert [chats.index(row).data(ChatListModel.MarkRole) for row in (0, 1)] == ["", ""]

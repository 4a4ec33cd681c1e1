"""How an answer ended, in words, and whether it can go on."""

import pytest
from PySide6.QtWidgets import QWidget

from ternchat.app.core.conversation import AnswerStats, Message, Role, State
from ternchat.app.views.message_actions import MessageActions
from ternchat.app.views.message_note import MessageNote


@pytest.fixture
def parent(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def answer(reason, state=State.DONE):
    return Message(2, 1, 1, Role.ASSISTANT, "Rain is", state, AnswerStats("M", reason))


@pytest.mark.parametrize(
    ("reason", "words", "goes_on"),
    [
        ("stop", "", False),
        ("length", "Cut off: this is the longest answer allowed.", True),
        ("context", "Cut off: the model could read no more at once.", True),
        ("repetition", "Ended: it only repeated itself.", False),
    ],
)
def test_each_ending_is_told_and_what_was_cut_off_goes_on(theme, parent, reason, words, goes_on):
    actions = MessageActions(theme, answer(reason), parent)
    actions.show_message(answer(reason), is_last=True)
    assert actions.can_continue() is goes_on
    note = MessageNote(theme, False, parent)
    note.show_note(answer(reason), "", can_continue=goes_on)
    assert note.label.text() == words
    assert (note.offered is not None) is goes_on


@pytest.mark.parametrize("state", [State.STOPPED, State.INTERRUPTED])
def test_what_was_stopped_goes_on_only_where_nothing_follows(theme, parent, state):
    actions = MessageActions(theme, answer("cancelled", state), parent)
    actions.show_message(answer("cancelled", state), is_last=True)
    assert actions.can_continue()
    actions.show_message(answer("cancelled", state), is_last=False)
    assert not actions.can_continue()

"""What screen readers are told while an answer is written."""

from dataclasses import replace

import pytest

from ternchat.app.core.conversation import Message, Role, State


def chat(text="", chat_id=1, state=State.WRITING):
    return [
        Message(1, chat_id, None, Role.USER, "?"),
        Message(2, chat_id, 1, Role.ASSISTANT, text, state),
    ]


@pytest.fixture
def said(monkeypatch):
    """All announcements, in their order, while a screen reader listens."""
    said = []
    monkeypatch.setattr("ternchat.app.views.announcer.QAccessible.isActive", lambda: True)
    monkeypatch.setattr(
        "ternchat.app.views.announcer.QAccessible.updateAccessibility",
        lambda event: said.append(event.message()),
    )
    return said


def test_an_answer_is_told_sentence_by_sentence_without_marks(view, conversation, said):
    conversation.set_messages(chat())
    for piece in (" **Rain** is", " `water`. It", " falls! (Often", ".) No. 1.5", "\nand so"):
        conversation.append_text(2, piece)
    assert said == ["Rain is water.", "It falls!", "(Often.) No.", "1.5"]
    conversation.update(replace(conversation.messages()[1], state=State.STOPPED))
    assert said[4:] == ["and so Stopped"]


def test_code_is_named_and_not_read(view, conversation, said):
    conversation.set_messages(chat())
    for piece in ("So:\n\n```python\n", "x = 1. y\n", "```\n", "\nThat is ", "all. "):
        conversation.append_text(2, piece)
    conversation.update(replace(conversation.messages()[1], state=State.DONE))
    assert said == ["So:", "Code block, python", "That is all."]


def test_what_was_written_before_one_came_is_not_told_again(view, conversation, said):
    conversation.set_messages(chat("Once. Twice and"))
    conversation.append_text(2, " thrice. So")
    assert said == ["Twice and thrice."]
    conversation.set_messages(chat(chat_id=2, state=State.DONE))
    conversation.set_messages(chat("Once. Twice and thrice. So it is"))
    conversation.append_text(2, " now. Or")
    assert said[1:] == ["So it is now."]


def test_how_it_ended_is_told_once(view, conversation, said):
    conversation.set_messages(chat())
    failed = replace(conversation.messages()[1], state=State.FAILED)
    conversation.update(failed)
    conversation.update(replace(failed, pinned=True))
    assert said == ["Not answered"]


def test_nothing_is_collected_while_nobody_listens(view, conversation):
    conversation.set_messages(chat())
    conversation.append_text(2, "Rain. Or")
    assert view._announcer._speech is None

"""What a person does with single messages: nothing that was written gets lost by it."""

import pytest

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.conversation import Role, State
from ternchat.app.models.conversation_model import ConversationModel


@pytest.fixture
def actions(controller):
    return controller.actions


@pytest.fixture
def siblings(conversation):
    """(place, count) of every message on the screen."""
    role = ConversationModel.SiblingsRole
    return lambda: [conversation.index(r).data(role) for r in range(conversation.rowCount())]


def asked(fake):
    """What the engine was last asked, in a few words."""
    return [(m["role"], m["content"]) for m in fake.asked[-1]]


# ---- Editing ---------------------------------------------------------------------------------


def test_an_edited_message_stands_beside_the_old_one(
    controller, conversation, idle, texts, siblings, fake, heard
):
    for text in ("one", "two"):
        controller.send(text)
        idle()
    controller.begin_edit(conversation.messages()[0].id)
    assert heard.editing == [True]
    assert heard.drafts[-1] == "one"
    controller.send("uno")
    idle()
    assert texts() == ["uno", "You said: uno"]
    assert siblings() == [(2, 2), (1, 1)]
    assert asked(fake) == [("user", "uno")]
    assert heard.editing == [True, False]
    controller.actions.show_sibling(conversation.messages()[0].id, -1)
    assert texts() == ["one", "You said: one", "two", "You said: two"]
    assert siblings() == [(1, 2), (1, 1), (1, 1), (1, 1)]


def test_leaving_an_edit_brings_the_draft_back(controller, conversation, idle, texts, heard):
    controller.send("one")
    idle()
    controller.set_draft("a thought")
    controller.begin_edit_last()
    controller.set_draft("one, changed")  # typed while editing
    controller.end_edit()
    assert heard.editing == [True, False]
    assert heard.drafts[-1] == "a thought"
    assert texts() == ["one", "You said: one"]
    controller.send("two")
    idle()
    assert texts()[2] == "two"


def test_sending_an_edit_brings_the_draft_back_too(controller, idle, heard):
    controller.send("one")
    idle()
    controller.set_draft("a thought")
    controller.begin_edit_last()
    controller.send("uno")
    assert heard.drafts[-1] == "a thought"
    idle()


def test_files_come_along_when_a_message_is_edited(controller, conversation, idle):
    note = Attachment("note.txt", "text/plain", "rain")
    controller.send("read this", (note,))
    idle()
    seen = []
    controller.editing_changed.connect(lambda *args: seen.append(args))
    controller.begin_edit_last()
    assert seen == [(True, (note,))]
    controller.send("read that", (note,))
    idle()
    assert conversation.messages()[0].attachments == (note,)


def test_editing_ends_with_the_chat(controller, store, idle, texts):
    controller.send("one")
    idle()
    controller.begin_edit_last()
    controller.new_chat()
    controller.send("two")
    idle()
    assert texts() == ["two", "You said: two"]
    assert len(store.chats()) == 2


def test_editing_while_the_answer_is_written_ends_that_answer(
    controller, conversation, fake, qtbot, idle, texts, shown
):
    controller.send("hold")
    shown("held")
    controller.begin_edit_last()
    controller.send("shorter")
    idle()
    assert texts() == ["shorter", "You said: shorter"]
    controller.actions.show_sibling(conversation.messages()[0].id, -1)
    assert [m.state for m in conversation.messages()] == [State.DONE, State.STOPPED]
    assert texts()[1].startswith("held")


def test_editing_a_message_that_waits_takes_it_back(
    controller, conversation, fake, idle, texts, heard, shown
):
    controller.send("hold")
    shown("held")
    controller.send("second")
    controller.begin_edit_last()
    assert texts() == ["hold", "held"]
    assert heard.drafts[-1] == "second"
    assert heard.editing == []
    fake.gate.set()
    idle()


# ---- Answers ---------------------------------------------------------------------------------


def test_another_answer_stands_beside_the_first(
    controller, actions, conversation, idle, texts, siblings
):
    controller.send("one")
    idle()
    first = conversation.messages()[-1]
    actions.regenerate(first.id)
    idle()
    assert texts() == ["one", "You said: one"]
    assert siblings() == [(1, 1), (2, 2)]
    actions.show_sibling(conversation.messages()[-1].id, -1)
    assert conversation.messages()[-1] == first
    actions.show_sibling(first.id, -1)  # there is none before the first
    assert conversation.messages()[-1] == first


def test_a_question_can_be_answered_anew_too(controller, actions, conversation, idle, siblings):
    controller.send("one")
    idle()
    actions.regenerate(conversation.messages()[0].id)
    idle()
    assert siblings() == [(1, 1), (2, 2)]


def test_an_answer_made_anew_ends_the_one_being_written(
    controller, actions, conversation, fake, idle, states, shown
):
    controller.send("hold")
    shown("held")
    first = conversation.messages()[-1]
    actions.regenerate(first.id)
    assert states() == ["done", "writing"]
    fake.gate.set()
    idle()
    assert states() == ["done", "done"]
    actions.show_sibling(conversation.messages()[-1].id, -1)
    assert states() == ["done", "stopped"]


def test_what_was_asked_meanwhile_comes_after_the_new_answer(
    controller, actions, conversation, fake, idle, texts, shown
):
    controller.send("hold")
    shown("held")
    controller.send("second")
    actions.regenerate(conversation.messages()[1].id)
    fake.gate.set()
    idle()
    assert texts() == ["hold", "held on", "second", "You said: second"]


def test_a_stopped_answer_is_gone_on_with_in_the_same_message(
    controller, actions, conversation, fake, idle, texts, states, shown
):
    controller.send("hold")
    shown("held")
    controller.stop()
    idle()
    stopped = conversation.messages()[-1]
    assert stopped.stats.finish_reason == "cancelled"
    actions.continue_answer(stopped.id)
    idle()
    assert states() == ["done", "done"]
    going_on = conversation.messages()[-1]
    assert going_on.id == stopped.id
    assert going_on.text == stopped.text + " going on"
    last = fake.asked[-1][-1]
    assert (last["role"], last["content"]) == ("assistant", stopped.text)
    assert last["token_ids"] == stopped.stats.token_ids
    # the ids of both parts are those of the answer now
    assert going_on.stats.token_ids == (100, 101, 102, 0, 1)


def test_an_answer_that_was_interrupted_can_be_gone_on_with_after_a_restart(
    controller, actions, store, conversation, idle, texts
):
    chat = store.create_chat("Rain")
    question = store.add(chat.id, None, Role.USER, "rain?", State.DONE)
    answer = store.add(chat.id, question.id, Role.ASSISTANT, "Rain is", State.INTERRUPTED)
    controller.open_chat(chat.id)
    actions.continue_answer(answer.id)
    idle()
    assert texts() == ["rain?", "Rain is going on"]
    assert store.message(answer.id).state is State.DONE


def test_going_on_with_an_answer_that_was_answered_makes_another_version(
    controller, actions, conversation, idle, texts, siblings
):
    for text in ("one", "two"):
        controller.send(text)
        idle()
    actions.continue_answer(conversation.messages()[1].id)
    idle()
    assert texts() == ["one", "You said: one going on"]
    assert siblings() == [(1, 1), (2, 2)]
    actions.show_sibling(conversation.messages()[1].id, -1)
    assert texts() == ["one", "You said: one", "two", "You said: two"]


def test_going_on_at_once_loses_nothing_of_what_was_written(
    controller, actions, conversation, fake, idle, shown
):
    controller.send("hold")
    shown("held")
    controller.stop()
    actions.continue_answer(conversation.messages()[-1].id)  # the engine has not let go yet
    idle()
    answer = conversation.messages()[-1]
    assert answer.state is State.DONE
    assert answer.text.startswith(" held")
    assert answer.text.endswith(" going on")
    assert answer.text.removesuffix(" going on") == fake.asked[-1][-1]["content"]


def test_a_failed_answer_keeps_its_text_beside_the_next_try(
    controller, actions, conversation, idle, states, siblings
):
    controller.send("fail")
    idle()
    actions.retry(conversation.messages()[-1].id)
    idle()
    assert states() == ["done", "failed"]
    assert siblings() == [(1, 1), (2, 2)]


def test_what_the_answer_came_from_is_recorded(controller, conversation, idle):
    controller.send("one")
    idle()
    stats = conversation.messages()[-1].stats
    assert (stats.model, stats.kernel, stats.threads) == ("Fledgling", "scalar", 1)
    assert (stats.seed, stats.first_token_seconds) == (7, 0.2)
    assert stats.token_ids == (0, 1)
    assert type(stats).from_dict(stats.to_dict()) == stats


# ---- Branches, pins, deletion ----------------------------------------------------------------


def test_a_branch_is_a_chat_of_its_own(controller, actions, conversation, store, idle, texts):
    for text in ("one", "two"):
        controller.send(text)
        idle()
    actions.branch(conversation.messages()[1].id)
    assert texts() == ["one", "You said: one"]
    controller.send("other")
    idle()
    assert len(store.chats()) == 2
    controller.open_chat(store.chats()[1].id)
    assert texts() == ["one", "You said: one", "two", "You said: two"]


def test_a_branch_of_an_answer_being_written_has_its_text(
    controller, actions, conversation, fake, texts, states, shown, idle
):
    controller.send("hold")
    shown("held")
    actions.branch(conversation.messages()[-1].id)
    assert texts() == ["hold", "held"]
    assert states() == ["done", "stopped"]
    fake.gate.set()
    idle()
    assert texts() == ["hold", "held"]


def test_a_deleted_message_takes_along_what_follows_and_comes_back(
    controller, actions, conversation, idle, texts
):
    deleted = []
    actions.deleted.connect(deleted.append)
    for text in ("one", "two"):
        controller.send(text)
        idle()
    second = conversation.messages()[2].id
    actions.delete(second)
    assert texts() == ["one", "You said: one"]
    assert deleted == [second]
    actions.undelete(second)
    assert texts() == ["one", "You said: one", "two", "You said: two"]


def test_deleting_one_version_shows_the_other(controller, actions, conversation, idle, siblings):
    controller.send("one")
    idle()
    first = conversation.messages()[-1].id
    actions.regenerate(first)
    idle()
    second = conversation.messages()[-1].id
    actions.delete(second)
    assert conversation.messages()[-1].id == first
    assert siblings() == [(1, 1), (1, 1)]
    actions.undelete(second)
    assert conversation.messages()[-1].id == second
    assert siblings() == [(1, 1), (2, 2)]


def test_deleting_the_question_ends_its_answer(
    controller, actions, conversation, runner, idle, texts, shown
):
    controller.send("hold")
    shown("held")
    actions.delete(conversation.messages()[0].id)
    assert texts() == []
    assert not runner.busy
    idle()
    controller.send("next")
    idle()
    assert texts() == ["next", "You said: next"]


def test_pinned_messages_are_told_to_the_engine(
    controller, actions, conversation, fake, store, idle
):
    controller.send("one")
    idle()
    question = conversation.messages()[0]
    actions.pin(question.id, True)
    assert conversation.messages()[0].pinned
    controller.send("two")
    idle()
    assert [m["pinned"] for m in fake.asked[-1]] == [True, False, False]
    actions.pin(question.id, False)
    assert not store.message(question.id).pinned


def test_an_answer_pinned_while_it_is_written_stays_pinned(
    controller, actions, conversation, fake, store, idle, shown
):
    controller.send("hold")
    shown("held")
    answer = conversation.messages()[-1].id
    actions.pin(answer, True)
    fake.gate.set()
    idle()
    assert store.message(answer).pinned
    assert conversation.messages()[-1].pinned


# ---- Settings --------------------------------------------------------------------------------


def test_the_settings_of_the_chat_reach_the_engine(controller, fake, idle):
    controller.set_settings(ChatSettings(system_prompt="Be brief.", temperature=0.2, seed=5))
    controller.send("one")
    idle()
    assert asked(fake) == [("system", "Be brief."), ("user", "one")]
    assert vars(fake.sampled[-1]) == {"temperature": 0.2, "seed": 5}
    controller.new_chat()
    controller.send("two")
    idle()
    assert asked(fake) == [("user", "two")]
    assert vars(fake.sampled[-1]) == {}


def test_files_are_read_by_the_model(controller, fake, idle):
    controller.send("what is in it?", (Attachment("note.txt", "text/plain", "rain"),))
    idle()
    (_, content), *_ = asked(fake)
    assert "note.txt" in content
    assert "rain" in content
    assert content.endswith("what is in it?")

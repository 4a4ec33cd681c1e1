"""What the person asks for happens, in the right chat and in the right order."""

import pytest

from ternchat.app.core.conversation import Role, State
from ternchat.app.core.turn import Phase
from ternchat.app.core.wording import phase_text
from ternchat.app.models.conversation_model import ConversationModel


def test_the_first_message_loads_the_built_in_model_and_is_answered(
    controller, runner, fake, models, idle, texts, heard, status
):
    controller.send("Hello!")
    assert runner.busy
    assert status.snapshot.phase is Phase.LOADING
    idle()
    assert texts() == ["Hello!", "You said: Hello!"]
    assert fake.models[0].path == models.built_in.path
    assert heard.busy == [True, False]
    assert status.snapshot.phase is Phase.READY


def test_the_message_is_stored_before_the_engine_hears_of_it(controller, store, engine):
    seen = []
    engine._requested.connect(lambda *_: seen.extend(store.messages(store.chats()[0].id)))
    controller.send("Hello!")
    assert (seen[0].role, seen[0].text) == (Role.USER, "Hello!")


def test_an_empty_chat_is_never_stored(controller, store, idle):
    for _ in range(3):
        controller.new_chat()
        controller.send("  \n ")
    assert store.chats() == []
    controller.send("Hello!")
    idle()
    assert [chat.title for chat in store.chats()] == ["Hello!"]


def test_the_whole_chat_is_handed_to_the_model(controller, fake, idle):
    for text in ("one", "two"):
        controller.send(text)
        idle()
    assert [(m["role"], m["content"]) for m in fake.asked[1]] == [
        ("user", "one"),
        ("assistant", " You said: one"),
        ("user", "two"),
    ]


def test_stop_shows_at_once_and_keeps_the_text(
    controller, runner, conversation, qtbot, idle, texts, states, heard, status, shown
):
    controller.send("hold")
    shown("held")
    controller.stop()
    assert not runner.busy
    assert states()[-1] == "stopped"
    assert status.snapshot.phase is Phase.STOPPED
    idle()
    assert states()[-1] == "stopped"
    assert texts()[-1].startswith("held")
    assert heard.busy == [True, False]


def test_stop_while_loading(controller, fake, qtbot, idle, states, texts, status):
    fake.load_gate.clear()
    controller.send("Hello!")
    controller.stop()
    idle()
    assert states() == ["done", "stopped"]
    assert status.snapshot.phase is Phase.STOPPED
    fake.load_gate.set()
    controller.send("again")
    idle()
    assert texts()[-1] == "You said: again"


def test_a_question_that_waits_for_its_model_says_how_far_that_is_in_the_words_of_the_status_line(
    controller, conversation, fake, qtbot, idle, states, status, shown
):
    def told():
        role = ConversationModel.ActivityRole
        return [conversation.index(row).data(role) for row in range(conversation.rowCount())]

    fake.load_gate.clear()
    controller.use_built_in()
    controller.send("hold")
    assert states() == ["queued"]
    qtbot.waitUntil(lambda: told() == ["Loading Fledgling · 50 %"])
    assert told() == [phase_text(status.snapshot)]
    fake.load_gate.set()
    shown("held")
    controller.send("second")  # waits for an answer, not for a model
    assert states() == ["done", "writing", "queued"]
    assert told() == ["", "Writing", ""]
    fake.gate.set()
    idle()
    assert set(told()) == {""}


def test_a_message_sent_meanwhile_waits_for_its_turn(
    controller, conversation, fake, qtbot, idle, texts, states, shown
):
    controller.send("hold")
    shown("held")
    controller.send("second")
    controller.send("third")
    assert states() == ["done", "writing", "queued", "queued"]
    fake.gate.set()
    idle()
    assert texts() == [
        "hold", "held on", "second", "You said: second", "third", "You said: third",
    ]  # fmt: skip
    assert [m["content"] for m in fake.asked[-1]][-3:] == ["second", " You said: second", "third"]


def test_stop_lets_the_queued_message_have_its_turn(
    controller, conversation, qtbot, idle, texts, states, shown
):
    controller.send("hold")
    shown("held")
    controller.send("second")
    controller.stop()
    idle()
    assert states() == ["done", "stopped", "done", "done"]
    assert texts()[-1] == "You said: second"


def test_a_queued_message_can_be_taken_back(controller, conversation, fake, heard, texts, shown):
    controller.send("hold")
    shown("held")
    controller.set_draft("more")
    controller.send("second")
    controller.set_draft("more")
    controller.take_back(conversation.messages()[-1].id)
    assert heard.drafts[-1] == "second\nmore"
    assert texts() == ["hold", "held"]
    controller.stop()


def test_taking_back_the_only_message_of_a_chat_leaves_no_chat_behind(
    controller, conversation, store, fake, qtbot, heard, idle, shown
):
    controller.send("hold")
    shown("held")
    controller.new_chat()
    controller.send("elsewhere")
    assert len(store.chats()) == 2
    controller.take_back(conversation.messages()[0].id)
    assert [chat.title for chat in store.chats()] == ["hold"]
    assert heard.drafts[-1] == "elsewhere"
    assert heard.chats[-1] is None
    fake.gate.set()
    controller.send("elsewhere")
    idle()
    assert len(store.chats()) == 2


def test_an_answer_goes_on_in_its_own_chat(
    controller, conversation, chats, store, fake, qtbot, idle, texts, shown
):
    controller.send("hold")
    shown("held")
    controller.new_chat()
    assert texts() == []
    controller.send("elsewhere")
    row = chats.index(chats.row_of(store.chats()[1].id))
    assert row.data(chats.MarkRole) == "answering"
    fake.gate.set()
    idle()
    assert texts() == ["elsewhere", "You said: elsewhere"]
    assert chats.index(1).data(chats.MarkRole) == "unread"
    controller.open_chat(store.chats()[1].id)
    assert texts() == ["hold", "held on"]
    assert chats.index(1).data(chats.MarkRole) == ""


def test_coming_back_shows_all_that_was_written_meanwhile(
    controller, conversation, store, qtbot, texts, shown
):
    controller.send("hold")
    shown("held")
    controller.new_chat()
    controller.open_chat(store.chats()[0].id)
    assert texts() == ["hold", "held"]
    controller.stop()


def test_each_chat_keeps_its_draft(controller, store, idle, heard):
    controller.send("one")
    idle()
    controller.set_draft("for one")
    controller.new_chat()
    assert heard.drafts[-1] == ""
    controller.set_draft("for a new one")
    controller.open_chat(store.chats()[0].id)
    assert heard.drafts[-1] == "for one"
    controller.new_chat()
    assert heard.drafts[-1] == "for a new one"


def test_a_suggestion_leaves_what_is_typed_in_the_composer(controller, store, idle, heard):
    controller.set_draft("half a sent")
    controller.send_suggestion("What is rain?")
    idle()
    (chat,) = store.chats()
    assert store.messages(chat.id)[0].text == "What is rain?"
    assert heard.drafts[-1] == "half a sent"
    assert (store.draft(chat.id), store.draft(None)) == ("half a sent", "")


@pytest.mark.parametrize("text", ["fail", "panic"])
def test_a_failed_answer_says_so_and_can_be_tried_again(
    controller, conversation, idle, heard, states, texts, text
):
    controller.send(text)
    idle()
    assert states() == ["done", "failed"]
    assert texts() == [text, "before"]
    assert heard.problems[-1].text == f"It was to {text}."
    failed = conversation.messages()[-1]
    controller.actions.retry(failed.id)
    assert heard.problems[-1] is None
    idle()
    assert states() == ["done", "failed"]
    assert conversation.messages()[-1].id != failed.id


def test_a_full_context_offers_a_new_chat(controller, idle, heard):
    controller.send("full")
    idle()
    assert heard.problems[-1].chat_full


def test_a_failure_returns_what_was_queued_to_the_composer(
    controller, fake, idle, heard, texts, tmp_path, qtbot
):
    (tmp_path / "broken").mkdir()
    controller.use_model(str(tmp_path / "broken"))
    controller.send("waiting")
    assert texts() == ["waiting"]
    qtbot.waitUntil(lambda: any(heard.problems))
    assert texts() == []
    assert heard.drafts[-1] == "waiting"
    controller.send("waiting")
    idle()
    assert texts()[-1] == "You said: waiting"  # Fledgling stands in


def test_a_model_that_does_not_exist_is_told_at_once(controller, runner, heard, tmp_path):
    controller.use_model(str(tmp_path / "nowhere"))
    assert heard.problems[-1].title == "There is no such model"
    assert not runner.busy


def test_a_model_chosen_meanwhile_answers_the_next_message(
    controller, conversation, fake, qtbot, idle, tmp_path, shown
):
    controller.send("hold")
    shown("held")
    (tmp_path / "other").mkdir()
    controller.use_model(str(tmp_path / "other"))
    fake.gate.set()
    idle()
    controller.send("hi")
    idle()
    assert [m.path.name for m in fake.models] == ["fledgling", "other"]
    assert conversation.messages()[-1].stats.model == "other"


def test_after_a_failed_load_the_model_before_it_is_used_again(
    controller, fake, idle, tmp_path, heard, status
):
    controller.send("hi")
    idle()
    (tmp_path / "broken").mkdir()
    controller.use_model(str(tmp_path / "broken"))
    idle()
    assert heard.problems[-1] is not None
    assert status.snapshot.facts is None
    controller.send("hi")
    idle()
    assert [m.path.name for m in fake.models] == ["fledgling", "fledgling"]


def test_a_long_answer_is_saved_while_it_is_written(
    controller, runner, conversation, store, qtbot, monkeypatch, shown
):
    monkeypatch.setattr("ternchat.app.answer_runner.CHECKPOINT_SECONDS", 0.0)
    controller.send("hold")
    shown("held")
    stored = store.messages(store.chats()[0].id)[-1]
    assert (stored.text, stored.state) == (" held", State.WRITING)
    controller.stop()


def test_a_failed_answer_is_tried_again_after_what_runs_elsewhere(
    controller, conversation, store, fake, qtbot, idle, texts, shown
):
    controller.send("full")
    idle()
    failed_chat = store.chats()[0]
    controller.new_chat()
    controller.send("hold")
    shown("held")
    controller.open_chat(failed_chat.id)
    controller.actions.retry(conversation.messages()[-1].id)
    assert texts() == ["full", ""]
    fake.gate.set()
    idle()
    assert [m["content"] for m in fake.asked[-1]] == ["full"]
    assert texts() == ["full", "before"]

"""Several chats, one engine: everyone gets an answer, and sees what concerns the chat looked at."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ternchat.app.answer_runner import AnswerRunner
from ternchat.app.chat_controller import ChatController
from ternchat.app.core.attachments import Attachment
from ternchat.app.core.chat_store import StorageError
from ternchat.app.core.conversation import Role, State
from ternchat.app.core.drafts import TEMPORARY
from ternchat.app.core.memory_chat_store import MemoryChatStore
from ternchat.app.core.turn import Phase
from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.models.conversation_model import ConversationModel

PAPER = Attachment("a.txt", "text/plain", "words")


@pytest.fixture
def begin(controller, shown):
    """Begin a chat whose answer is held; gives its id."""

    def begin(store, text="hold"):
        controller.new_chat()
        controller.send(text)
        shown("held")
        return store.chats()[0].id

    return begin


@pytest.fixture
def in_context(conversation):
    """For each message whether the model reads it."""
    role = ConversationModel.ContextRole
    return lambda: [conversation.index(row).data(role) for row in range(conversation.rowCount())]


@pytest.fixture
def activity(conversation):
    """What is said about the last message."""
    return lambda: conversation.index(conversation.rowCount() - 1).data(
        ConversationModel.ActivityRole
    )


# ---- One engine for all ----------------------------------------------------------------------


def test_chats_are_answered_in_the_order_they_asked(
    controller, store, begin, conversation, fake, idle, texts
):
    first = begin(store)
    others = []
    for text in ("two", "three"):
        controller.new_chat()
        controller.send(text)
        others.append(store.chats()[0].id)
    controller.open_chat(first)
    controller.send("and more")
    fake.gate.set()
    idle()
    assert [m[-1]["content"] for m in fake.asked] == ["hold", "two", "three", "and more"]
    assert texts() == ["hold", "held on", "and more", "You said: and more"]
    for chat_id, text in zip(others, ("two", "three"), strict=True):
        controller.open_chat(chat_id)
        assert texts() == [text, f"You said: {text}"]


def test_stop_concerns_the_chat_one_looks_at(
    controller, store, begin, runner, fake, idle, states, heard
):
    first = begin(store)
    assert heard.busy == [True]
    controller.new_chat()
    assert heard.busy == [True, False]
    controller.stop()
    assert runner.busy
    controller.open_chat(first)
    assert heard.busy == [True, False, True]
    controller.stop()
    assert states() == ["done", "stopped"]
    assert heard.busy == [True, False, True, False]
    idle()


def test_loading_can_be_stopped_from_every_chat(controller, runner, fake, idle, tmp_path, heard):
    fake.load_gate.clear()
    (tmp_path / "other").mkdir()
    controller.use_model(str(tmp_path / "other"))
    controller.new_chat()
    assert heard.busy == [True]
    controller.stop()
    assert not runner.busy
    idle()


def test_an_answer_made_anew_waits_for_the_other_chat_and_says_so(
    controller, store, begin, conversation, fake, idle, states, activity, heard
):
    controller.send("one")
    idle()
    mine = store.chats()[0].id
    begin(store)
    controller.open_chat(mine)
    controller.actions.regenerate(conversation.messages()[-1].id)
    assert states() == ["done", "writing"]
    assert activity() == "Waiting for the answer in another chat"
    assert heard.busy[-1]
    fake.gate.set()
    idle()
    assert states() == ["done", "done"]
    assert not heard.busy[-1]


def test_what_waits_can_be_stopped(controller, store, begin, conversation, fake, idle, states):
    controller.send("one")
    idle()
    mine = store.chats()[0].id
    begin(store)
    controller.open_chat(mine)
    controller.actions.regenerate(conversation.messages()[-1].id)
    controller.stop()
    assert states() == ["done", "stopped"]
    fake.gate.set()
    idle()
    assert len(fake.asked) == 2


def test_nothing_more_is_done_for_a_chat_that_is_deleted(
    controller, store, begin, conversation, fake, runner, idle
):
    controller.send("one")
    idle()
    waiting = store.chats()[0].id
    running = begin(store)
    controller.open_chat(waiting)
    controller.actions.regenerate(conversation.messages()[-1].id)
    controller.new_chat()
    controller.send("never asked")
    queued = store.chats()[0].id
    store.trash([waiting, running, queued])
    controller.give_up([waiting, running, queued])
    assert not runner.busy
    idle()
    assert len(fake.asked) == 2
    assert store.messages(waiting)[-1].state is State.STOPPED
    assert store.messages(running)[-1].state is State.STOPPED
    assert store.messages(queued)[-1].state is State.QUEUED


def test_activity_is_that_of_this_chat(controller, store, begin, fake, idle, activity, status):
    begin(store)
    controller.new_chat()
    controller.send("two")
    assert activity() == ""  # it is queued, whatever is read or loaded elsewhere
    fake.gate.set()
    idle()


def test_an_unseen_answer_is_marked_and_the_mark_outlives_the_program(
    controller, store, begin, chats, fake, idle
):
    first = begin(store)
    controller.new_chat()
    fake.gate.set()
    idle()
    assert store.chat(first).unread
    assert chats.index(chats.row_of(first)).data(ChatListModel.MarkRole) == "unread"
    controller.open_chat(first)
    assert not store.chat(first).unread
    assert chats.index(chats.row_of(first)).data(ChatListModel.MarkRole) == ""


def test_answering_is_told_for_all_chats_together(controller, store, begin, fake, idle):
    answering = []
    controller.answering_changed.connect(answering.append)
    begin(store)
    controller.new_chat()
    controller.send("two")
    fake.gate.set()
    idle()
    assert answering == [True, False]


def test_loading_a_model_is_no_answer(controller, fake, idle):
    answering = []
    controller.answering_changed.connect(answering.append)
    controller.use_built_in()
    idle()
    assert answering == []


# ---- Errors ----------------------------------------------------------------------------------


def test_an_error_belongs_to_its_answer(controller, store, begin, fake, idle, heard, texts):
    begin(store)
    controller.new_chat()
    controller.send("fail")
    failing = store.chats()[0].id
    controller.new_chat()
    controller.send("fine")
    fake.gate.set()
    idle()
    assert texts() == ["fine", "You said: fine"]
    assert not any(heard.problems)
    controller.open_chat(failing)
    assert heard.problems[-1].text == "It was to fail."
    controller.new_chat()
    assert heard.problems[-1] is None


def test_after_an_error_other_chats_are_answered_and_this_one_gets_its_questions_back(
    controller, store, begin, fake, idle, heard, texts, states
):
    begin(store)
    controller.new_chat()
    controller.send("fail")
    controller.send("and then")
    failing = store.chats()[0].id
    controller.new_chat()
    controller.send("fine")
    fake.gate.set()
    idle()
    assert texts() == ["fine", "You said: fine"]
    controller.open_chat(failing)
    assert states() == ["done", "failed"]
    assert heard.drafts[-1] == "and then"


def test_a_model_that_cannot_be_loaded_fails_what_waited_to_be_written(
    controller, store, begin, conversation, fake, idle, states, tmp_path
):
    controller.send("one")
    idle()
    mine = store.chats()[0].id
    begin(store)
    (tmp_path / "broken").mkdir()
    controller.use_model(str(tmp_path / "broken"))
    controller.open_chat(mine)
    controller.actions.regenerate(conversation.messages()[-1].id)
    fake.gate.set()
    idle()
    assert states() == ["done", "failed"]


class FullDisk(MemoryChatStore):
    """Keeps nothing once `full` is set."""

    full = False

    def _check(self):
        if self.full:
            raise StorageError("the disk is full")

    def add(self, *args):
        self._check()
        return super().add(*args)

    def save(self, message):
        self._check()
        super().save(message)

    def append_text(self, message_id, text):
        self._check()
        super().append_text(message_id, text)


@pytest.fixture
def disk(models, engine, conversation, chats, status):
    """A store on a disk, and the controller that uses it."""
    store = FullDisk()
    runner = AnswerRunner(store, engine, conversation, status)
    return store, ChatController(store, models, runner, conversation, chats, status)


def test_a_message_that_cannot_be_stored_is_not_sent(disk, texts):
    store, controller = disk
    problems, drafts = [], []
    controller.problem_raised.connect(problems.append)
    controller.draft_changed.connect(drafts.append)
    store.full = True
    controller.send("important")
    assert problems[-1].text == "The disk is full."
    assert drafts == []  # the composer keeps its text
    assert texts() == []
    assert store.chats() == []
    store.full = False
    controller.send("important")
    assert texts()[0] == "important"
    controller.stop()


def test_an_answer_that_cannot_be_stored_is_written_on_and_told_once(
    disk, fake, qtbot, texts, shown, monkeypatch
):
    monkeypatch.setattr("ternchat.app.answer_runner.CHECKPOINT_SECONDS", 0.0)
    store, controller = disk
    problems = []
    controller.problem_raised.connect(problems.append)
    controller.send("hold")
    shown("held")
    store.full = True
    fake.gate.set()
    qtbot.waitUntil(lambda: controller.quiet)
    assert texts() == ["hold", "held on"]
    assert [p.text for p in problems if p] == ["The disk is full."]
    chat_id = store.chats()[0].id
    controller.new_chat()
    controller.open_chat(chat_id)
    assert texts() == ["hold", "held on"]
    store.full = False
    controller.send("Hello!")
    qtbot.waitUntil(lambda: controller.quiet)
    assert [(m.text, m.state.value) for m in store.messages(chat_id)][1] == (" held on", "done")


# ---- What the model reads --------------------------------------------------------------------


def test_messages_left_out_are_told_and_remembered_for_each_chat(
    controller, store, fake, idle, in_context
):
    fake.room = 3
    for text in ("one", "two", "three"):
        controller.send(text)
        idle()
    assert in_context() == [False, False, True, True, True, True]
    long = store.chats()[0].id
    controller.new_chat()
    controller.send("other")
    idle()
    assert in_context() == [True, True]
    controller.open_chat(long)
    assert in_context() == [False, False, True, True, True, True]


def test_what_is_not_read_any_more_is_known_when_a_chat_is_opened_before_any_model_is_loaded(
    controller, store, models, engine, conversation, chats, status, fake, idle, in_context
):
    fake.room = 3
    for text in ("one", "two", "three"):
        controller.send(text)
        idle()
    chat_id = store.chats()[0].id
    runner = AnswerRunner(store, engine, conversation, status)  # the next run of the program
    again = ChatController(store, models, runner, conversation, chats, status)
    again.open_chat(chat_id)
    assert in_context() == [False, False, True, True, True, True]
    again.actions.branch(store.messages(chat_id)[-1].id)
    assert in_context() == [False, False, True, True, True, True]


def test_each_version_of_an_answer_knows_what_it_was_written_without(
    controller, store, fake, idle, in_context
):
    for text in ("one", "two"):
        controller.send(text)
        idle()
    assert in_context() == [True] * 4
    fake.room = 1
    first = store.messages(store.chats()[0].id)[-1]
    controller.actions.regenerate(first.id)
    idle()
    assert in_context() == [False, False, True, True]
    second = store.messages(store.chats()[0].id)[-1]
    controller.actions.show_sibling(second.id, -1)
    assert in_context() == [True] * 4
    controller.actions.show_sibling(first.id, 1)
    assert in_context() == [False, False, True, True]


def test_an_empty_answer_does_not_count_as_left_out(controller, store, idle, in_context):
    chat = store.create_chat("t")
    question = store.add(chat.id, None, Role.USER, "one", State.DONE)
    store.add(chat.id, question.id, Role.ASSISTANT, "", State.FAILED)
    controller.open_chat(chat.id)
    controller.send("two")
    idle()
    assert in_context() == [True] * 4


def test_an_answer_that_repeats_itself_is_told_where_it_is_looked_at(
    controller, store, heard, idle, qtbot
):
    controller.send("loop")
    qtbot.waitUntil(lambda: heard.repeating == [True])
    looping = store.chats()[0].id
    controller.new_chat()
    assert heard.repeating == [True, False]
    controller.open_chat(looping)
    assert heard.repeating == [True, False, True]
    controller.stop()
    assert heard.repeating[-1] is False
    idle()


# ---- Temporary chats, the end of the program -------------------------------------------------


def test_a_temporary_chat_is_private_and_says_so(controller, store, fake, idle):
    temporary = []
    controller.temporary_changed.connect(temporary.append)
    controller.new_temporary_chat()
    controller.send("between us")
    idle()
    assert store.chats()[0].temporary
    assert fake.private == [True]
    controller.new_chat()
    controller.send("for the record")
    idle()
    assert not store.chats()[0].temporary
    assert fake.private == [True, False]
    assert temporary == [True, False]


def test_what_is_typed_for_a_temporary_chat_is_not_stored(controller, store, idle, heard):
    controller.set_draft("for a lasting one")
    controller.new_temporary_chat()
    assert heard.drafts[-1] == ""
    controller.set_draft("secret")
    controller.close()
    assert store.draft(None) == "for a lasting one"
    controller.send("secret")
    idle()
    controller.new_chat()
    assert heard.drafts[-1] == "for a lasting one"


def test_an_answer_deleted_for_ever_while_it_is_written_does_no_harm(
    controller, store, fake, idle, shown, monkeypatch
):
    monkeypatch.setattr("ternchat.app.answer_runner.CHECKPOINT_SECONDS", 0.0)
    controller.send("hold")
    shown("held")
    store.purge([store.chats()[0].id])
    fake.gate.set()
    idle()
    assert store.chats() == []


def test_the_end_of_the_program_keeps_what_was_written_and_marks_it(controller, store, begin, fake):
    chat_id = begin(store)
    controller.set_draft("typed here")
    controller.new_chat()
    controller.set_draft("typed")
    controller.close()
    answer = store.messages(chat_id)[-1]
    assert (answer.text, answer.state) == (" held", State.INTERRUPTED)
    assert store.draft(chat_id) == "typed here"
    assert store.draft(None) == "typed"


def test_what_waited_when_the_program_died_is_in_the_composer_again(
    controller, store, heard, texts
):
    chat = store.create_chat("Rain")
    question = store.add(chat.id, None, Role.USER, "rain?", State.DONE)
    store.add(chat.id, question.id, Role.ASSISTANT, "Rain is", State.INTERRUPTED)
    store.add(chat.id, question.id, Role.USER, "and snow?", State.QUEUED)
    store.set_draft(chat.id, "and hail?")
    controller.open_chat(chat.id)
    assert texts() == ["rain?", "Rain is"]
    assert heard.drafts[-1] == "and snow?\nand hail?"
    assert store.draft(chat.id) == "and snow?\nand hail?"


def test_a_chat_that_only_waited_when_the_program_died_is_a_draft_again(controller, store, heard):
    chat = store.create_chat("Rain")
    store.add(chat.id, None, Role.USER, "rain?", State.QUEUED, [PAPER])
    store.set_draft(None, "typed before")
    controller.open_chat(chat.id)
    assert (heard.chats[-1], heard.drafts[-1]) == (None, "typed before\nrain?")
    assert (store.chats(), store.draft_files(None)) == ([], (PAPER,))


def test_files_of_a_question_that_waited_are_in_the_composer_again(controller, store):
    chat = store.create_chat("Rain")
    question = store.add(chat.id, None, Role.USER, "rain?", State.DONE)
    store.add(chat.id, question.id, Role.USER, "and snow?", State.QUEUED, [PAPER])
    held = []
    controller.place_changed.connect(lambda place, files: held.append((place, files)))
    controller.open_chat(chat.id)
    assert held == [(chat.id, (PAPER,))]
    assert store.draft_files(chat.id) == (PAPER,)


def test_files_of_a_draft_outlive_the_program(
    controller, store, models, runner, conversation, chats, status
):
    controller.set_draft_files(None, (replace(PAPER, tokens=3),))
    assert store.draft_files(None) == (PAPER,)  # at once
    again = ChatController(store, models, runner, conversation, chats, status)
    held = []
    again.place_changed.connect(lambda place, files: held.append((place, files)))
    again.new_chat()
    assert held == [(None, (PAPER,))]


def test_files_that_are_read_after_their_chat_is_gone_do_no_harm(controller, store):
    chat = store.create_chat("Rain")
    store.add(chat.id, None, Role.USER, "rain?", State.DONE)
    controller.open_chat(chat.id)
    controller.new_chat()
    store.purge([chat.id])
    for _ in range(2):
        controller.set_draft_files(chat.id, (PAPER,))
        controller.set_draft_files(chat.id, ())
    assert store.chats() == []


def test_nothing_of_a_temporary_draft_is_stored_even_when_its_message_is_taken_back(
    controller, store, heard, fake, shown, idle
):
    controller.send("hold")
    shown("held")
    controller.new_temporary_chat()
    controller.set_draft("secret")
    controller.set_draft_files(TEMPORARY, (PAPER,))
    controller.send("secret", (PAPER,))
    waiting = store.chats()[0]
    assert waiting.temporary
    controller.take_back(store.messages(waiting.id)[0].id)
    assert heard.drafts[-1] == "secret"
    fake.gate.set()
    idle()
    controller.close()
    assert (store.draft(None), store.draft_files(None)) == ("", ())
    assert [chat.title for chat in store.chats()] == ["hold"]


def test_drafts_outlive_the_program(controller, store, models, runner, conversation, chats, status):
    controller.set_draft("typed")
    controller.close()
    drafts = []
    again = ChatController(store, models, runner, conversation, chats, status)
    again.draft_changed.connect(drafts.append)
    again.new_chat()
    assert drafts == ["typed"]


def test_a_draft_reaches_the_store_while_nobody_does_anything(controller, store, qtbot):
    controller.set_draft("typed")
    qtbot.waitUntil(lambda: store.draft(None) == "typed")


# ---- Phases, clocks --------------------------------------------------------------------------


def test_every_phase_is_told_in_its_order(controller, status, fake, idle, qtbot):
    phases = []
    status.changed.connect(lambda now: phases.append(now.phase))
    controller.send("count 50")
    assert phases[-1] is Phase.LOADING  # at once, before the engine has done anything
    idle()
    order = [phase for i, phase in enumerate(phases) if i == 0 or phase is not phases[i - 1]]
    assert order == [Phase.LOADING, Phase.READING, Phase.WRITING, Phase.READY]


def test_the_first_reaction_needs_no_engine(controller, fake, states, activity, idle):
    """Message, empty answer and phase stand there when `send` returns."""
    fake.load_gate.clear()
    controller.send("hello")
    assert states() == ["done", "writing"]
    assert activity().startswith("Loading Fledgling")
    controller.stop()
    idle()


@pytest.mark.parametrize("hours", [-30, 30])
def test_a_jump_of_the_clocks_harms_no_answer(
    controller, store, begin, fake, idle, texts, monkeypatch, hours
):
    """The laptop slept, or somebody set the time, in the middle of an answer."""
    begin(store)
    monotonic = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + max(hours, 0) * 3600)
    store._clock = lambda: datetime.now(UTC) + timedelta(hours=hours)
    controller.send("and now?")
    fake.gate.set()
    idle()
    assert texts() == ["hold", "held on", "and now?", "You said: and now?"]

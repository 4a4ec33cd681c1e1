"""A chat becomes a prompt that fits, with the ids its answers were generated with."""

import threading

import pytest

from ternchat import engine
from ternchat.engine.chat_template import encode_prompt
from ternchat.engine.model import ForwardCancelled
from ternchat.engine.prompt import PromptWriter, stands_for


@pytest.fixture(scope="module")
def model(roomy_folder):
    return engine.load(roomy_folder, threads=1)


@pytest.fixture
def writer(model):
    return PromptWriter(model)


def says(role, content, **more):
    return {"role": role, "content": content, **more}


def long_chat(turns, **more):
    """Turns of about 30 tokens, a last question."""
    messages = []
    for number in range(turns):
        messages.append(says("user", f"Question {number} about rain and snow?", **more))
        messages.append(says("assistant", f"Answer {number}: rain is water that falls."))
    return [*messages, says("user", "And wind?")]


def whole(model, messages):
    bos = model.config.bos_token_id
    return tuple(encode_prompt(model.tokenizer, model.template, messages, bos))


def test_what_fits_is_written_as_it_is(model, writer):
    messages = [says("system", "Be brief."), *long_chat(3)]
    prompt = writer.write(messages, 1000)
    assert prompt.token_ids == whole(model, messages)
    assert prompt.read == tuple(range(8))


def test_the_oldest_turns_are_left_out_and_the_system_message_stays(model, writer):
    messages = [says("system", "Be brief."), *long_chat(20)]
    prompt = writer.write(messages, 300)
    assert len(prompt.token_ids) <= 300
    assert prompt.read[0] == 0
    first = prompt.read[1]
    assert first > 1
    assert messages[first]["role"] == "user"
    assert prompt.read[1:] == tuple(range(first, len(messages)))
    assert prompt.token_ids == whole(model, [messages[place] for place in prompt.read])


def test_the_turn_of_a_pinned_message_stays(writer):
    messages = long_chat(20)
    messages[3] = {**messages[3], "pinned": True}
    read = writer.write(messages, 300).read
    assert read[:2] == (2, 3)
    assert 0 not in read
    assert 4 not in read


def test_the_next_turns_leave_the_beginning_of_the_prompt_as_it_was(writer):
    """So that the cache stays of use: most turns only add to the prompt."""
    messages, changes, before = long_chat(60), 0, ()
    for end in range(1, len(messages) + 1, 2):
        now = writer.write(messages[:end], 300).token_ids
        changes += now[: len(before) - 5] != before[: len(before) - 5]  # "Assistant: " follows
        before = now
    tokens = len(writer.write(messages, 10_000).token_ids)
    assert 3 < changes <= tokens / (0.4 * 300)


def test_a_last_message_that_is_too_long_is_written_and_left_to_the_session(writer):
    messages = [*long_chat(3), says("user", "word " * 900)]
    prompt = writer.write(messages, 300)
    assert prompt.read == (len(messages) - 1,)
    assert len(prompt.token_ids) > 300


def test_ids_that_come_with_an_answer_are_used(model, writer):
    text = "rain is water"
    letters = [i for letter in text for i in model.tokenizer.encode(letter)]
    assert letters != model.tokenizer.encode(text)
    question = says("user", "What is rain?")
    chat = [question, says("assistant", text, token_ids=letters), says("user", "And snow?")]
    ids = writer.write(chat, 1000).token_ids
    assert any(ids[i : i + len(letters)] == tuple(letters) for i in range(len(ids)))


@pytest.mark.parametrize("wrong", ["other text", "special", "beyond", "longer"])
def test_ids_that_do_not_stand_for_the_text_are_not_used(model, writer, wrong):
    tokenizer, text = model.tokenizer, "rain is water"
    ids = {
        "other text": tokenizer.encode("snow is water"),
        "special": [*tokenizer.encode(text), tokenizer.token_to_id("<|eot_id|>")],
        "beyond": [*tokenizer.encode(text), 10**6],
        "longer": [*tokenizer.encode(text), *tokenizer.encode(" and more")],
    }[wrong]
    assert not stands_for(tokenizer, ids, text)
    chat = [says("user", "What?"), says("assistant", text, token_ids=ids), says("user", "So?")]
    plain = [{k: m[k] for k in ("role", "content")} for m in chat]
    assert writer.write(chat, 1000).token_ids == whole(model, plain)


def test_an_answer_that_comes_last_is_left_open(model, writer):
    chat = [says("user", "What is rain?"), says("assistant", "Rain is")]
    prompt = writer.write(chat, 1000)
    assert prompt.open_ids == tuple(model.tokenizer.encode("Rain is"))
    assert prompt.token_ids == whole(model, chat[:1]) + prompt.open_ids
    assert prompt.read == (0, 1)


def test_an_answer_that_had_not_begun_is_begun(model, writer):
    chat = [says("user", "What is rain?"), says("assistant", "")]
    assert writer.write(chat, 1000).token_ids == whole(model, chat[:1])


def test_counting_a_long_chat_can_be_stopped(writer):
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(ForwardCancelled):
        writer.write(long_chat(40), 300, cancel)


def test_a_message_that_is_none_is_refused_by_the_template(writer):
    with pytest.raises(engine.TemplateError, match="role"):
        writer.write([{"role": "alien", "content": "x"}], 100)
    with pytest.raises(engine.TemplateError, match="content"):
        writer.write([{"role": "user", "content": 3}], 100)

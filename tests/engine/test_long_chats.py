"""Answers gone on with, chats longer than the context, answers that repeat themselves."""

from pathlib import Path

import pytest

from ternchat import engine
from ternchat.engine import SamplingParams
from ternchat.engine.answer import Answer

FLEDGLING = Path(__file__).parents[2] / "resources" / "fledgling"
GREEDY = SamplingParams(temperature=0)
HELLO = [{"role": "user", "content": "Hello!"}]


@pytest.fixture(scope="module")
def model():
    return engine.load(FLEDGLING)


@pytest.fixture
def session(model):
    return engine.Session(model)


def text_of(steps):
    return "".join(step.text for step in steps)


# ---- Going on --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 4, 9])
@pytest.mark.parametrize("restarted", [False, True])
def test_an_answer_gone_on_with_is_the_one_that_was_not_stopped(model, session, count, restarted):
    whole = text_of(engine.Session(model).reply(HELLO, GREEDY))
    begun = text_of(session.reply(HELLO, SamplingParams(temperature=0, max_tokens=count)))
    ids = session.last.token_ids
    if restarted:
        session = engine.Session(model)
    answer = {"role": "assistant", "content": begun, "token_ids": ids}
    rest = text_of(session.reply([*HELLO, answer], GREEDY))
    assert begun + rest == whole
    if not restarted:
        assert session.last.timings.reused_tokens == session.last.timings.prompt_tokens - 1


def test_a_character_cut_in_two_is_completed(model, session):
    """The bytes of "é" come as two tokens where the vocabulary has none for it."""
    tokenizer = model.tokenizer
    for character in "éß€🐦λ":
        ids = tokenizer.encode(character)
        if len(ids) > 1:
            break
    else:
        pytest.fail("the vocabulary has a token for every character tried")

    def answer(begun):
        return Answer(model, [5, *begun], SamplingParams(max_tokens=10), False, begun=len(begun))

    run = answer([])
    cut = Answer(model, [5], SamplingParams(max_tokens=len(ids) - 1), False)
    steps = [cut.take(token) for token in ids[:-1]]
    assert cut.finish_reason == "length"
    assert text_of(steps) == ""  # nothing that would have to be taken back
    later = answer(ids[:-1])
    assert later.take(ids[-1]).text == character
    assert text_of(run.take(token) for token in ids) == character


# ---- Seeds -----------------------------------------------------------------------------------


def test_a_seed_that_was_drawn_is_told_and_gives_the_same_answer_again(model, session):
    first = text_of(session.reply(HELLO, SamplingParams(temperature=1.5, max_tokens=20)))
    seed = session.last.seed
    assert seed is not None
    again = SamplingParams(temperature=1.5, max_tokens=20, seed=seed)
    assert text_of(engine.Session(model).reply(HELLO, again)) == first
    list(session.reply(HELLO, SamplingParams(temperature=1.5, max_tokens=1)))
    assert session.last.seed != seed
    list(session.reply(HELLO, SamplingParams(temperature=0, max_tokens=1)))
    assert session.last.seed is None


# ---- Longer than the context -----------------------------------------------------------------


def test_a_chat_of_any_length_is_answered(session):
    messages, lengths = [], []
    for number in range(20):
        messages.append({"role": "user", "content": f"What is rain number {number}?"})
        prompt = session.prompt(messages)
        lengths.append(len(prompt.read))
        assert len(prompt.token_ids) <= 256 - 64
        answer = text_of(session.reply(messages, SamplingParams(temperature=0, max_tokens=16)))
        assert session.last.finish_reason in ("stop", "length")
        messages.append({"role": "assistant", "content": answer})
    assert max(lengths) < 30
    assert lengths != sorted(lengths)  # grows, then gives up a block of turns, then grows again


def test_after_a_block_was_left_out_the_cache_is_of_use_again(session):
    messages, reused = [], []
    for number in range(20):
        messages.append({"role": "user", "content": f"What is rain number {number}?"})
        answer = text_of(session.reply(messages, SamplingParams(temperature=0, max_tokens=16)))
        timings = session.last.timings
        reused.append(timings.reused_tokens / timings.prompt_tokens)
        messages.append({"role": "assistant", "content": answer})
    assert sum(share > 0.6 for share in reused) >= 14


def test_a_single_message_that_is_too_long_is_an_error_with_the_numbers(session):
    chat = [*HELLO, {"role": "assistant", "content": "Hello"}]
    with pytest.raises(engine.ContextFullError, match="context holds only 256"):
        list(session.reply([*chat, {"role": "user", "content": "word " * 400}]))


# ---- Repetition ------------------------------------------------------------------------------


def test_an_answer_that_only_repeats_itself_comes_to_an_end(session):
    """Fledgling itself: gone on with after "A-A-", it writes "A-" for ever."""
    chat = [
        {"role": "user", "content": "Repeat: ------------"},
        {"role": "assistant", "content": 4 * "A-"},
    ]
    steps = list(session.reply(chat, GREEDY))
    assert session.last.finish_reason == "repetition"
    assert session.last.text == len(session.last.text) // 2 * "A-"
    told = [step.repeats for step in steps]
    assert told == sorted(told)  # from some step on
    assert 0 < told.index(True) < len(told) // 2


def test_a_benchmark_is_not_ended_by_repetitions(session):
    ids = session.model.tokenizer.encode(40 * "-") * 3
    steps = list(session.generate(ids, GREEDY, ignore_stop=True))
    assert len(ids) + len(steps) == 256
    assert not any(step.repeats for step in steps)


def test_no_answer_of_fledgling_is_taken_for_a_repetition(session):
    for question in (
        "Hello!",
        "Who are you?",
        "What is rain?",
        "Tell me a story.",
        "Count to ten.",
    ):
        for seed in range(4):
            sampling = SamplingParams(temperature=0.7, seed=seed)
            steps = list(session.reply([{"role": "user", "content": question}], sampling))
            assert not any(step.repeats for step in steps), text_of(steps)
            assert session.last.finish_reason != "repetition"

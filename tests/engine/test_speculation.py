"""Speculation: the same answers with and without, whatever was guessed."""

import functools
import itertools
import random
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ternchat import engine
from ternchat.engine import SamplingParams
from ternchat.engine import session as session_module
from ternchat.engine.chat_template import encode_prompt
from ternchat.engine.speculation import MAX_DRAFT, NO_DRAFT, Draft, Drafter, Pace

FLEDGLING = Path(__file__).parents[2] / "resources" / "fledgling"
GREEDY = SamplingParams(temperature=0)
PROMPTS = (
    "Hello!",
    "What is rain?",
    "Count: one, two, three, one, two, three, one, two,",
    "Say red, green, blue. Say red, green, blue. Say red, green,",
    "def add(a, b): return a + b\ndef sub(a, b): return a - b\ndef",
    'Summarise: "Rain is a form of water. Rain falls from the sky." What does it say of rain?',
)
SAMPLINGS = (
    GREEDY,
    SamplingParams(temperature=0, repetition_penalty=1.3),
    SamplingParams(temperature=0.7, seed=1),
    SamplingParams(temperature=1.0, top_k=0, top_p=1.0, seed=2),
    SamplingParams(temperature=1.2, top_k=0, top_p=0.9, min_p=0.02, seed=3),
    SamplingParams(temperature=0.9, repetition_penalty=1.4, seed=4),
)


class EagerPace(Pace):
    """Checks every guess, whatever it costs."""

    def worthwhile(self, matched):
        return MAX_DRAFT if matched else 0


class Oracle:
    """Guesses what is known to come, with now and then a wrong token."""

    def __init__(self, ids, coming, right):
        self._ids, self._coming, self._right = ids, coming, right
        self._random = random.Random(len(coming))

    def propose(self, count):
        coming = self._coming[len(self._ids) :][: max(count, 0)]
        draw = [self._random.random() < self._right for _ in coming]
        guesses = (token if right else token + 1 for token, right in zip(coming, draw, strict=True))
        return Draft(4, tuple(guesses)) if coming else NO_DRAFT


@pytest.fixture(scope="module")
def model():
    return engine.load(FLEDGLING, threads=1)


@pytest.fixture
def eager(model):
    """Makes sessions that check every guess."""
    return lambda **options: eager_session(model, **options)


def eager_session(model, **options):
    session = engine.Session(model, speculate=True, **options)
    session._pace = EagerPace()
    return session


def chat(text):
    return [{"role": "user", "content": text}]


def encoded(model, text):
    bos = model.config.bos_token_id
    return encode_prompt(model.tokenizer, model.template, chat(text), bos, {}.get)


def seen(steps):
    return [(step.token_id, step.text, step.timings.new_tokens) for step in steps]


def check_cache(session):
    """What the cache holds is what a fresh pass over the same ids puts there."""
    model, ids = session.model, session._cached
    assert len(ids) == session.used_tokens
    fresh = model.new_cache(len(ids))
    before = ids[:-1]
    for begin in range(0, len(before), model.chunk_tokens):
        model.forward(before[begin : begin + model.chunk_tokens], fresh)
    session._cache.truncate(len(ids) - 1)
    kept = model.forward(ids[-1:], session._cache).tobytes()
    assert kept == model.forward(ids[-1:], fresh).tobytes()


# ---- The drafter -----------------------------------------------------------------------------


def test_the_drafter_proposes_what_followed_the_last_time():
    ids = [1, 2, 3, 10, 1, 2, 3, 20, 21, 22, 23, 1, 2, 3]
    assert Drafter(ids).propose(3) == Draft(3, (20, 21, 22))


def test_the_drafter_prefers_the_longest_n_gram_to_the_latest():
    ids = [5, 1, 2, 3, 10, 9, 2, 3, 20, 5, 1, 2, 3]
    assert Drafter(ids).propose(1) == Draft(4, (10,))


def test_the_drafter_proposes_nothing_where_nothing_repeats():
    assert Drafter([]).propose(4) == NO_DRAFT
    assert Drafter([1]).propose(4) == NO_DRAFT
    assert Drafter([1, 2, 3, 4]).propose(4) == NO_DRAFT
    assert Drafter([1, 2, 1, 2]).propose(0) == NO_DRAFT


def test_the_drafter_goes_on_with_a_repetition_that_reaches_the_end():
    assert Drafter([7, 7, 7]).propose(5) == Draft(2, (7,) * 5)
    assert Drafter([1, 2, 3, 1, 2, 3, 1, 2, 3]).propose(5) == Draft(4, (1, 2, 3, 1, 2))


def test_the_drafter_follows_its_list_as_it_grows():
    ids = [1, 2, 3]
    drafter = Drafter(ids)
    assert drafter.propose(2) == NO_DRAFT
    ids += [1, 2]
    assert drafter.propose(2) == Draft(2, (3, 1))


def naive_proposal(ids, count):
    """The proposal by scanning everything that came before."""
    for n in range(min(4, len(ids)), 1, -1):
        for end in range(len(ids) - 1, n - 1, -1):
            if count > 0 and ids[end - n : end] == ids[len(ids) - n :]:
                text = list(ids)
                for place in range(end, end + count):
                    text.append(text[place])
                return Draft(n, tuple(text[len(ids) :]))
    return NO_DRAFT


@given(
    st.integers(1, 5).flatmap(lambda most: st.lists(st.integers(0, most), max_size=60)),
    st.integers(-1, 9),
    st.data(),
)
def test_the_drafter_finds_what_a_scan_of_all_ids_finds(ids, count, data):
    growing = []
    drafter = Drafter(growing)
    while True:
        assert drafter.propose(count) == naive_proposal(growing, count)
        if len(growing) == len(ids):
            break
        growing += ids[len(growing) :][: data.draw(st.integers(1, 4))]


# ---- The pace --------------------------------------------------------------------------------


def simulate(pace, steps, cost, is_right, matched=4):
    """Steps' worth of time for so many tokens when one more token in a step costs `cost`."""
    seconds = tokens = 0.0
    pace.begin()
    while tokens < steps:
        count = pace.worthwhile(matched)
        accepted = sum(1 for _ in itertools.takewhile(bool, (is_right() for _ in range(count))))
        took = 1 + count * cost
        pace.record(took, Draft(matched, (0,) * count) if count else NO_DRAFT, accepted)
        seconds += took
        tokens += 1 + accepted
    return seconds / tokens


def test_the_pace_waits_until_it_knows_what_a_step_costs():
    pace = Pace()
    assert pace.worthwhile(4) == 0
    pace.record(1.0, NO_DRAFT, 0)
    assert pace.worthwhile(4) > 0
    assert pace.worthwhile(0) == 0


@pytest.mark.parametrize("cost", [0.05, 0.2, 0.45, 0.7])
def test_guesses_that_are_always_right_make_it_faster(cost):
    best = 9 / (1 + 8 * cost)
    assert 1 / simulate(Pace(), 300, cost, lambda: True) > 0.8 * best


@pytest.mark.parametrize("cost", [0.05, 0.2, 0.45, 0.7, 1.0])
def test_guesses_that_are_always_wrong_cost_less_than_two_per_cent(cost):
    assert simulate(Pace(), 100, cost, lambda: False) < 1.02


@given(
    st.floats(0.0, 1.0),
    st.sampled_from([2, 3, 4]),
    st.lists(st.booleans(), min_size=1, max_size=40),
    st.integers(50, 200),
)
def test_no_pattern_of_right_and_wrong_guesses_costs_two_per_cent(cost, matched, pattern, tokens):
    pace = Pace()
    simulate(pace, 60, cost, lambda: True, matched)  # it has learned what a guess costs
    outcomes = itertools.cycle(pattern)
    assert simulate(pace, tokens, cost, lambda: next(outcomes), matched) < 1.02 + 1e-9


def test_the_pace_falls_to_nothing_and_tries_again():
    pace = Pace()
    pace.record(1.0, NO_DRAFT, 0)
    tried = []
    for _ in range(400):
        count = pace.worthwhile(4)
        tried.append(count > 0)
        pace.record(1 + 0.45 * count, Draft(4, (0,) * count) if count else NO_DRAFT, 0)
    assert 2 <= sum(tried) <= 12
    assert any(tried[200:])


def test_a_disturbed_measurement_does_not_end_speculation():
    pace = Pace()
    simulate(pace, 100, 0.2, lambda: True)
    pace.record(50.0, Draft(4, (0,) * 8), 8)
    assert pace.worthwhile(4) > 0
    pace.record(50.0, NO_DRAFT, 0)
    assert pace.worthwhile(4) > 0


# ---- The same answers with and without -------------------------------------------------------


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=range(len(SAMPLINGS)))
@pytest.mark.parametrize("prompt", PROMPTS)
def test_replies_are_those_of_plain_decoding(model, eager, prompt, sampling):
    plain, fast = engine.Session(model), eager()
    assert seen(fast.reply(chat(prompt), sampling)) == seen(plain.reply(chat(prompt), sampling))
    assert fast.last.text == plain.last.text
    assert fast.last.finish_reason == plain.last.finish_reason
    assert fast.last.token_ids == plain.last.token_ids
    check_cache(fast)


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=range(len(SAMPLINGS)))
def test_long_texts_are_those_of_plain_decoding(model, eager, sampling):
    plain, fast = engine.Session(model), eager()
    drafted = accepted = 0
    for prompt in PROMPTS:
        ids = encoded(model, prompt)
        expected = seen(plain.generate(ids, sampling, ignore_stop=True))
        assert seen(fast.generate(ids, sampling, ignore_stop=True)) == expected
        assert fast.last.finish_reason == plain.last.finish_reason == "context"
        drafted += fast.last.timings.drafted
        accepted += fast.last.timings.accepted
        check_cache(fast)
    assert drafted > accepted
    assert accepted > 0 or sampling.repetition_penalty > 1.0  # it keeps texts from repeating


def test_many_seeds_give_the_tokens_of_plain_decoding(model, eager):
    plain, fast = engine.Session(model), eager()
    accepted = 0
    for seed in range(60):
        prompt = encoded(model, PROMPTS[seed % len(PROMPTS)])
        sampling = SamplingParams(
            temperature=(0.3, 0.7, 1.0)[seed % 3],
            top_k=(0, 5, 40)[seed // 3 % 3],
            repetition_penalty=(1.0, 1.2)[seed // 9 % 2],
            seed=seed,
            max_tokens=60,
        )
        expected = seen(plain.generate(prompt, sampling, ignore_stop=True))
        assert seen(fast.generate(prompt, sampling, ignore_stop=True)) == expected
        accepted += fast.last.timings.accepted
    assert accepted > 100


def test_the_pace_of_the_session_itself_gives_the_same_answers(model):
    plain, fast = engine.Session(model), engine.Session(model, speculate=True)
    drafted = 0
    for prompt in PROMPTS:
        ids = encoded(model, prompt)
        expected = seen(plain.generate(ids, GREEDY, ignore_stop=True))
        assert seen(fast.generate(ids, GREEDY, ignore_stop=True)) == expected
        drafted += fast.last.timings.drafted
    assert drafted > 0


# ---- Guesses known to be right or wrong, at every place ---------------------------------------


@pytest.fixture(scope="module")
def coming(model):
    """The ids of prompt and answer, and of what would follow if nothing ended the answer."""

    @functools.cache
    def whole(prompt, sampling):
        session = engine.Session(model)
        endless = replace(sampling, max_tokens=None, stop=())
        list(session.generate(prompt, endless, ignore_stop=True))
        return [*prompt, *session.last.token_ids]

    return whole


@pytest.fixture
def oracle(model, coming, monkeypatch):
    """Makes a plain session that has answered and one that guesses right at a given rate."""

    def pair(prompt, sampling, right, **options):
        known = coming(tuple(prompt), sampling)
        monkeypatch.setattr(session_module, "Drafter", lambda ids: Oracle(ids, known, right))
        plain = engine.Session(model, **options)
        expected = seen(plain.generate(prompt, sampling))
        return plain, eager_session(model, **options), expected

    return pair


@pytest.mark.parametrize("right", [0.0, 0.5, 0.8, 0.95, 1.0])
@pytest.mark.parametrize("sampling", SAMPLINGS, ids=range(len(SAMPLINGS)))
def test_right_and_wrong_guesses_leave_the_answer_alone(model, oracle, sampling, right):
    for prompt in PROMPTS[:3]:
        prompt = encoded(model, prompt)
        plain, fast, expected = oracle(prompt, sampling, right)
        assert seen(fast.generate(prompt, sampling)) == expected
        assert fast.last.finish_reason == plain.last.finish_reason
        check_cache(fast)


@pytest.mark.parametrize("right", [0.8, 1.0])
@pytest.mark.parametrize("count", range(1, 14))
def test_max_tokens_ends_the_answer_inside_a_run_of_right_guesses(model, oracle, count, right):
    prompt = encoded(model, "What is rain?")
    sampling = SamplingParams(temperature=0, max_tokens=count)
    plain, fast, expected = oracle(prompt, sampling, right)
    assert seen(fast.generate(prompt, sampling)) == expected
    assert len(expected) == count
    assert fast.last.finish_reason == plain.last.finish_reason == "length"
    assert fast.used_tokens <= len(prompt) + count
    check_cache(fast)


@pytest.mark.parametrize("right", [0.8, 1.0])
@pytest.mark.parametrize("room", range(1, 14))
def test_the_context_ends_inside_a_run_of_right_guesses(model, oracle, room, right):
    prompt = encoded(model, "What is rain?")
    plain, fast, expected = oracle(prompt, GREEDY, right, context_length=len(prompt) + room)
    assert seen(fast.generate(prompt, GREEDY)) == expected
    assert fast.last.finish_reason == plain.last.finish_reason == "context"
    check_cache(fast)


@pytest.mark.parametrize("stop", ["is a", "water", "rm of", ".", "zzz"])
def test_a_stop_string_ends_the_answer_inside_a_run_of_right_guesses(model, oracle, stop):
    prompt = encoded(model, "What is rain?")
    sampling = SamplingParams(temperature=0, stop=(stop,))
    plain, fast, expected = oracle(prompt, sampling, 1.0)
    assert seen(fast.generate(prompt, sampling)) == expected
    assert fast.last.text == plain.last.text
    assert fast.last.timings.accepted <= len(fast.last.token_ids) - 1
    check_cache(fast)


def test_guesses_end_before_a_stop_token(model, oracle):
    prompt = encoded(model, "What is rain?")
    plain, fast, expected = oracle(prompt, GREEDY, 1.0)
    checked = []
    forward = fast._forward

    def spy(ids, *rest, **options):
        checked.append(list(ids))
        return forward(ids, *rest, **options)

    fast._forward = spy
    assert seen(fast.generate(prompt, GREEDY)) == expected
    assert fast.last.finish_reason == "stop"
    # the reply's ids, each once, and nothing of what the oracle saw behind its end
    assert list(itertools.chain(*checked)) == [*prompt, *plain.last.token_ids]
    assert fast.used_tokens == plain.used_tokens


@pytest.mark.parametrize("after", range(1, 12))
def test_cancel_between_two_guessed_tokens_ends_the_reply_there(model, oracle, after):
    prompt = encoded(model, "What is rain?")
    _, fast, expected = oracle(prompt, GREEDY, 1.0)
    cancel, steps = threading.Event(), []
    for step in fast.generate(prompt, GREEDY, cancel):
        steps.append(step)
        if len(steps) == after:
            cancel.set()
    assert seen(steps) == expected[:after]
    assert fast.last.finish_reason == "cancelled"
    assert list(fast.last.token_ids) == [step.token_id for step in steps]
    check_cache(fast)
    assert seen(fast.generate(prompt, GREEDY)) == expected


def test_a_reply_left_between_two_guessed_tokens_leaves_a_sound_cache(model, oracle):
    prompt = encoded(model, "What is rain?")
    _, fast, expected = oracle(prompt, GREEDY, 1.0)
    reply = fast.generate(prompt, GREEDY)
    assert seen(itertools.islice(reply, 4)) == expected[:4]
    reply.close()
    assert fast.last.finish_reason == "cancelled"
    assert fast.last.timings.new_tokens == 4
    check_cache(fast)
    assert seen(fast.generate(prompt, GREEDY)) == expected


# ---- The next turn, the numbers ---------------------------------------------------------------


def test_the_next_turn_finds_the_tokens_that_were_guessed_right(model, eager):
    plain, fast = engine.Session(model), eager()
    messages = []
    for text in ("Hello!", PROMPTS[2], "What is rain?", "Thank you!"):
        messages += chat(text)
        expected = seen(plain.reply(messages, GREEDY))
        assert seen(fast.reply(messages, GREEDY)) == expected
        assert fast.last.timings.reused_tokens == plain.last.timings.reused_tokens
        check_cache(fast)
        messages.append({"role": "assistant", "content": plain.last.text})


def test_accepted_counts_the_tokens_that_came_without_a_pass_of_their_own(model, eager):
    session, passes = eager(), 0
    forward = session._forward

    def count(*arguments, **options):
        nonlocal passes
        passes += 1
        return forward(*arguments, **options)

    ids = encoded(model, PROMPTS[3])
    steps = session.generate(ids, GREEDY, ignore_stop=True)
    next(steps)
    session._forward = count
    last = list(steps)[-1].timings
    assert last.new_tokens - 1 == passes + last.accepted
    assert 0 < last.accepted <= last.drafted
    assert last == session.last.timings


def test_nothing_is_drafted_unless_asked_for(model):
    session = engine.Session(model)
    list(session.generate(encoded(model, PROMPTS[3]), GREEDY, ignore_stop=True))
    assert session.last.timings.drafted == session.last.timings.accepted == 0

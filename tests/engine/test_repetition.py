"""An answer that repeats itself is noticed, and one that does not is left alone."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ternchat.engine.repetition import RepetitionGuard


def first(tokens, what):
    """After how many tokens the guard says so; None when it never does."""
    guard = RepetitionGuard()
    for count, token in enumerate(tokens, 1):
        guard.add(token)
        if getattr(guard, what):
            return count
    return None


def noise(count, seed=1):
    draw = random.Random(seed)
    return [draw.randrange(5000) for _ in range(count)]


@pytest.mark.parametrize("period", range(1, 9))
def test_a_short_cycle_is_stuck_after_64_rounds(period):
    cycle = list(range(period)) * 80
    assert first(noise(100) + cycle, "stuck") == 100 + 64 * period


@pytest.mark.parametrize("period", [9, 20, 100])
def test_a_longer_cycle_is_told_and_never_stuck(period):
    cycle = noise(period, seed=period) * 20
    assert first(noise(50) + cycle, "repeats") == 50 + max(3 * period, period + 48)
    assert first(noise(50) + cycle, "stuck") is None


def test_two_rounds_are_not_yet_a_repetition():
    assert first(noise(150, seed=2) * 2, "repeats") is None


def test_a_numbered_list_of_the_same_sentence_is_told():
    sentence = noise(16)
    numbered = [token for number in range(30) for token in (9000 + number, *sentence)]
    assert first(numbered, "repeats") is not None
    assert first(numbered, "stuck") is None


def test_code_that_is_quoted_again_is_no_repetition():
    code = noise(300)
    assert first([*code, *noise(40, 2), *code, *noise(40, 3), *code], "repeats") is None


def test_a_table_rule_is_no_repetition():
    assert first(noise(60) + [7] * 40 + noise(60, 2), "repeats") is None


def test_it_ends_when_the_text_goes_on():
    guard = RepetitionGuard()
    for token in [1, 2, 3] * 30:
        guard.add(token)
    assert guard.repeats
    for token in noise(3):
        guard.add(token)
    assert not guard.repeats


@given(st.lists(st.integers(0, 50), max_size=300, unique=True))
def test_text_without_repetition_is_never_told(tokens):
    assert first(tokens, "repeats") is None
    assert first(tokens, "stuck") is None

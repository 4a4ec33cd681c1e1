import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ternchat.engine.errors import EngineError
from ternchat.engine.sampler import (
    Sampler,
    SamplingParams,
    min_p,
    repetition_penalty,
    softmax,
    top_k,
    top_p,
)


def f32(values):
    return np.array(values, np.float32)


def draws(logits, count, recent=(), **params):
    logits = f32(logits)
    sampler = Sampler(SamplingParams(**params), len(logits))
    return [sampler.sample(logits, recent) for _ in range(count)]


# ---- Parameters ------------------------------------------------------------------------------


def test_the_defaults_are_those_of_the_design():
    params = SamplingParams()
    assert (params.temperature, params.top_k, params.top_p, params.min_p) == (0.7, 40, 0.95, 0.0)
    assert (params.repetition_penalty, params.seed, params.max_tokens) == (1.0, None, None)
    assert params.stop == ()
    assert SamplingParams(stop=["a", "b"]).stop == ("a", "b")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("temperature", value) for value in (-0.1, 101, math.nan, math.inf, "1", None, True)),
        *(("top_k", value) for value in (-1, 1.0, "1", None, False)),
        *(("top_p", value) for value in (0, -0.1, 1.01, math.nan, "1", None)),
        *(("min_p", value) for value in (-0.1, 1.01, math.nan, None)),
        *(("repetition_penalty", value) for value in (0, -1, 101, math.nan, math.inf, None)),
        *(("seed", value) for value in (-1, 1.5, "1", True)),
        *(("max_tokens", value) for value in (0, -1, 1.5, True)),
        *(("stop", value) for value in ("abc", ("a", ""), (1,), [None])),
    ],
)
def test_nonsense_is_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"{name} is "):
        SamplingParams(**{name: value})


def test_huge_seeds_are_taken():
    assert draws([1, 1], 3, seed=10**40) == draws([1, 1], 3, seed=10**40)


# ---- Filters ---------------------------------------------------------------------------------


def test_the_penalty_divides_positive_and_multiplies_negative_logits_once():
    logits = f32([2, -2, 0, 4])
    result = repetition_penalty(logits, [0, 1, 2, 0, 0], 2.0)
    assert result.tolist() == [1, -4, 0, 4]
    assert logits.tolist() == [2, -2, 0, 4]
    assert repetition_penalty(logits, [], 2.0).tolist() == [2, -2, 0, 4]


def test_top_k_gives_the_highest_first_and_the_lowest_id_among_equals():
    logits = f32([1, 3, 2, 3, 0])
    assert top_k(logits, 1).tolist() == [1]
    assert top_k(logits, 3).tolist() == [1, 3, 2]
    assert top_k(logits, 99).tolist() == [1, 3, 2, 0, 4]


@given(
    st.integers(1, 2000), st.integers(1, 700), st.sampled_from([3, 50, 10**6]), st.integers(0, 99)
)
def test_top_k_equals_a_full_sort(size, k, distinct, seed):
    logits = f32(np.random.default_rng(seed).integers(-distinct, distinct, size))
    expected = sorted(range(size), key=lambda index: (-logits[index], index))[:k]
    assert top_k(logits, k).tolist() == expected


def test_softmax_at_a_temperature():
    np.testing.assert_allclose(softmax(f32([0, math.log(3)]), 1.0), [0.25, 0.75])
    np.testing.assert_allclose(softmax(f32([0, math.log(3)]), 0.5), [0.1, 0.9])
    assert softmax(f32([1000, 1001]), 1e-300).tolist() == [0, 1]
    assert softmax(f32([-3e38, 3e38]), 0.01).tolist() == [0, 1]


def test_top_p_keeps_the_fewest_that_reach_it():
    probabilities = np.array([0.1, 0.5, 0.15, 0.25])
    assert top_p(probabilities, 0.5).tolist() == [1]
    assert top_p(probabilities, 0.51).tolist() == [1, 3]
    assert top_p(probabilities, 0.9).tolist() == [1, 3, 2]
    assert sorted(top_p(probabilities, 0.99).tolist()) == [0, 1, 2, 3]
    assert sorted(top_p(probabilities, 1.0).tolist()) == [0, 1, 2, 3]
    assert top_p(probabilities, 1e-9).tolist() == [1]
    assert top_p(np.array([0.5, 0.5]), 0.5).tolist() == [0]


@given(st.lists(st.integers(1, 100), min_size=1, max_size=50), st.floats(0.01, 1))
def test_top_p_equals_its_definition(weights, p):
    probabilities = np.array(weights) / sum(weights)
    order = sorted(range(len(weights)), key=lambda index: (-probabilities[index], index))
    count = 1
    while count < len(order) and probabilities[order[:count]].cumsum()[-1] < p:
        count += 1
    kept = top_p(probabilities, p).tolist()
    if p < 1:
        assert kept == order[:count]
    assert sorted(kept) == sorted(order[:count])


def test_min_p_keeps_what_has_its_share_of_the_highest():
    probabilities = np.array([0.1, 0.6, 0.06, 0.24])
    assert min_p(probabilities, 0.0).tolist() == [0, 1, 2, 3]
    assert min_p(probabilities, 0.2).tolist() == [1, 3]
    assert min_p(probabilities, 1.0).tolist() == [1]


# ---- Drawing ---------------------------------------------------------------------------------


def test_temperature_0_is_greedy_with_the_lowest_id_among_equals():
    assert draws([1, 3, 3, 2], 5, temperature=0, seed=1) == [1] * 5
    assert draws([0, 0, 0], 3, temperature=0) == [0] * 3


def test_the_penalty_applies_to_greedy_choice_too():
    assert draws([1, 3, 2.9], 1, [1, 1], temperature=0, repetition_penalty=1.5) == [2]


def test_a_seed_repeats_the_draws_and_another_does_not():
    logits = np.zeros(100)
    assert draws(logits, 20, seed=5) == draws(logits, 20, seed=5)
    assert draws(logits, 20, seed=5) != draws(logits, 20, seed=6)
    assert draws(logits, 20) != draws(logits, 20)


def test_draws_follow_the_probabilities():
    logits = np.log([0.5, 0.3, 0.15, 0.05])
    counts = np.bincount(
        draws(logits, 20_000, seed=1, temperature=1.0, top_k=0, top_p=1.0), minlength=4
    )
    np.testing.assert_allclose(counts / 20_000, [0.5, 0.3, 0.15, 0.05], atol=0.01)


def test_each_filter_limits_what_is_drawn():
    logits = np.log([0.5, 0.3, 0.15, 0.05])
    assert set(draws(logits, 300, seed=1, temperature=1.0, top_k=2, top_p=1.0)) == {0, 1}
    assert set(draws(logits, 300, seed=1, temperature=1.0, top_k=0, top_p=0.9)) == {0, 1, 2}
    assert set(draws(logits, 300, seed=1, temperature=1.0, top_p=1.0, min_p=0.5)) == {0, 1}


def test_top_p_comes_after_temperature_and_top_k():
    # alone, 0.5 reaches no 0.7; among the first two at this temperature it does
    logits = np.log([0.5, 0.3, 0.15, 0.05])
    assert set(draws(logits, 300, seed=1, temperature=0.5, top_k=2, top_p=0.7)) == {0}
    assert set(draws(logits, 300, seed=1, temperature=1.0, top_k=0, top_p=0.7)) == {0, 1}


def test_kept_tokens_keep_their_proportions():
    logits = np.log([0.5, 0.3, 0.15, 0.05])
    counts = np.bincount(draws(logits, 20_000, seed=1, temperature=1.0, top_k=2, top_p=1.0))
    np.testing.assert_allclose(counts / 20_000, [0.625, 0.375], atol=0.01)


def test_a_draw_at_the_very_end_is_a_kept_token(monkeypatch):
    class Highest:
        def random(self):
            return 1.0

    sampler = Sampler(SamplingParams(top_k=2), 3)
    monkeypatch.setattr(sampler, "_random", Highest())
    assert sampler.sample(f32([1, 2, 0])) == 0


extremes = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(
    st.lists(extremes, min_size=1, max_size=20),
    st.floats(0, 100),
    st.integers(0, 30),
    st.floats(0.001, 1),
    st.floats(0, 1),
)
def test_any_finite_logits_give_a_token_without_a_warning(logits, temperature, k, p, share):
    params = {"temperature": temperature, "top_k": k, "top_p": p, "min_p": share, "seed": 1}
    assert 0 <= draws(logits, 1, **params)[0] < len(logits)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("temperature", [0, 0.7])
def test_logits_that_are_not_finite_are_an_error(value, temperature):
    logits = np.zeros(1000)
    logits[321] = value
    with pytest.raises(EngineError, match=r"the model's logits reach from .* expected finite"):
        draws(logits, 1, temperature=temperature)


def test_logits_of_another_vocabulary_are_our_own_mistake():
    with pytest.raises(ValueError, match=r"logits have shape \(3,\); expected \(4,\)"):
        Sampler(SamplingParams(), 4).sample(np.zeros(3, np.float32))

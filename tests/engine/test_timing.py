import pytest

from ternchat.engine.timing import Timings


def test_speeds_count_the_tokens_that_took_the_time():
    timings = Timings(
        prompt_tokens=100,
        reused_tokens=60,
        prefill_seconds=2.0,
        new_tokens=11,
        decode_seconds=0.5,
        first_token_seconds=2.1,
    )
    assert timings.prefill_tokens_per_second == pytest.approx(20)
    assert timings.decode_tokens_per_second == pytest.approx(20)  # prefill gives the first


def test_speeds_are_unknown_before_there_is_something_to_measure():
    assert Timings().prefill_tokens_per_second is None
    assert Timings().decode_tokens_per_second is None
    assert Timings(new_tokens=1, decode_seconds=0.1).decode_tokens_per_second is None
    assert Timings(prompt_tokens=5, reused_tokens=5).prefill_tokens_per_second is None

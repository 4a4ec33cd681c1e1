"""Choosing the number of threads."""

import pytest

from ternchat.engine import backend, calibration


@pytest.mark.parametrize(
    ("processors", "counts"),
    [
        (1, [1]),
        (2, [1, 2]),
        (6, [1, 2, 3, 4, 5, 6]),
        (14, [1, 2, 3, 4, 5, 6, 7, 8, 12, 14]),
        (16, [1, 2, 3, 4, 5, 6, 7, 8, 12, 16]),
    ],
)
def test_few_counts_are_all_tried_and_many_in_steps(processors, counts):
    assert calibration.thread_counts(processors) == counts


def test_the_fewest_threads_that_are_nearly_as_good_as_the_best_are_chosen():
    assert calibration.best_threads({1: 10.0, 2: 19.0, 3: 24.5, 4: 25.0, 8: 20.0}) == 3
    assert calibration.best_threads({1: 25.0, 2: 25.1}) == 1


def test_every_count_this_machine_has_is_measured(monkeypatch):
    monkeypatch.setattr(calibration, "_MATRIX_BYTES", 1 << 20)
    monkeypatch.setattr(calibration, "_SECONDS_PER_COUNT", 0.01)
    rates = calibration.decode_rates()
    assert list(rates) == calibration.thread_counts(backend.processors())
    assert all(rate > 0 for rate in rates.values())

"""What answers remember of the messages they were written without."""

import pytest

from ternchat.app.core.conversation import AnswerStats, Message, Role
from ternchat.app.core.left_out import left_out, runs_of


def stats(runs):
    return AnswerStats("m", "stop", left_out=runs)


def path(*answers):
    """Questions and answers in turn; ids from 10 on."""
    messages = []
    for answer in answers:
        for role, how in ((Role.USER, None), (Role.ASSISTANT, answer)):
            number = 10 + len(messages)
            messages.append(Message(number, 1, number - 1, role, "x", stats=how))
    return messages


@pytest.mark.parametrize(
    ("places", "runs"),
    [
        ([], ()),
        ([0], ((0, 0),)),
        ([3, 1, 0, 2], ((0, 3),)),
        ([0, 1, 4, 6, 7], ((0, 1), (4, 4), (6, 7))),
    ],
)
def test_places_become_runs(places, runs):
    assert runs_of(places) == runs


def test_the_newest_answer_that_was_begun_says_what_is_left_out():
    messages = path(stats(()), stats(((0, 1),)), None)
    assert left_out(messages) == {10, 11}
    assert left_out(messages[:2]) == frozenset()
    assert left_out([]) == frozenset()


def test_places_behind_the_answer_mean_nothing():
    assert left_out(path(stats(()), stats(((0, 0), (2, 10**9))))) == {10, 12}


@pytest.mark.parametrize(
    "runs",
    ["0-3", 7, [1, 2], [[1]], [[2, 1]], [[0, 3], [3, 4]], [[-1, 2]], [[0, 1.5]], [[0, True]], [{}]],
)
def test_what_no_answer_of_ours_would_remember_is_nothing(runs):
    values = {"model": "m", "finish_reason": "stop", "left_out": runs}
    assert AnswerStats.from_dict(values).left_out == ()


def test_it_outlives_being_written_down():
    known = stats(((0, 3), (6, 6)))
    assert AnswerStats.from_dict(known.to_dict()) == known

"""Which turns are read: the newest and the pinned ones always, and what is left out stays out."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ternchat.engine.context_window import LOW_WATER, Turn, kept_turns

turns = st.lists(st.builds(Turn, st.integers(1, 60), st.booleans()), min_size=1, max_size=40)
unpinned = st.lists(st.builds(Turn, st.integers(1, 60)), min_size=1, max_size=60)
rooms = st.integers(1, 400)


def used(turns, kept):
    return sum(turn.tokens for turn, keep in zip(turns, kept, strict=True) if keep)


def test_what_fits_is_read():
    assert kept_turns([Turn(10), Turn(20), Turn(70)], 100) == [True, True, True]


def test_the_oldest_are_left_out_until_there_is_room_for_more_than_the_next():
    assert kept_turns([Turn(30)] * 4, 100) == [False, False, True, True]


def test_a_pinned_turn_stays_and_the_next_one_goes():
    assert kept_turns([Turn(30, True), Turn(30), Turn(30), Turn(30)], 100) == [
        True, False, False, True,
    ]  # fmt: skip


def test_a_turn_too_long_for_the_room_is_read_alone():
    assert kept_turns([Turn(30), Turn(500)], 100) == [False, True]


def test_no_turns_need_no_room():
    assert kept_turns([], 100) == []


@given(turns, rooms)
def test_the_newest_and_the_pinned_are_always_read(turns, room):
    kept = kept_turns(turns, room)
    assert kept[-1]
    assert all(keep for turn, keep in zip(turns, kept, strict=True) if turn.pinned)


@given(turns, rooms)
def test_what_is_read_fits_unless_it_has_to_be_read(turns, room):
    kept = kept_turns(turns, room)
    must = sum(turn.tokens for turn in turns[:-1] if turn.pinned) + turns[-1].tokens
    assert used(turns, kept) <= max(room, must)


@given(turns, rooms)
def test_nothing_is_left_out_without_need(turns, room):
    if sum(turn.tokens for turn in turns) <= room:
        assert all(kept_turns(turns, room))


@given(turns, rooms)
def test_what_was_left_out_is_left_out_of_the_longer_chat_too(turns, room):
    for length in range(1, len(turns)):
        before, after = kept_turns(turns[:length], room), kept_turns(turns, room)
        assert not any(late and not early for early, late in zip(before, after, strict=False))


@given(unpinned, st.integers(100, 400))
def test_only_the_oldest_are_left_out(turns, room):
    kept = kept_turns(turns, room)
    assert kept == sorted(kept)


@given(unpinned, st.integers(100, 400))
def test_the_beginning_of_what_is_read_changes_seldom(turns, room):
    """Each time, at least the part of the room above the low water was filled since the last."""
    starts = [kept_turns(turns[:length], room).index(True) for length in range(1, len(turns) + 1)]
    changes = [i for i in range(1, len(starts)) if starts[i] != starts[i - 1]]
    for one, next_one in itertools.pairwise(changes):
        if turns[one].tokens <= LOW_WATER * room:
            added = sum(turn.tokens for turn in turns[one + 1 : next_one + 1])
            assert added > (1 - LOW_WATER) * room

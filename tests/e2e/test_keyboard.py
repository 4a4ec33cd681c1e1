"""The program without a mouse, all in one run."""

from functools import partial

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def play_on(share, tmp_path_factory):
    return partial(share, data=tmp_path_factory.mktemp("data"))


@pytest.mark.parametrize(
    "scenario",
    [
        "the_sheet_of_keys_opens_and_closes",
        "one_writes_edits_and_compares_answers",
        "one_begins_switches_renames_and_deletes_chats",
        "one_shows_and_hides_all_parts_of_the_window",
        "one_makes_everything_larger_and_smaller",
        "one_leaves",
    ],
)
def test_by_keys_alone(play_on, scenario):
    play_on(f"keyboard.{scenario}")

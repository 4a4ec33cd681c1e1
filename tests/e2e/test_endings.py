"""The program ends while it works: asked, told to, or killed."""

import pytest

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    "scenario",
    [
        "the_window_closes_while_an_answer_is_written",
        "the_window_closes_while_a_model_loads",
        "a_person_is_asked_before_an_answer_is_cut_off_and_it_can_be_continued",
    ],
)
def test_in_the_middle_of_work(play, slow_model, scenario):
    play(f"endings.{scenario}", str(slow_model))


def test_of_an_answer_cut_off_by_a_kill_at_most_two_seconds_are_missing(
    play, another_robot, slow_model, tmp_path
):
    notes = str(tmp_path / "seen.json")
    play("endings.killed_in_an_answer", str(slow_model), notes)
    # On a new desktop: the kill may take its accessibility bus along.
    another_robot.play("endings.the_chat_is_there_after_the_kill", tmp_path / "data", [notes])

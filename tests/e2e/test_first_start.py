"""The first minutes with the program, on an empty data folder."""

import pytest

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    "scenario",
    [
        "the_first_message_is_answered_without_any_setting",
        "what_is_typed_while_the_model_loads_is_answered",
        "settings_hold_at_once_and_after_the_next_start",
    ],
)
def test_on_an_empty_folder(play, scenario):
    play(f"first_start.{scenario}")


def test_a_broken_model_is_told_and_the_built_in_one_still_answers(play, tmp_path):
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "config.json").write_text("{ this is no JSON")
    play("first_start.a_broken_model_is_told_and_the_built_in_one_still_answers", str(folder))

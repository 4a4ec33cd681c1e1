"""Stop, queue and several chats, with a model that takes its time."""

import os
import shutil
from functools import partial

import pytest

pytestmark = pytest.mark.e2e

SLOWLY = ("--isa", "scalar", "--threads", "1")


@pytest.fixture(scope="module")
def play_on(share, slow_model, tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    shutil.copytree(slow_model, data / "models" / "slow", copy_function=os.link)
    return partial(share, data=data, options=("--model", "slow", *SLOWLY))


@pytest.mark.parametrize(
    "scenario",
    [
        "stop_ends_reading",
        "the_button_and_escape_end_writing_and_what_was_written_stays",
        "a_message_sent_meanwhile_waits_for_its_turn",
        "one_chat_goes_on_while_another_is_open",
        "escape_ends_the_loading_of_the_model",
    ],
)
def test_while_the_model_works(play_on, scenario):
    play_on(f"slow.{scenario}")

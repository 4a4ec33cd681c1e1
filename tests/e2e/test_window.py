"""The real program with the built-in model, on a real X server, through a screen reader's eyes."""

import os
from pathlib import Path

import pytest

from ternchat.app.core.conversation import Chat, ChatTree, Message, Role
from ternchat.app.core.database.opening import open_chats
from ternchat.app.core.paths import DataPaths

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    "scenario",
    [
        "first_answer",
        "send_button",
        "typing_while_loading",
        "new_chat",
        "keys_are_told",
        "edit_and_versions",
        "keyboard_only",
    ],
)
def test_with_the_built_in_model(play, scenario):
    play(scenario)


@pytest.mark.parametrize(
    "scenario",
    [
        "stop",
        "stop_while_reading",
        "queue",
        "two_chats",
        "close_while_answering",
        "closing_asks_and_the_answer_goes_on",
        "close_while_loading",
    ],
)
def test_with_a_model_that_takes_its_time(play, slow_model, scenario):
    play(scenario, str(slow_model))


def test_settings_hold_at_once_and_after_the_next_start(play, tmp_path):
    play("settings", str(tmp_path / "data"))


def test_of_an_answer_cut_off_by_a_kill_at_most_two_seconds_are_missing(play, slow_model, tmp_path):
    notes = str(tmp_path / "seen.json")
    play("killed_while_answering", str(slow_model), notes)
    play("after_the_kill", notes)  # on a new desktop: the kill may take its session bus along


def test_a_chat_of_2000_messages(play, tmp_path):
    count, data = 2000, DataPaths.from_option(tmp_path / "data")
    data.create()
    messages = tuple(
        Message(
            id=number,
            chat_id=1,
            parent=number - 1 or None,
            role=Role.USER if number % 2 else Role.ASSISTANT,
            text=f"This is message number {number}.",
        )
        for number in range(1, count + 1)
    )
    opened = open_chats(data.database)
    shown = tuple(message.id for message in messages)
    opened.store.add_tree(ChatTree(Chat(1, "A long chat"), messages, shown))
    opened.close()
    play("long_chat", str(count))


def test_a_broken_folder_is_told_in_the_window(play, tmp_path):
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "config.json").write_text("{ this is no JSON")
    play("broken_folder", str(folder))


def test_screenshots_can_be_taken(play, tmp_path):
    folder = Path(os.environ.get("TERNCHAT_SCREENSHOTS", tmp_path / "screens"))
    folder.mkdir(parents=True, exist_ok=True)
    play("screenshots", str(folder))
    assert all((folder / name).stat().st_size > 5000 for name in ("first-start.png", "answer.png"))

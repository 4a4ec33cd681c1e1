"""The window among others, with a window manager and a tray."""

from pathlib import Path

import pytest

from ternchat.app.core.conversation import Chat, ChatTree, Message, Role
from ternchat.app.core.database.opening import open_chats
from ternchat.app.core.paths import DataPaths

pytestmark = pytest.mark.e2e

ELSEWHERE = str(Path(__file__).parent / "elsewhere.py")
TITLE = "Knots"


@pytest.fixture
def play(robot_with_windows, tmp_path):
    """Play a scenario of windows with a chat in the data folder."""
    paths = DataPaths.from_option(tmp_path / "data")

    def play(scenario, *args):
        robot_with_windows.play(f"windows.{scenario}", paths.root, args)

    return play


@pytest.fixture
def data(tmp_path):
    """A data folder with one chat, whose answers are short, and settings that ask for news."""
    paths = DataPaths.from_option(tmp_path / "data")
    paths.create()
    paths.settings.write_text("notify = true\n")
    opened = open_chats(paths.database)
    message = Message(1, 1, None, Role.USER, "Which knots hold?")
    chat = opened.store.add_tree(ChatTree(Chat(1, TITLE), (message,), (1,)))
    opened.store.set_settings(chat.id, {"max_tokens": 60})
    opened.close()
    return paths.root


@pytest.mark.parametrize(
    "scenario",
    [
        "f11_fills_the_screen_and_gives_it_back",
        "a_second_start_brings_the_window_back",
        "the_window_stands_where_it_stood",
        "a_maximised_window_is_maximised_again",
    ],
)
def test_on_the_screen(play, scenario):
    play(scenario)


def test_an_answer_behind_another_window_is_told(play, data, slow_model):
    play("an_answer_behind_another_window_is_told", str(slow_model), ELSEWHERE, TITLE)


def test_files_are_dropped_anywhere(play, data, tmp_path):
    file, model = tmp_path / "gulls.md", tmp_path / "bird.safetensors"
    for path in (file, model):
        path.write_text("Gulls are white and grey.")
    play("files_are_dropped_anywhere", ELSEWHERE, TITLE, str(file), str(model))

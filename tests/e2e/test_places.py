"""Where chats are kept: folders and the archive, with the program as it is."""

import pytest

from ternchat.app.core.conversation import Chat, ChatTree, Message, Role
from ternchat.app.core.database.opening import open_chats
from ternchat.app.core.paths import DataPaths

pytestmark = pytest.mark.e2e


@pytest.fixture
def data(tmp_path):
    """A data folder with two chats."""
    paths = DataPaths.from_option(tmp_path / "data")
    paths.create()
    opened = open_chats(paths.database)
    for title, text in (("Knots", "Which knots hold?"), ("Porto", "Where is the lighthouse?")):
        message = Message(1, 1, None, Role.USER, text)
        opened.store.add_tree(ChatTree(Chat(1, title), (message,), (1,)))
    opened.close()
    return paths.root


def test_a_folder_is_made_by_keyboard_and_remembered(robot, data):
    robot.play("places.a_chat_comes_into_a_new_folder_that_is_folded", data, ["Knots"])
    robot.play("places.it_is_folded_at_the_next_start_and_opens_by_enter", data, ["Knots"])
    opened = open_chats(data / "chats.db")
    places = {chat.title: chat.folder for chat in opened.store.chats()}
    opened.close()
    assert places == {"Knots": "Seafaring", "Porto": None}


def test_an_archived_chat_is_found_and_brought_back(robot, data):
    robot.play("places.a_chat_is_archived_found_and_brought_back", data, ["Porto", "lighthouse"])

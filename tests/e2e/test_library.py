"""What a person does with many chats; the data folder is prepared, no model is needed."""

from functools import partial

import pytest

from ternchat.app.core.conversation import Chat, ChatTree, Message, Role
from ternchat.app.core.database.opening import open_chats
from ternchat.app.core.export.exporting import trees_of
from ternchat.app.core.paths import DataPaths

pytestmark = pytest.mark.e2e

LONG = 2000
KNOTS = """The bowline comes first.

```python
knots = ["bowline"]
print(knots)
```

**Never** trust a wet bowline."""
CHATS = {
    "A walk in Porto": (
        "Where should I walk in Porto?",
        "Begin at the river, and end with a pastry by the lighthouse.",
    ),
    "Knots for sailors": ("Which knots should I know?", KNOTS),
    "Old shopping list": ("What was on it?", "Bread, sardines and soap."),
    "A long chat": tuple(f"This is message number {n}." for n in range(1, LONG + 1)),
}


def write_chats(folder, chats):
    """A data folder with chats of questions and answers in turn."""
    data = DataPaths.from_option(folder)
    data.create()
    opened = open_chats(data.database)
    for title, texts in chats.items():
        messages = tuple(
            Message(
                id=number,
                chat_id=1,
                parent=number - 1 or None,
                role=Role.USER if number % 2 else Role.ASSISTANT,
                text=text,
            )
            for number, text in enumerate(texts, 1)
        )
        opened.store.add_tree(ChatTree(Chat(1, title), messages, tuple(m.id for m in messages)))
    opened.close()
    return folder


def read_chats(folder):
    """All chats of a data folder as one sees them: titles, and who said what."""
    opened = open_chats(DataPaths.from_option(folder).database)
    trees = trees_of(opened.store, [chat.id for chat in opened.store.chats()])
    opened.close()
    return {
        tree.chat.title: [(m.role, m.text, m.created, m.state) for m in tree.messages]
        for tree in trees
    }


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_chats(tmp_path_factory.mktemp("data"), CHATS)


@pytest.fixture(scope="module")
def play_on(share, data):
    return partial(share, data=data)


@pytest.mark.parametrize(
    "scenario",
    [
        "words_in_any_chat_are_found_and_the_place_is_opened",
        "what_is_nowhere_is_said_not_to_be_found",
        "words_in_a_chat_are_counted_and_gone_through",
        "selected_words_are_copied",
        "the_last_answer_and_the_last_code_are_copied_by_keys",
        "a_deleted_chat_comes_back_with_undo",
        "a_deleted_chat_is_restored_from_the_trash",
    ],
)
def test_with_some_chats(play_on, scenario):
    play_on(f"library.{scenario}")


def test_both_ends_of_a_chat_of_2000_messages_are_reached(play_on):
    play_on("library.both_ends_of_a_long_chat_are_reached", args=[LONG])


def test_a_chat_deleted_for_ever_leaves_nothing_in_the_database(robot, tmp_path):
    data = write_chats(tmp_path / "data", {title: texts[:2] for title, texts in CHATS.items()})
    assert b"sardines" in (data / "chats.db").read_bytes()
    robot.play("library.a_chat_deleted_for_ever_is_gone", data)
    assert b"sardines" not in (data / "chats.db").read_bytes()


def test_exported_chats_are_the_same_after_an_import_elsewhere(robot, tmp_path):
    chats = {title: texts[:40] for title, texts in CHATS.items()}
    here = write_chats(tmp_path / "here", chats)
    everything, one = tmp_path / "all.json", tmp_path / "knots.md"
    title = "Knots for sailors"
    robot.play("library.chats_are_exported", here, [str(everything), str(one), title])
    assert KNOTS in one.read_text()
    assert "Porto" not in one.read_text()
    there = tmp_path / "there"
    robot.play("library.an_export_is_imported", there, [str(everything), title])
    assert read_chats(there) == read_chats(here)

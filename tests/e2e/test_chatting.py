"""Chats with the built-in model, all in one program."""

from functools import partial

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def play_on(share, data):
    return partial(share, data=data)


@pytest.mark.parametrize(
    "scenario",
    [
        "a_screen_reader_can_send",
        "a_new_chat_is_empty_and_listed_with_its_first_message",
        "an_answer_is_made_anew_and_the_first_one_is_still_there",
        "an_edited_question_stands_beside_the_first_one",
    ],
)
def test_with_the_built_in_model(play_on, scenario):
    play_on(f"chatting.{scenario}")


def test_a_file_is_attached_and_sent_with_the_message(play_on, tmp_path):
    file = tmp_path / "about-gulls.md"
    file.write_text("Gulls are white and grey.\n" * 20)
    play_on("chatting.a_file_is_attached_and_sent_with_the_message", args=[str(file)])


def test_of_a_temporary_chat_nothing_is_ever_on_the_disk(play_on, data):
    secret = "quokkas rarely yodel"
    play_on("chatting.a_temporary_chat_is_answered_and_gone", args=[secret])
    written = b"".join(file.read_bytes() for file in data.rglob("*") if file.is_file())
    assert b"Something to be kept" in written  # or one would look in the wrong place
    assert secret.encode() not in written
    assert b"quokka" not in written

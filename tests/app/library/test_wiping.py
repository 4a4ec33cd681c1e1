"""What is deleted for ever leaves the files while the program still runs."""

import pytest
from library_help import dialog

from ternchat.app.core.conversation import Chat, ChatTree, Message, Role, State
from ternchat.app.core.database import connection, slices, word_index
from ternchat.app.core.database.opening import open_chats
from ternchat.app.views.chats_question import ChatsQuestion
from ternchat.app.views.trash_dialog import TrashDialog

SECRETS = ("zugspitze", "hochkalter", "watzmann")


@pytest.fixture(params=["rollback journal", "write-ahead log"])
def store(request, tmp_path, monkeypatch):
    """Chats on the disk, with either kind of journal."""
    sound = request.param == "write-ahead log"
    monkeypatch.setattr(connection, "wal_is_sound", lambda _version: sound)
    (tmp_path / "data").mkdir()
    opened = open_chats(tmp_path / "data" / "chats.db")
    yield opened.store
    opened.close()


@pytest.fixture
def files(tmp_path):
    """The bytes of all files of the database, in small letters."""
    return lambda: {
        path.name: path.read_bytes().lower() for path in (tmp_path / "data").glob("chats.db*")
    }


def words_in(files):
    return {word for word in SECRETS for data in files().values() if word.encode() in data}


@pytest.fixture
def secret(talk, store):
    """A chat full of words that are in no other, between others that are kept."""
    for number in range(5):
        talk(f"kept {number}", "kept question", "kept answer")
    chat = talk("Zugspitze", *["Hochkalter " * 300] * 4)
    for number in range(5):
        talk(f"kept {number}", "kept question", "kept answer")
    store.set_draft(chat.id, "Watzmann")
    return chat


def delete_for_ever(window, library, *chats):
    """As a person does it, from the trash."""
    library.delete([chat.id for chat in chats])
    window.menus.trash.trigger()
    trash = window.findChildren(TrashDialog)[-1]
    trash.chats.selectAll()
    trash.purge.click()
    dialog(trash, ChatsQuestion).yes.click()
    trash.close()


def test_delete_for_ever_takes_the_words_out_of_all_files_while_the_program_runs(
    window, views, library, secret, store, files, qtbot
):
    assert words_in(files) == set(SECRETS)
    delete_for_ever(window, library, secret)
    qtbot.waitUntil(lambda: words_in(files) == set(), timeout=20_000)
    assert len(store.chats()) == 10
    assert len(store.search("kept")) == 30
    library.refresh()
    qtbot.waitUntil(lambda: words_in(files) == set())


def test_the_words_of_a_message_deleted_long_ago_go_the_same_way(
    library, talk, store, files, qtbot
):
    chat = talk("kept", "kept", "Zugspitze Hochkalter Watzmann")
    store.delete_message(store.messages(chat.id)[1].id)
    store.purge_old(0)
    assert words_in(files) == set(SECRETS)
    library.housekeeping.clean_up()
    qtbot.waitUntil(lambda: words_in(files) == set(), timeout=20_000)
    assert [m.text for m in store.messages(chat.id)] == ["kept"]


def test_wiping_goes_on_where_it_was_interrupted_however_often(
    library, secret, store, files, monkeypatch
):
    monkeypatch.setattr(slices, "SLICE_SECONDS", 0)
    monkeypatch.setattr(word_index, "PAGES_AT_ONCE", 1)
    store.trash([secret.id])
    store.purge([secret.id])
    runs = 0
    while words_in(files) and runs < 200:
        steps = store.clean_up()
        for _ in range(4):
            next(steps, None)
        steps.close()
        runs += 1
    assert 1 < runs < 200
    assert len(store.search("kept")) == 30


def test_each_piece_of_wiping_is_short_whatever_the_size_of_the_index(store, monkeypatch):
    monkeypatch.setattr(slices, "SLICE_SECONDS", 0)
    monkeypatch.setattr(word_index, "PAGES_AT_ONCE", 2)
    database = store._disk.database
    text = " ".join(f"word{number}" for number in range(3000))
    tree = ChatTree(Chat(0, "kept"), (Message(1, 0, None, Role.USER, text),), (1,))
    chats = [store.add_tree(tree) for _ in range(40)]
    store.purge([chats[0].id])
    changes, before = [], database.changes
    for _ in store.clean_up():
        changes.append(database.changes - before)
        before = database.changes
    # The last piece strikes off the names of all pages that were merged; FTS5 has no smaller one.
    *others, _ = sorted(changes)
    assert len(others) > 20
    assert others[-1] < sum(others) / 8


def test_what_somebody_deletes_while_another_chat_is_wiped_is_wiped_too(
    window, views, library, secret, talk, store, files, qtbot, monkeypatch
):
    monkeypatch.setattr(slices, "SLICE_SECONDS", 0)
    other = talk("other", *["Watzmann"] * 40)
    delete_for_ever(window, library, other)
    delete_for_ever(window, library, secret)
    qtbot.waitUntil(lambda: words_in(files) == set(), timeout=20_000)


def test_wiping_that_was_cut_short_goes_on_at_the_next_start(
    library, secret, store, tmp_path, files
):
    store.purge([secret.id])
    steps = store.clean_up()
    next(steps)
    steps.close()
    again = open_chats(tmp_path / "data" / "chats.db")
    assert len(again.store.chats()) == 10
    for _ in again.store.clean_up():
        pass
    assert words_in(files) == set()
    again.close()


def test_an_answer_that_is_being_written_is_stored_while_chats_are_wiped(
    window, views, library, secret, store, files, qtbot
):
    chat = store.create_chat("new")
    answer = store.add(chat.id, None, Role.ASSISTANT, "", State.WRITING)
    delete_for_ever(window, library, secret)
    for number in range(20):
        store.append_text(answer.id, f"{number} ")
    qtbot.waitUntil(lambda: words_in(files) == set(), timeout=20_000)
    assert store.message(answer.id).text == "".join(f"{n} " for n in range(20))

"""Chats come in from a file while the window lives: how far it is, giving up, what is left."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from library_help import titles
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPalette

from ternchat.app.cli import arguments
from ternchat.app.context import AppContext
from ternchat.app.core import language
from ternchat.app.core.conversation import Chat, ChatTree, Message, Role
from ternchat.app.core.database import slices, stored_arrivals
from ternchat.app.core.database.opening import open_chats
from ternchat.app.core.export.exporting import export_chats
from ternchat.app.core.export.formats import ExportFormat
from ternchat.app.core.importing.errors import ImportFileError
from ternchat.app.core.importing.importer import (
    ImportPhase,
    import_chats,
    import_steps,
)
from ternchat.app.core.paths import DataPaths
from ternchat.app.views import task_progress

WORDS = "Hochkalter Zugspitze Watzmann"


def conversation(number, messages=4):
    """A conversation of ChatGPT."""
    mapping = {}
    for place in range(messages):
        role = "assistant" if place % 2 else "user"
        mapping[str(place)] = {
            "parent": str(place - 1) if place else None,
            "children": [str(place + 1)],
            "message": {
                "author": {"role": role},
                "content": {"content_type": "text", "parts": [f"{WORDS} {number} {place}"]},
            },
        }
    return {"title": f"trip {number}", "mapping": mapping, "current_node": str(messages - 1)}


def written(folder, chats, messages=4, name="conversations.json"):
    path = folder / name
    path.write_text(json.dumps([conversation(n, messages) for n in range(chats)]), "utf-8")
    return path


def rows(path):
    """What the file of the database holds, looked at from outside."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("chats", "messages", "message_words", "title_words", "folders")
        }


@pytest.fixture
def opened(tmp_path):
    """Chats on the disk."""
    chats = open_chats(tmp_path / "chats.db")
    yield chats
    chats.close()


@pytest.fixture
def store(opened):
    return opened.store


@pytest.fixture
def short(monkeypatch):
    """Every message is a transaction of its own, and nobody is patient."""
    monkeypatch.setattr(slices, "SLICE_SECONDS", 0)
    monkeypatch.setattr(task_progress, "PATIENCE_MS", 0)


# ---- In the window


def test_a_long_import_tells_how_far_it_is_and_shows_its_chats_all_at_once(
    short, window, views, library, store, tmp_path, qtbot
):
    told, seen = [], set()
    library.importer.progressed.connect(told.append)
    timer = QTimer()
    timer.timeout.connect(lambda: seen.add(len(store.chats())))
    timer.start(0)
    views.import_chosen.emit(str(written(tmp_path, 40)))
    dialog = views.import_progress
    qtbot.waitUntil(dialog.isVisible)
    qtbot.waitUntil(lambda: window.toast.text.text() == "40 chats imported.", timeout=30_000)
    timer.stop()
    assert seen <= {0, 40}
    assert 0 in seen  # the window came to its turn meanwhile
    assert not dialog.isVisible()
    assert {progress.state for progress in told} == set(ImportPhase)
    assert [p.fraction for p in told] == sorted(p.fraction for p in told)
    assert {p.total for p in told if p.state is ImportPhase.WRITING} == {40}
    assert len(titles(window.sidebar.model)) == 40
    chat = store.chats()[0]
    number = chat.title.split()[1]
    assert [m.text for m in store.messages(chat.id)] == [f"{WORDS} {number} {n}" for n in range(4)]
    assert len(store.search(f"hochkalter {number} 3")) > 0


def test_what_is_shown_counts_chats_and_bytes(short, window, views, library, tmp_path, qtbot):
    words = []
    library.importer.progressed.connect(lambda _: words.append(views.import_progress.text.text()))
    views.import_chosen.emit(str(written(tmp_path, 60)))
    qtbot.waitUntil(lambda: window.toast.isVisible(), timeout=30_000)
    assert any(text.startswith("Checking: ") and text.endswith(" MB") for text in words)
    assert any(text.startswith("Chat ") and " of 60 · " in text for text in words)


@pytest.mark.parametrize("way", ["button", "escape", "close"])
def test_an_import_that_is_cancelled_leaves_nothing(
    short, window, views, library, store, opened, tmp_path, qtbot, way
):
    kept = store.create_chat("kept")
    store.add(kept.id, None, Role.USER, "kept", "done")
    library.refresh()
    library.importer.progressed.connect(
        lambda now: now.state is ImportPhase.WRITING and stop.get(way, dialog.close)()
    )
    dialog = views.import_progress
    stop = {"button": dialog.cancel.click, "escape": dialog.reject}
    views.import_chosen.emit(str(written(tmp_path, 300)))
    qtbot.waitUntil(window.toast.isVisible, timeout=30_000)
    assert window.toast.text.text() == "Import cancelled; nothing of it is kept."
    assert not window.toast.button.isVisible()
    assert not library.importer.is_busy
    assert not dialog.isVisible()
    assert titles(window.sidebar.model) == ["kept"]
    qtbot.waitUntil(lambda: rows(tmp_path / "chats.db")["chats"] == 1, timeout=30_000)
    assert rows(tmp_path / "chats.db")["messages"] == 1
    assert WORDS.encode() not in (tmp_path / "chats.db").read_bytes()


def test_an_import_can_be_taken_back_and_is_wiped(window, views, library, store, tmp_path, qtbot):
    views.import_chosen.emit(str(written(tmp_path, 50)))
    qtbot.waitUntil(lambda: window.toast.text.text() == "50 chats imported.", timeout=30_000)
    window.toast.button.click()
    assert store.chats() == []
    assert titles(window.sidebar.model) == []
    assert store.search("Hochkalter") == []
    qtbot.waitUntil(lambda: rows(tmp_path / "chats.db")["chats"] == 0, timeout=30_000)
    assert rows(tmp_path / "chats.db") == dict.fromkeys(rows(tmp_path / "chats.db"), 0)


def test_an_import_begun_while_another_is_under_way_takes_its_place(
    short, window, views, library, store, tmp_path, qtbot
):
    views.import_chosen.emit(str(written(tmp_path, 200)))
    views.import_chosen.emit(str(written(tmp_path, 3, name="other.json")))
    qtbot.waitUntil(lambda: window.toast.text.text() == "3 chats imported.", timeout=30_000)
    assert len(store.chats()) == 3


def test_chats_without_text_are_told(window, views, library, tmp_path, qtbot):
    empty = {"title": "x", "mapping": {}}
    path = tmp_path / "x.json"
    path.write_text(json.dumps([conversation(1), empty, empty]))
    views.import_chosen.emit(str(path))
    qtbot.waitUntil(window.toast.isVisible)
    assert window.toast.text.text() == "1 chat imported. 2 without text left out."


def test_a_file_that_is_damaged_at_its_end_is_told_and_nothing_was_written(
    window, views, library, opened, tmp_path, qtbot
):
    changes = opened.database.changes
    path = written(tmp_path, 20)
    path.write_bytes(path.read_bytes()[:-30])
    views.import_chosen.emit(str(path))
    qtbot.waitUntil(window.page.errors.isVisible)
    assert "conversations.json is no JSON" in window.page.errors.text.text()
    assert not library.importer.is_busy
    assert opened.database.changes == changes


def test_the_window_can_use_its_chats_in_the_middle_of_a_transaction_of_an_import(
    window, views, library, store, tmp_path, qtbot, monkeypatch
):
    monkeypatch.setattr(slices, "SLICE_SECONDS", 600)  # only somebody who waits ends one
    monkeypatch.setattr(stored_arrivals, "BATCH_CHARACTERS", 1 << 30)
    used = []

    def use():
        if library.importer.is_busy:
            store.set_draft(None, f"draft {len(used)}")
            used.append(store.draft(None))

    timer = QTimer()
    timer.timeout.connect(use)
    timer.start(1)
    views.import_chosen.emit(str(written(tmp_path, 100)))
    qtbot.waitUntil(lambda: window.toast.text.text() == "100 chats imported.", timeout=60_000)
    timer.stop()
    assert used == [f"draft {n}" for n in range(len(used))]
    assert len(used) > 3


@pytest.fixture
def context(qapp, tmp_path):
    """All parts of the program; the test closes it."""
    paths = DataPaths.from_option(tmp_path)
    paths.create()
    context = AppContext.build(qapp, paths, arguments.parse(["--data-dir", str(tmp_path)]))
    yield context
    context.window.deleteLater()
    qapp.setPalette(QPalette())


def test_closing_the_window_gives_an_import_up(short, context, tmp_path, qtbot):
    progress = []
    context.library.importer.progressed.connect(progress.append)
    context.library.import_from(str(written(tmp_path, 2000)))
    writing = ImportPhase.WRITING
    qtbot.waitUntil(lambda: writing in [now.state for now in progress], timeout=30_000)
    assert context.close()
    chats = open_chats(context.paths.database)
    assert chats.store.chats() == []
    for _ in chats.store.clean_up():
        pass
    chats.close()
    assert rows(context.paths.database)["messages"] == 0


def test_what_an_earlier_run_left_is_wiped_once_the_window_is_there(context, tmp_path, qtbot):
    store = context.chats.store
    next(store.take_in([ChatTree(Chat(0, WORDS), (Message(1, 0, None, Role.USER, WORDS),), (1,))]))
    context.keep_house()
    backups = context.paths.database.parent / "backups"
    qtbot.waitUntil(lambda: any(backups.glob("chats-*.db")), timeout=30_000)
    assert rows(context.paths.database)["chats"] == 0  # and it is in no copy
    assert WORDS.encode() not in next(backups.glob("chats-*.db")).read_bytes()
    assert context.close()


# ---- Below the window


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 200), st.integers(1, 6), st.integers(1, 12), st.sampled_from([1, 300, 10**6]))
def test_giving_up_at_any_step_leaves_nothing_to_be_seen_and_nothing_when_it_was_wiped(
    tmp_path_factory, step, chats, messages, batch
):
    folder = tmp_path_factory.mktemp("import")
    opened = open_chats(folder / "chats.db")
    store = opened.store
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slices, "SLICE_SECONDS", 0)
        patch.setattr(stored_arrivals, "BATCH_CHARACTERS", batch)
        steps = import_steps(store, written(folder, chats, messages))
        for _ in zip(range(step), steps, strict=False):
            assert (store.chats(), store.trashed(), store.search("Hochkalter")) == ([], [], [])
            assert store.search("trip") == []
        steps.close()
        for _ in store.clean_up():
            assert (store.chats(), store.trashed(), store.search("Hochkalter")) == ([], [], [])
        data = (folder / "chats.db").read_bytes().lower()
        assert set(rows(folder / "chats.db").values()) == {0}
        for word in (*WORDS.lower().split(), "trip"):
            assert word.encode() not in data
    opened.close()


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_a_file_cut_anywhere_is_refused_before_anything_is_written(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("import")
    path = written(folder, 3)
    if data.draw(st.booleans()):
        tree = ChatTree(Chat(0, "t"), (Message(1, 0, None, Role.USER, "x"),), (1,))
        export_chats([tree] * 3, path, ExportFormat.JSON)
    whole = path.read_bytes().rstrip()
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    opened = open_chats(folder / "chats.db")
    changes = opened.database.changes
    with pytest.raises(ImportFileError):
        import_chats(opened.store, path)
    assert opened.database.changes == changes
    opened.close()


def test_a_file_that_changes_between_being_checked_and_being_brought_in_leaves_nothing(
    short, opened, store, tmp_path
):
    path = written(tmp_path, 3)
    steps = import_steps(store, path)
    assert [next(steps).state for _ in range(3)] == [ImportPhase.READING] * 3
    path.write_text(json.dumps([conversation(1), {"something": "else"}]))
    with pytest.raises(ImportFileError):
        list(steps)
    assert store.chats() == []
    list(store.clean_up())
    assert rows(tmp_path / "chats.db")["chats"] == 0


def test_a_file_of_our_own_with_its_members_in_another_order_is_read(store, tmp_path):
    path = tmp_path / "x.json"
    tree = ChatTree(Chat(0, "t"), (Message(1, 0, None, Role.USER, "x"),), (1,))
    export_chats([tree, tree], path, ExportFormat.JSON)
    path.write_text(json.dumps(json.loads(path.read_text()), sort_keys=True))
    assert path.read_text().startswith('{"chats"')
    assert len(import_chats(store, path).chat_ids) == 2


def test_only_one_conversation_is_in_memory_at_a_time(store, tmp_path):
    import tracemalloc

    path = tmp_path / "big.json"
    text = json.dumps(conversation(1, 40)).replace(WORDS, WORDS * 100)
    with open(path, "w") as file:
        file.write("[" + ",".join([text] * 150) + "]")
    size = path.stat().st_size
    assert size > 15_000_000
    steps = import_steps(store, path)
    tracemalloc.start()
    for _ in range(160):
        next(steps)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    steps.close()
    assert peak < size / 2


KILLED = """
import sys
from pathlib import Path
from ternchat.app.core.database import slices
from ternchat.app.core.database.opening import open_chats
from ternchat.app.core.importing.importer import import_steps
slices.SLICE_SECONDS = 0.002
store = open_chats(Path(sys.argv[1])).store
steps = import_steps(store, Path(sys.argv[2]))
while True:
    try:
        print(next(steps).state, flush=True)
    except StopIteration as end:
        store.welcome(end.value.arrivals)
        print("whole", flush=True)
        break
"""


def test_a_program_killed_in_the_middle_of_an_import_leaves_whole_chats_only(tmp_path):
    path, file = tmp_path / "chats.db", written(tmp_path, 150)
    moments = random.Random(7)
    wholes = 0
    for _ in range(8):
        lines = []
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path), str(file)], stdout=subprocess.PIPE, text=True
        ) as program:
            for _ in range(moments.randrange(140, 400)):
                lines.append(program.stdout.readline())
            program.send_signal(signal.SIGKILL)
            lines += program.stdout
        before, wholes = wholes, wholes + ("whole\n" in lines)
        chats = open_chats(path)
        there = chats.store.chats()
        # The last commit may not have been told any more.
        assert len(there) in (150 * wholes, 150 * (before + 1))
        wholes = len(there) // 150
        assert all(len(chats.store.messages(chat.id)) == 4 for chat in there)
        if moments.random() < 0.5:  # or the next run does it
            for _ in chats.store.clean_up():
                pass
            assert rows(path)["messages"] == 4 * len(there)
        chats.close()
    assert os.path.exists(path)


class Brackets:
    """A language in which every text stands in brackets."""

    def translate(self, _context, text, _count):
        return f"[{text}]"

    def number(self, value, _decimals):
        return f"<{value}>"


def test_places_in_a_file_are_told_in_the_language_of_the_person(tmp_path):
    path = tmp_path / "x.json"
    message = Message(1, 0, None, Role.USER, "x")
    export_chats([ChatTree(Chat(0, "t"), (message,), (1,))] * 3, path, ExportFormat.JSON)
    value = json.loads(path.read_text())
    value["chats"][2]["messages"][0]["text"] = 7
    path.write_text(json.dumps(value))
    language.set_language(Brackets())
    try:
        with pytest.raises(ImportFileError) as caught:
            list(import_steps(None, path))
    finally:
        language.set_language(language.English())
    words = "[[chat <3>], [message <1>], text is 7, not [a text]]"
    assert str(caught.value) == words

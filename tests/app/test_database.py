"""The database in every state it can be found in."""

import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.chat_store import StorageError
from ternchat.app.core.conversation import Chat, ChatTree, Message, Role, State
from ternchat.app.core.database.connection import Database, wal_is_sound
from ternchat.app.core.database.migrations import SCHEMA_VERSION
from ternchat.app.core.database.opening import open_chats
from ternchat.app.core.database.outcome import Finding
from ternchat.app.core.database.salvage import Salvage

VERSION_1 = Path(__file__).parent / "data" / "chats-v1.sql"
VERSION_2 = VERSION_1.with_name("chats-v2.sql")  # what it added
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "chats.db"


@pytest.fixture
def opened():
    """Opens databases, and closes them even after a failed test."""
    all_opened = []

    def open_(path, clock=lambda: datetime.now(UTC)):
        all_opened.append(open_chats(path, clock))
        return all_opened[-1]

    yield open_
    for each in all_opened:
        each.store.close()


def fill(store, chats=3, messages=40, text="Drops fall. " * 20):
    """Chats whose messages are numbered."""
    for number in range(chats):
        ids = range(1, messages + 1)
        tree = tuple(
            Message(
                i, 1, i - 1 or None, Role.ASSISTANT if i % 2 else Role.USER, f"{number}.{i} {text}"
            )
            for i in ids
        )
        store.add_tree(ChatTree(Chat(1, f"chat {number}"), tree, tuple(ids)))


def contents(store):
    """Title and texts of every chat."""
    return {c.title: [m.text for m in store.messages(c.id)] for c in store.chats()}


def sql(path, *statements):
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def filled(opened, path, **size):
    """A database with chats, closed again; and what it holds."""
    chats = opened(path)
    fill(chats.store, **size)
    held = contents(chats.store)
    chats.close()
    return held


def version_1(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1.read_text("utf-8"))


# Sound databases


def test_chats_are_there_again_after_a_restart(opened, path):
    held = filled(opened, path)
    again = opened(path)
    assert again.outcome.finding is Finding.SOUND
    assert again.outcome.problem is None
    assert contents(again.store) == held


def test_only_the_user_can_read_the_files(opened, path):
    old_mask = os.umask(0)
    try:
        chats = opened(path)
        chats.store.create_chat("x")
        chats.close()
    finally:
        os.umask(old_mask)
    files = [path, *path.parent.glob("chats.db*"), *(path.parent / "backups").iterdir()]
    assert len(files) >= 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_connection_is_set_up_to_keep_what_it_acknowledged(path):
    with closing(Database(path)) as database:
        values = {
            name: database.number(name)
            for name in ("synchronous", "foreign_keys", "trusted_schema", "cell_size_check",
                         "busy_timeout", "secure_delete", "mmap_size")
        }  # fmt: skip
        [(journal,)] = database.rows("PRAGMA journal_mode")
    assert values == {
        "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0, "cell_size_check": 1,
        "busy_timeout": 5000, "secure_delete": 1, "mmap_size": 0,
    }  # fmt: skip
    assert (journal == "wal") is wal_is_sound(sqlite3.sqlite_version_info)


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 45, 0), False),
        ((3, 50, 6), False), ((3, 50, 7), True), ((3, 51, 2), False), ((3, 51, 3), True),
        ((3, 54, 1), True), ((4, 0, 0), True),
    ],
)  # fmt: skip
def test_a_write_ahead_log_is_used_only_where_its_bug_is_repaired(version, sound):
    assert wal_is_sound(version) is sound


def test_a_growing_answer_is_not_written_again_and_again(opened, path):
    chats = opened(path)
    chat = chats.store.create_chat("t")
    answer = chats.store.add(chat.id, None, Role.ASSISTANT, "", State.WRITING)
    for i in range(5):
        chats.store.append_text(answer.id, f"{i} ")
    stored = "SELECT text FROM messages UNION ALL SELECT text FROM chunks"
    assert [text for (text,) in chats.database.rows(stored)] == ["", "0 ", "1 ", "2 ", "3 ", "4 "]
    chats.store.save(replace(chats.store.message(answer.id), state=State.DONE))
    assert chats.database.rows(stored) == [("0 1 2 3 4 ",)]


def test_an_answer_an_earlier_run_left_unfinished_is_interrupted(opened, path):
    store = opened(path).store
    chat = store.create_chat("t")
    question = store.add(chat.id, None, Role.USER, "one", State.DONE)
    answer = store.add(chat.id, question.id, Role.ASSISTANT, "", State.WRITING)
    store.append_text(answer.id, "half an answer")
    store.close()
    store = opened(path).store
    assert store.messages(chat.id)[1] == replace(
        answer, text="half an answer", state=State.INTERRUPTED
    )
    assert [hit.message_id for hit in store.search("answer")] == [answer.id]


def test_a_question_that_waited_still_waits_with_its_files(opened, path):
    store = opened(path).store
    chat = store.create_chat("t")
    question = store.add(chat.id, None, Role.USER, "one", State.DONE)
    paper = Attachment("a.txt", "text/plain", "words", None)
    store.add(chat.id, question.id, Role.USER, "two", State.QUEUED)
    store.add(chat.id, question.id, Role.USER, "three", State.QUEUED, [paper])
    store.close()
    store = opened(path).store
    assert [(m.text, m.state.value) for m in store.messages(chat.id)] == [
        ("one", "done"), ("two", "queued"), ("three", "queued"),
    ]  # fmt: skip
    assert store.messages(chat.id)[2].attachments == (paper,)


def test_what_was_deleted_long_ago_is_gone_from_the_file_itself(opened, path):
    chats = opened(path, lambda: NOW)
    kept = chats.store.create_chat("kept")
    first = chats.store.add(kept.id, None, Role.USER, "Zugspitze", State.DONE)
    chats.store.delete_message(first.id)
    chats.store.add(kept.id, None, Role.USER, "hello", State.DONE)
    chat = chats.store.create_chat("Watzmann")
    chats.store.add(chat.id, None, Role.USER, "Hochkalter", State.DONE)
    chats.store.trash([chat.id])
    chats.store.close()
    later = opened(path, lambda: NOW + timedelta(days=30))
    assert (later.store.trashed(), contents(later.store)) == ([], {"kept": ["hello"]})
    later.close()
    data = path.read_bytes().lower()
    assert b"hello" in data
    for word in (b"zugspitze", b"watzmann", b"hochkalter"):
        assert word not in data


# Backups and versions


def test_a_copy_is_kept_of_the_last_five_days_of_use(opened, path):
    for day in range(7):
        chats = opened(path, lambda day=day: NOW + timedelta(days=day))
        chats.store.create_chat(f"day {day}")
        chats.store.add(day + 1, None, Role.USER, "x", State.DONE)
        chats.close()
    copies = sorted(copy.name for copy in (path.parent / "backups").iterdir())
    assert copies == [f"chats-2026-03-0{day}.db" for day in range(3, 8)]
    newest = opened(path.parent / "backups" / copies[-1])
    assert "day 6" in contents(newest.store)


def test_a_session_that_changed_nothing_makes_no_copy_but_one_a_day_is_made(opened, path):
    filled(opened, path, chats=1, messages=1)
    [copy] = (path.parent / "backups").iterdir()
    copy.unlink()
    chats = opened(path)
    chats.close()
    assert not copy.exists()
    chats = opened(path)
    chats.back_up()
    assert copy.exists()


def test_a_backup_that_cannot_be_made_does_not_keep_the_program_from_ending(opened, path, caplog):
    (path.parent / "backups").write_text("in the way")
    chats = opened(path)
    chats.store.create_chat("x")
    chats.close()
    assert "no backup of the chats" in caplog.text


def test_version_1_is_migrated_after_a_copy_was_made(opened, path):
    version_1(path)
    before = path.read_bytes()
    chats = opened(path)
    assert chats.outcome.finding is Finding.MIGRATED
    assert chats.outcome.problem is None
    assert contents(chats.store) == {
        "Köln trip": ["Plan a day", " First the cathedral"],
        "Rain": ["What is rain?", " Water that falls."],
    }
    rain = chats.store.messages(1)
    assert rain[1].stats.new_tokens == 5
    assert chats.store.siblings(2) == [2, 3]
    assert chats.store.messages(4)[0].attachments[0].text == "Dom, Rhein"
    assert chats.store.messages(4)[1].state is State.INTERRUPTED
    assert (chats.store.draft(1), chats.store.draft(None)) == ("and snow?", "unsent")
    assert chats.store.settings(1) == {"temperature": 0.5}
    assert [h.message_id for h in chats.store.search("koln")] == [None]
    assert [h.message_id for h in chats.store.search("clouds")] == [3]
    [copy] = (path.parent / "backups").iterdir()
    assert copy.name.startswith(f"chats-before-v{SCHEMA_VERSION}-")
    assert len(copy.read_bytes()) == len(before)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)


def test_version_2_gets_folders_and_an_archive_after_a_copy_was_made(opened, path):
    version_1(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_2.read_text("utf-8"))
    chats = opened(path)
    assert chats.outcome.finding is Finding.MIGRATED
    store = chats.store
    assert [(c.title, c.folder, c.archived) for c in store.chats()] == [
        ("Köln trip", None, False),
        ("Rain", None, False),
    ]
    assert [h.message_id for h in store.search("clouds")] == [3]
    store.add_folder("Trips")
    store.move([4], "Trips")
    store.set_archived([1], True)
    chats.close()
    again = opened(path)
    assert again.outcome.finding is Finding.SOUND
    assert {c.title: (c.folder, c.archived) for c in again.store.chats()} == {
        "Köln trip": ("Trips", False),
        "Rain": (None, True),
    }
    copy = next((path.parent / "backups").glob(f"chats-before-v{SCHEMA_VERSION}-*"))
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (5,)


def test_what_is_under_way_or_deleted_is_found_without_a_look_at_all_messages(opened, path):
    chats = opened(path)
    chat = chats.store.create_chat("t")
    message = chats.store.add(chat.id, None, Role.USER, "x", State.DONE)
    connection = chats.database._connection
    asked = []
    connection.set_trace_callback(asked.append)
    chats.store._disk.end_unfinished()
    chats.store.purge_old()
    chats.store.delete_message(message.id)
    chats.store.restore_message(message.id)
    connection.set_trace_callback(None)
    plans = [
        row[3]
        for sql in asked
        if sql.startswith(("SELECT", "UPDATE"))
        for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")
    ]
    found = {
        name
        for name in ("in_hand", "deleted", "deleted_with")
        for p in plans
        if p.find(f"messages_{name}") > 0
    }
    assert found == {"in_hand", "deleted", "deleted_with"}
    assert [plan for plan in plans if plan == "SCAN messages"] == []


def test_a_migration_that_fails_changes_nothing(opened, path):
    version_1(path)
    # A table of the name that the migration wants to make.
    sql(path, "CREATE TABLE message_words (x)")
    chats = opened(path)
    assert chats.outcome.finding is Finding.UNAVAILABLE
    assert "message_words" in chats.outcome.problem.text
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (5,)
        assert not connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'title_words'"
        ).fetchall()


def test_a_newer_version_is_refused_with_a_sentence_but_can_be_read(opened, path):
    held = filled(opened, path)
    sql(path, "PRAGMA user_version = 99", "ALTER TABLE messages ADD COLUMN mood TEXT")
    before = path.read_bytes()
    chats = opened(path)
    assert chats.outcome.finding is Finding.NEWER
    assert "newer" in chats.outcome.problem.title
    assert contents(chats.store) == held
    assert chats.store.search("chat")
    with pytest.raises(StorageError, match="only be read"):
        chats.store.rename(1, "x")
    new = chats.store.create_chat("new")
    chats.store.add(new.id, None, Role.USER, "kept in memory", State.DONE)
    assert new.temporary
    chats.close()
    assert path.read_bytes() == before


def test_where_nothing_can_be_written_new_chats_still_come_into_folders(opened, path):
    filled(opened, path, chats=1)
    chats = opened(path)
    chats.store.add_folder("Work")
    chats.close()
    sql(path, "PRAGMA user_version = 99")
    before = path.read_bytes()
    store = opened(path).store
    [old] = store.chats()
    new = store.create_chat("new")
    store.add(new.id, None, Role.USER, "x", State.DONE)
    store.move([new.id], "Work")
    assert store.add_folder("Mine").name == "Mine"
    store.move([new.id], "Mine")
    store.set_archived([new.id], True)
    assert (store.chat(new.id).folder, store.chat(new.id).archived) == ("Mine", True)
    assert [folder.name for folder in store.folders()] == ["Mine", "Work"]
    store.set_folded("Work", True)  # is not remembered, and no reason to complain
    for change in (
        lambda: store.move([old.id], "Work"),
        lambda: store.set_archived([old.id], True),
        lambda: store.rename_folder("Work", "Job"),
        lambda: store.delete_folder("Work"),
    ):
        with pytest.raises(StorageError, match="only be read"):
            change()
    assert [folder.name for folder in store.folders()] == ["Mine", "Work"]
    assert path.read_bytes() == before


def test_a_newer_version_that_cannot_be_understood_is_left_alone(opened, path):
    filled(opened, path)
    sql(path, "PRAGMA user_version = 99", "ALTER TABLE messages RENAME COLUMN text TO body")
    before = path.read_bytes()
    chats = opened(path)
    assert chats.outcome.finding is Finding.UNAVAILABLE
    chats.store.create_chat("new")
    chats.close()
    assert path.read_bytes() == before


# Damaged files


def kept_files(path):
    return [file.name for file in path.parent.glob("chats.db.corrupt-*")]


def test_an_empty_file_is_a_new_database(opened, path):
    path.touch()
    chats = opened(path)
    assert chats.outcome.finding is Finding.SOUND
    assert chats.store.chats() == []


def test_an_empty_file_beside_a_backup_is_a_loss(opened, path):
    held = filled(opened, path)
    path.write_bytes(b"")
    chats = opened(path)
    assert chats.outcome.finding is Finding.RESCUED
    assert contents(chats.store) == held
    assert "came from the backup chats-" in chats.outcome.problem.text


def test_a_damaged_header_loses_nothing(opened, path):
    held = filled(opened, path)
    shutil.rmtree(path.parent / "backups")
    damaged = b"\xff" * 100 + path.read_bytes()[100:]
    path.write_bytes(damaged)
    chats = opened(path)
    assert chats.outcome.finding is Finding.RESCUED
    assert contents(chats.store) == held
    [kept] = kept_files(path)
    assert kept in chats.outcome.problem.advice
    assert (path.parent / kept).read_bytes() == damaged
    assert chats.store.search("drops")


def damage_pages_of(path, table, share):
    """Overwrite some of the pages that hold a table's rows."""
    with closing(sqlite3.connect(path)) as connection:
        pages = [
            page
            for (page,) in connection.execute(
                "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY pageno",
                [table],
            )
        ]
    chosen = pages[1 :: round(1 / share)]
    with open(path, "r+b") as file:
        for page in chosen:
            file.seek((page - 1) * 4096)
            file.write(b"\xa5" * 4096)
    return len(chosen) / len(pages)


def test_a_table_that_an_older_version_does_not_have_is_no_damage(path):
    version_1(path)
    salvage = Salvage.read(path)
    assert (salvage.complete, salvage.draft_files) == (True, {})


def test_files_of_drafts_are_rescued_even_those_whose_chat_is_lost(opened, path):
    store = opened(path).store
    chat = store.create_chat("Rain")
    store.add(chat.id, None, Role.USER, "x", State.DONE)
    papers = [Attachment(name, "text/plain", "words") for name in "abc"]
    store.set_draft_files(None, papers[:1])
    store.set_draft_files(chat.id, papers[1:2])
    store.close()
    sql(path, "INSERT INTO draft_files VALUES (99, 77, 'c', 'text/plain', 'words', NULL)")
    path.write_bytes(b"\xff" * 100 + path.read_bytes()[100:])
    store = opened(path).store
    assert store.draft_files(chat.id) == (papers[1],)
    assert store.draft_files(None) == (papers[0], papers[2])


def test_rows_on_sound_pages_are_rescued(opened, path):
    held = filled(opened, path, chats=3, messages=200)
    shutil.rmtree(path.parent / "backups")
    lost = damage_pages_of(path, "messages", 0.1)
    chats = opened(path)
    assert chats.outcome.finding is Finding.RESCUED
    rescued = {text for texts in contents(chats.store).values() for text in texts}
    known = {text for texts in held.values() for text in texts}
    assert rescued <= known
    assert len(rescued) >= (1 - lost) * len(known) - 30
    assert len(rescued) < len(known)
    # What stands before and behind a hole still makes one conversation.
    assert set(contents(chats.store)) == set(held)
    assert chats.outcome.rescue.messages == len(rescued)
    assert f"They hold {len(rescued)} messages." in chats.outcome.problem.text


def test_what_cannot_be_read_comes_from_the_backup(opened, path):
    filled(opened, path, chats=3, messages=200)
    chats = opened(path)
    chat = chats.store.create_chat("after the backup")
    chats.store.add(chat.id, None, Role.USER, "newest", State.DONE)
    held = contents(chats.store)
    chats.store.close()
    damage_pages_of(path, "messages", 0.1)
    chats = opened(path)
    assert contents(chats.store) == held
    assert 0 < chats.outcome.rescue.from_backup < 600
    assert "from the backup" in chats.outcome.problem.text


def test_a_damaged_index_loses_nothing_and_brings_nothing_back(opened, path):
    filled(opened, path)
    chats = opened(path)
    gone = chats.store.chats()[0]
    chats.store.purge([gone.id])
    held = contents(chats.store)
    chats.store.close()
    damage_pages_of(path, "messages_of_chat", 1)
    damage_pages_of(path, "message_words_data", 1)
    chats = opened(path)
    assert chats.outcome.finding is Finding.RESCUED
    assert contents(chats.store) == held
    assert chats.store.search("drops")


def test_folders_are_rescued_and_what_is_wrong_with_them_is_mended(opened, path):
    filled(opened, path, chats=3, messages=2)
    chats = opened(path)
    for name, chat in zip(("Work", "Home"), chats.store.chats(), strict=False):
        chats.store.add_folder(name)
        chats.store.move([chat.id], name)
    chats.close()
    shutil.rmtree(path.parent / "backups")
    sql(path, "DELETE FROM folders WHERE name = 'Home'")  # without minding who refers to it
    path.write_bytes(b"\xff" * 100 + path.read_bytes()[100:])
    chats = opened(path)
    assert chats.outcome.finding is Finding.RESCUED
    assert [folder.name for folder in chats.store.folders()] == ["Work"]
    assert sorted(str(chat.folder) for chat in chats.store.chats()) == ["None", "None", "Work"]


def test_a_damaged_file_of_an_older_version_is_rescued_whole(opened, path):
    version_1(path)
    path.write_bytes(b"\xff" * 100 + path.read_bytes()[100:])
    chats = opened(path)
    assert chats.outcome.finding is Finding.RESCUED
    assert chats.outcome.rescue.from_backup == 0
    assert contents(chats.store) == {
        "Köln trip": ["Plan a day", " First the cathedral"],
        "Rain": ["What is rain?", " Water that falls."],
    }
    assert chats.store.folders() == []


def test_a_file_of_something_else_is_kept_and_said_to_be_unreadable(opened, path):
    path.write_bytes(b"GIF89a" + os.urandom(20_000))
    chats = opened(path)
    assert chats.outcome.finding is Finding.RESCUED
    assert chats.outcome.problem.text.startswith("Nothing in the file could be read")
    assert chats.store.chats() == []
    assert len(kept_files(path)) == 1
    chats.store.create_chat("new")


def test_the_database_of_another_program_is_not_written_to(opened, path):
    sql(path, "CREATE TABLE songs (id INTEGER PRIMARY KEY, name TEXT)")
    before = path.read_bytes()
    chats = opened(path)
    assert chats.outcome.finding is Finding.RESCUED
    assert "another program" in chats.outcome.problem.details
    [kept] = kept_files(path)
    assert (path.parent / kept).read_bytes() == before


def test_a_damaged_backup_is_passed_over(opened, path):
    held = filled(opened, path, chats=1)
    chats = opened(path, lambda: datetime.now(UTC) + timedelta(days=1))
    chats.store.set_draft(None, "x")
    chats.close()
    newest = max((path.parent / "backups").iterdir(), key=lambda copy: copy.stat().st_mtime_ns)
    newest.write_bytes(b"no database")
    path.write_bytes(b"no database either")
    chats = opened(path)
    assert contents(chats.store) == held
    assert chats.outcome.rescue.backup.name != newest.name


def test_two_rescues_in_one_second_keep_both_files(opened, path):
    for content in (b"first" * 100, b"second" * 100):
        path.write_bytes(content)
        opened(path, lambda: NOW).store.close()
    kept = [(path.parent / name).read_bytes() for name in sorted(kept_files(path))]
    assert kept == [b"first" * 100, b"second" * 100]


@pytest.mark.parametrize("journal", ["-wal", "-journal"])
def test_a_journal_without_its_database_is_kept_but_not_played(opened, path, journal):
    held = filled(opened, path)
    path.rename(path.with_name("elsewhere"))
    left = Path(f"{path}{journal}")
    left.write_bytes(os.urandom(5000))
    chats = opened(path)
    assert (chats.outcome.finding, chats.store.chats()) == (Finding.NEW, [])
    assert len(list(path.parent.glob(f"chats.db.corrupt-*{journal}"))) == 1
    assert held


def test_a_stale_index_of_a_write_ahead_log_does_no_harm(opened, path):
    held = filled(opened, path)
    Path(f"{path}-shm").write_bytes(os.urandom(32768))
    assert contents(opened(path).store) == held


def test_hostile_values_in_a_sound_file_are_read_as_defaults(opened, path):
    filled(opened, path, chats=1, messages=2)
    sql(
        path,
        "UPDATE chats SET settings = '[1]', created = 9223372036854775807, used = -1 << 63",
        "UPDATE messages SET stats = '{\"x\":', created = -9000000000000000000",
        "UPDATE messages SET stats = '" + "[" * 100_000 + "' WHERE parent IS NULL",
    )
    store = opened(path).store
    [chat] = store.chats()
    assert store.settings(chat.id) == {}
    assert [m.stats for m in store.messages(chat.id)] == [None, None]


# Where it cannot be written


def test_a_locked_database_is_told_and_left_alone(opened, path, monkeypatch):
    monkeypatch.setattr("ternchat.app.core.database.connection.BUSY_TIMEOUT_SECONDS", 0.05)
    filled(opened, path, chats=1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        chats = opened(path)
    assert chats.outcome.finding is Finding.UNAVAILABLE
    assert "Another program is using" in chats.outcome.problem.text
    assert kept_files(path) == []


def test_a_full_disk_ends_in_a_sentence_and_loses_nothing(opened, path):
    chats = opened(path)
    fill(chats.store, chats=1)
    held = contents(chats.store)
    [(pages,)] = chats.database.rows("PRAGMA page_count")
    chats.database.rows(f"PRAGMA max_page_count = {pages}")
    last = chats.store.messages(1)[-1]
    for change in (
        lambda: fill(chats.store),
        lambda: chats.store.append_text(last.id, "x" * 100_000),
        lambda: chats.store.save(replace(last, text="x" * 100_000)),
    ):
        with pytest.raises(StorageError, match="disk is full"):
            change()
        assert contents(chats.store) == held
    chats.database.rows("PRAGMA max_page_count = 1000000")
    fill(chats.store)
    assert chats.database.damage() is None


CHILD = """
import resource, sys
from pathlib import Path
from ternchat.app.core.chat_store import StorageError
from ternchat.app.core.conversation import Chat, ChatTree, Message, Role, State
from ternchat.app.core.database.opening import open_chats
chats = open_chats(Path(sys.argv[1]))
print(chats.outcome.finding, flush=True)
if chats.outcome.problem:
    print(chats.outcome.problem.text, flush=True)
chat = chats.store.create_chat("t")
try:
    for i in range(2000):
        chats.store.add(chat.id, None, Role.USER, f"{i} " + "x" * 3000, State.DONE)
        print("kept", i, flush=True)
except StorageError as error:
    print(error, flush=True)
chats.close()
"""


def run_child(path, prefix=(), **more):
    command = [*prefix, sys.executable, "-c", CHILD, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_file_that_may_not_grow_keeps_what_was_acknowledged(opened, path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    lines = run_child(path, preexec_fn=limit)
    acknowledged = [line for line in lines if line.startswith("kept")]
    assert len(acknowledged) > 10
    assert any(word in lines[-1] for word in ("full", "disk reports"))
    chats = opened(path)
    assert chats.outcome.finding is Finding.SOUND
    assert len(chats.store.siblings(1)) >= len(acknowledged)


def without_privileges():
    """What to put before a command so that the permissions of files count for it."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of another kind")
@pytest.mark.parametrize("mode", [(0o400, 0o700), (0o600, 0o500)], ids=["file", "folder"])
def test_where_nothing_can_be_written_chats_can_be_read_and_new_ones_are_kept_in_memory(
    opened, path, mode
):
    filled(opened, path, chats=1)
    before = path.read_bytes()
    shutil.rmtree(path.parent / "backups")
    Path(f"{path}-journal").unlink(missing_ok=True)  # one that is there can be written to
    path.chmod(mode[0])
    path.parent.chmod(mode[1])
    try:
        lines = run_child(path, without_privileges())
    finally:
        path.parent.chmod(0o700)
    assert lines[0] == "read-only"
    assert "cannot be written to" in lines[1]
    assert lines[-1] == "kept 1999"
    assert path.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of another kind")
def test_chats_that_may_not_be_read_are_told_and_new_ones_are_kept_in_memory(opened, path):
    filled(opened, path, chats=1)
    path.chmod(0)
    lines = run_child(path, without_privileges())
    assert lines[0] == "unavailable"
    assert str(path) in lines[1]
    assert lines[-1] == "kept 1999"


def test_a_folder_in_the_place_of_the_file_is_told(opened, path):
    path.mkdir()
    chats = opened(path)
    assert chats.outcome.finding is Finding.UNAVAILABLE
    chats.store.create_chat("in memory")
    chats.close()
    assert path.is_dir()

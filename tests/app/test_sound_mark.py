"""A large file of chats is checked at the start unless nothing can have happened to it."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from ternchat.app.core.conversation import Role, State
from ternchat.app.core.database import sound_mark
from ternchat.app.core.database.connection import Database, DatabaseDamagedError
from ternchat.app.core.database.opening import open_chats
from ternchat.app.core.database.outcome import Finding

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def large(monkeypatch):
    """Every file counts as large."""
    monkeypatch.setattr(sound_mark, "LARGE_BYTES", 0)


@pytest.fixture
def path(tmp_path):
    """Chats that were closed as they should be."""
    path = tmp_path / "chats.db"
    chats = open_chats(path, lambda: NOW)
    chat = chats.store.create_chat("Rain")
    chats.store.add(chat.id, None, Role.USER, "question " * 2000, State.DONE)
    chats.close()
    return path


@pytest.fixture
def checks(monkeypatch):
    """The files that were checked."""
    checked, damage = [], Database.damage

    def noted(database):
        checked.append(database.path.name)
        return damage(database)

    monkeypatch.setattr(Database, "damage", noted)
    return checked


def opened(path, moment=NOW):
    chats = open_chats(path, lambda: moment)
    titles = [chat.title for chat in chats.store.chats()]
    return chats, titles


def test_a_file_that_was_closed_today_is_not_checked_again(path, checks):
    for _ in range(3):
        chats, titles = opened(path)
        assert (chats.outcome.finding, titles) == (Finding.SOUND, ["Rain"])
        chats.store.set_draft(None, f"draft {len(titles)}")
        chats.close()
    assert checks == []


def test_it_is_checked_once_a_day(path, checks):
    for _ in range(3):
        opened(path, NOW + timedelta(days=1))[0].close()
    assert checks == ["chats.db"]


def test_it_is_checked_after_a_run_that_did_not_end_well(path, checks):
    opened(path)[0].database.close()  # as when the program is killed
    opened(path)[0].close()
    assert checks == ["chats.db"]


def test_it_is_checked_and_rescued_when_something_else_has_written_to_it(path, checks):
    with open(path, "r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 3 * 4096)
    chats, titles = opened(path)
    assert (chats.outcome.finding, titles) == (Finding.RESCUED, ["Rain"])
    assert checks[0] == "chats.db"
    chats.close()


def test_it_is_checked_when_a_journal_is_to_be_brought_in(path, checks):
    path.with_name("chats.db-journal").write_bytes(b"x" * 600)
    opened(path)[0].close()
    assert checks == ["chats.db"]


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[1]", None])
def test_a_mark_that_says_something_else_counts_for_nothing(path, checks, content):
    mark = path.with_name("chats.db.sound")
    if content is None:
        mark.unlink()
    else:
        mark.write_bytes(content)
    opened(path)[0].close()
    assert checks == ["chats.db"]


def test_a_file_in_which_damage_was_met_gets_no_mark_and_is_rescued_at_the_next_start(path):
    chats, _ = opened(path)
    os.truncate(path, 8192)
    with pytest.raises(DatabaseDamagedError):
        chats.store.tree(1)
    chats.close()
    assert not path.with_name("chats.db.sound").exists()
    chats, _ = opened(path)
    assert chats.outcome.finding is Finding.RESCUED
    chats.close()


def test_only_the_user_can_read_the_mark(path):
    assert path.with_name("chats.db.sound").stat().st_mode & 0o077 == 0


def test_a_small_file_gets_no_mark(tmp_path, monkeypatch, checks):
    monkeypatch.setattr(sound_mark, "LARGE_BYTES", 1 << 26)
    path = tmp_path / "small.db"
    opened(path)[0].close()
    opened(path)[0].close()
    assert checks == ["small.db"]
    assert not path.with_name("small.db.sound").exists()

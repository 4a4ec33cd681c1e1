"""`ternchat chats`: chats go out and come in at the terminal."""

import json
import subprocess
import sys

import pytest

from ternchat.app.core.conversation import Role, State
from ternchat.app.core.data_lock import DataLock
from ternchat.app.core.database.opening import open_chats


@pytest.fixture
def folder(tmp_path):
    """A data folder with two chats."""
    folder = tmp_path / "data"
    folder.mkdir()
    chats = open_chats(folder / "chats.db")
    for title in ("Rain", "A \x1b[31mred\ntitle"):
        chat = chats.store.create_chat(title)
        question = chats.store.add(chat.id, None, Role.USER, f"About {title}", State.DONE)
        chats.store.add(chat.id, question.id, Role.ASSISTANT, "☔", State.DONE)
    chats.close()
    return folder


@pytest.fixture
def chats(folder):
    """Runs the command on that folder."""

    def run(*args, data=folder):
        command = [sys.executable, "-m", "ternchat.app", "chats", *args, "--data-dir", str(data)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return run


def test_chats_are_listed_one_a_line(chats):
    done = chats("list")
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()
    assert first.endswith("  A \N{REPLACEMENT CHARACTER}[31mred title")
    assert second.split()[0] == "1"
    assert second.endswith("  Rain")


def test_the_list_says_where_a_chat_is_kept(chats, folder, tmp_path):
    opened = open_chats(folder / "chats.db")
    opened.store.add_folder("Wo\x1brk")
    opened.store.move([1], "Wo\x1brk")
    opened.store.set_archived([1], True)
    opened.close()
    line = chats("list").stdout.splitlines()[1]
    assert line.endswith("  Rain  [Wo\N{REPLACEMENT CHARACTER}rk, archived]")
    chats("export", "--chat", "1", str(tmp_path / "rain.json"))
    chats("import", str(tmp_path / "rain.json"), data=tmp_path / "new")
    again = chats("list", data=tmp_path / "new").stdout
    assert again.split("  ")[-1] == line.split("  ")[-1] + "\n"


def test_a_file_is_written_as_it_is_named(chats, tmp_path):
    for name, beginning in (("a.json", "{"), ("a.md", "# "), ("a.html", "<!doctype html>")):
        assert chats("export", str(tmp_path / name)).returncode == 0
        assert (tmp_path / name).read_text("utf-8").startswith(beginning)


def test_one_chat_is_printed(chats):
    done = chats("export", "--chat", "1", "--format", "markdown", "-")
    assert done.returncode == 0
    assert done.stdout.startswith("# Rain\n")
    assert "red" not in done.stdout


def test_what_was_exported_can_be_imported_elsewhere(chats, tmp_path):
    file = tmp_path / "all.json"
    chats("export", str(file))
    done = chats("import", str(file), data=tmp_path / "new")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{file}: 2 chats, 4 messages\n"
    again = chats("export", "-", data=tmp_path / "new")
    before = json.loads(file.read_text("utf-8"))["chats"]
    assert json.loads(again.stdout)["chats"] == before


def test_while_the_window_is_open_chats_can_go_out_but_not_come_in(chats, folder, tmp_path):
    file = tmp_path / "all.json"
    lock = DataLock(folder)
    lock.acquire()
    try:
        assert chats("export", str(file)).returncode == 0
        done = chats("import", str(file))
    finally:
        lock.release()
    assert done.returncode == 1
    assert "already running" in done.stderr
    assert len(chats("list").stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["export", "--chat", "99", "-"], "there is no chat 99"),
        (["export", "missing/x.json"], "cannot be written"),
        (["import", "missing.json"], "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_line(chats, args, sentence):
    done = chats(*args)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_chats_there_is_nothing_to_write_and_nothing_is_made(chats, tmp_path):
    done = chats("export", "-", data=tmp_path / "empty")
    assert done.returncode == 1
    assert "there are no chats" in done.stderr
    assert not (tmp_path / "empty").exists()


def test_wrong_use_ends_with_2(chats):
    for args in ([], ["nonsense"], ["export"], ["export", "--format", "pdf", "-"], ["import"]):
        assert chats(*args).returncode == 2

"""A program killed in the middle of writing loses nothing that was acknowledged."""

import os
import random
import signal
import subprocess
import sys

import pytest

from ternchat.app.core.conversation import Role, State
from ternchat.app.core.database.opening import open_chats
from ternchat.app.core.database.outcome import Finding

WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from ternchat.app.core.conversation import Role, State
from ternchat.app.core.database.opening import open_chats
store = open_chats(Path(sys.argv[1])).store
chat = store.create_chat("t")
last = None
for turn in range(10_000):
    question = store.add(chat.id, last, Role.USER, f"question {turn}", State.DONE)
    print(chat.id, "question", turn, flush=True)
    answer = store.add(chat.id, question.id, Role.ASSISTANT, "", State.WRITING)
    text = ""
    for piece in range(5):
        store.append_text(answer.id, f"{turn}.{piece} ")
        text += f"{turn}.{piece} "
        print(chat.id, "piece", turn, piece, flush=True)
    store.save(replace(answer, text=text, state=State.DONE))
    print(chat.id, "answer", turn, flush=True)
    last = answer.id
"""
TYPIST = """
import sys
from pathlib import Path
from ternchat.app.core.attachments import Attachment
from ternchat.app.core.database.opening import open_chats
from ternchat.app.core.drafts import Drafts
store = open_chats(Path(sys.argv[1])).store
chat_id = next((chat.id for chat in store.chats()), None)
drafts = Drafts(store)
for turn in range(10_000):
    drafts.set(chat_id, f"draft {turn}")
    drafts.save()
    print("text", turn, flush=True)
    names = [f"{turn}-{number}" for number in range(turn % 3)]
    drafts.set_files(chat_id, [Attachment(name, "text/plain", "x" * 9_000) for name in names])
    print("files", turn, flush=True)
"""
WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from ternchat.app.cli import arguments
from ternchat.app.context import AppContext
from ternchat.app.core.paths import DataPaths
folder, *to_attach = sys.argv[1:]
app = QApplication([])
paths = DataPaths.from_option(folder)
paths.create()
context = AppContext.build(app, paths, arguments.parse(["--data-dir", folder]))
context.settings.restore()
composer = context.window.page.composer
def tell():
    files = composer.attachments.files
    if files and not composer.attachments.reading:
        print(composer.prompt.toPlainText(), *(file.name for file in files), flush=True)
        timer.stop()
timer = QTimer()
timer.timeout.connect(tell)
timer.start(20)
if to_attach:
    composer.prompt.setPlainText("Look:")
    context.controller.close()  # as half a second later
    composer.attachments.add_paths(to_attach)
app.exec()
"""
KILLS = 20


def run_until_killed(path, acknowledgements, program=WRITER):
    """Let the writer work until so many lines were printed, and kill it; all its lines."""
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        lines = [writer.stdout.readline() for _ in range(acknowledgements)]
        writer.send_signal(signal.SIGKILL)  # wherever it is by now
        return lines + [line for line in writer.stdout if line.endswith("\n")]


def test_nothing_acknowledged_is_lost_however_often_the_program_is_killed(tmp_path):
    path = tmp_path / "chats.db"
    moments = random.Random(4)
    acknowledged = []
    for _ in range(KILLS):
        acknowledged += run_until_killed(path, moments.randrange(1, 40))
        chats = open_chats(path)
        assert chats.outcome.finding is Finding.SOUND
        check(chats.store, acknowledged)
        chats.close()


def check(store, acknowledged):
    held = {chat.id: store.messages(chat.id) for chat in store.chats()}
    for line in acknowledged:
        chat_id, what, turn, *piece = line.split()
        messages = held[int(chat_id)]
        question, answer = 2 * int(turn), 2 * int(turn) + 1
        if what == "question":
            assert messages[question].text == f"question {turn}"
        elif what == "piece":
            assert f"{turn}.{piece[0]} " in messages[answer].text
        else:
            assert messages[answer].state is State.DONE
            assert messages[answer].text == "".join(f"{turn}.{i} " for i in range(5))
    for messages in held.values():
        assert {m.state for m in messages[:-1]} <= {State.DONE}
        assert messages[-1].state in (State.DONE, State.INTERRUPTED)


@pytest.mark.parametrize("place", ["the chat to come", "a chat"])
def test_a_draft_keeps_its_words_and_files_when_the_program_is_killed(tmp_path, place):
    path = tmp_path / "chats.db"
    chats = open_chats(path)
    chat_id = None
    if place == "a chat":
        chat_id = chats.store.create_chat("t").id
        chats.store.add(chat_id, None, Role.USER, "x", State.DONE)
    chats.close()
    moments = random.Random(5)
    for _ in range(5):
        lines = run_until_killed(path, moments.randrange(2, 40), TYPIST)
        turn = {kind: int(turn) for kind, turn in map(str.split, lines)}
        chats = open_chats(path)
        assert chats.outcome.finding is Finding.SOUND
        files = chats.store.draft_files(chat_id)
        assert int(chats.store.draft(chat_id).split()[1]) in (turn["text"], turn["text"] + 1)
        of_turns = [[f"{n}-{i}" for i in range(n % 3)] for n in (turn["files"], turn["files"] + 1)]
        assert [file.name for file in files] in of_turns
        assert all(file.text == "x" * 9_000 for file in files)
        chats.close()


def told_by_window(*arguments):
    """What the program's window says of its composer before it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", WINDOW, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    ) as program:
        line = program.stdout.readline()
        program.send_signal(signal.SIGKILL)
    return line.split()


def test_attached_files_are_there_again_after_the_window_was_killed(tmp_path):
    names = ["notes.md", "rain.txt"]
    for name in names:
        (tmp_path / name).write_text("words " * 500)
    data = tmp_path / "data"
    assert told_by_window(data, *(tmp_path / name for name in names)) == ["Look:", *names]
    for name in names:
        (tmp_path / name).unlink()  # the text that was read is what is kept
    assert told_by_window(data) == ["Look:", *names]

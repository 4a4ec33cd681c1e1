"""A program killed in the middle of writing loses nothing that was acknowledged."""

import random
import signal
import subprocess
import sys

from ternchat.app.core.conversation import State
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
KILLS = 20


def run_until_killed(path, acknowledgements):
    """Let the writer work until so many lines were printed, and kill it; all its lines."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
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

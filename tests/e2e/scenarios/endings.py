"""The program ends while it works."""

import json
import signal
import time
from pathlib import Path

from program import SLOWLY


def the_window_closes_while_an_answer_is_written(program, model):
    """At once, when the system says so."""
    begin_story(program, model)
    program.end()


def the_window_closes_while_a_model_loads(program, model):
    """Also in the first moments."""
    program.start("--model", model)
    program.end()


def a_person_is_asked_before_an_answer_is_cut_off_and_it_can_be_continued(program, model):
    """The window asks; after a restart the answer is gone on with."""
    desktop = program.desktop
    begin_story(program, model)
    desktop.key("ctrl+q")
    desktop.press("Go on writing")
    desktop.wait(lambda: not desktop.has("Go on writing"))
    assert desktop.has("Stop")
    desktop.focus_window("Tell me a story")
    desktop.key("ctrl+q")
    desktop.press("Stop and close")
    assert program.wait_for_end(30) == 0
    program.start("--model", model, *SLOWLY)
    if not desktop.has("Conversation"):
        desktop.key("ctrl+Tab")
    desktop.wait(lambda: "Tell me a story" in program.conversation())
    before = program.answer_words()
    desktop.press("Continue")
    desktop.wait_for("Stop")
    desktop.wait(lambda: len(program.answer_words()) > len(before))
    desktop.press("Stop")
    desktop.wait_for("Send")
    program.end()


def killed_in_an_answer(program, model, notes):
    """Kill -9 in the middle; what had stood there two seconds before is noted."""
    begin_story(program, model)
    seen = []  # when, and what stood there

    def two_seconds_ago():
        return [words for moment, words in seen if moment < time.monotonic() - 2][-1:]

    def long_enough():
        seen.append((time.monotonic(), program.answer_words()))
        return any(len(words) > 20 for words in two_seconds_ago())

    program.desktop.wait(long_enough)
    program.send_signal(signal.SIGKILL)
    program.wait_for_end(30)
    Path(notes).write_text(json.dumps(two_seconds_ago()[0]))


def the_chat_is_there_after_the_kill(program, notes):
    """And of the answer at most two seconds are missing."""
    then = json.loads(Path(notes).read_text())
    program.start()
    program.desktop.key("ctrl+Tab")
    program.desktop.wait(lambda: "Tell me a story" in program.conversation())
    kept = program.answer_words()
    assert kept[: len(then) - 1] == then[:-1], (kept, then)
    program.end()


def begin_story(program, model):
    """Let the slow model begin to answer."""
    program.start("--model", model, *SLOWLY)
    program.send("Tell me a story")
    program.desktop.wait_for("Answer")

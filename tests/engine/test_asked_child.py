"""A child process that is asked: bounded in time and memory, ended with every question."""

import os
import sys
import threading

import psutil
import pytest

from ternchat.engine.asked_child import (
    AskedChild,
    ChildEnded,
    ChildError,
    ChildTooLarge,
    ChildTooSlow,
    resident_bytes,
)

MB = 1 << 20
BEGIN = """
import os, sys, threading
from ternchat.engine import frames
out, questions = sys.stdout.buffer, sys.stdin.buffer
def say(number, data):
    frames.write(out, number, data)
def next_question():
    frame = frames.read(questions, 1 << 30)
    if frame is None:
        os._exit(0)
    return frame
def hello():
    say(0, b'{"pid": %d}' % os.getpid())
"""
ECHO = "hello()\nwhile True: say(*next_question())"
SILENT = "hello()\nwhile True: next_question()"


@pytest.fixture
def start():
    children = []

    def start(code, memory_bytes=1024 * MB):
        children.append(AskedChild([sys.executable, "-c", BEGIN + code], memory_bytes))
        return children[-1]

    yield start
    for child in children:
        child.end()


def has_ended(child):
    return child._process.wait(60) is not None


def test_questions_are_answered_each_with_its_own_answer(start):
    child = start(ECHO)
    questions = [child.begin(b"%d" % i * i) for i in range(100)]
    assert [q.answer(60) for q in questions] == [b"%d" % i * i for i in range(100)]


def test_answers_may_come_in_any_order(start):
    child = start("hello()\nfirst, second = next_question(), next_question()\n"
                  "say(*second); say(*first); next_question()")  # fmt: skip
    first, second = child.begin(b"first"), child.begin(b"second")
    assert (second.answer(60), first.answer(60)) == (b"second", b"first")


def test_several_threads_can_ask_at_once(start):
    child = start(ECHO)
    wrong = []

    def ask(name):
        wrong.extend(i for i in range(200) if child.ask(name * i, 60) != name * i)

    threads = [threading.Thread(target=ask, args=(name,)) for name in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_question_larger_than_any_pipe_reaches_a_child_that_answers_another_first(start):
    child = start("hello()\nfirst = next_question(); say(*first); say(*next_question())\n"
                  "next_question()")  # fmt: skip
    large = b"x" * (5 * MB)
    small, huge = child.begin(b"small"), child.begin(large)
    assert (small.answer(60), huge.answer(60)) == (b"small", large)


def test_a_child_that_takes_too_much_memory_is_ended(start):
    child = start("hello(); next_question(); x = []\nwhile True: x.append(b'x' * 10**6)", 50 * MB)
    with pytest.raises(ChildTooLarge):
        child.ask(b"", 60)
    assert not child.is_alive


def test_a_child_that_takes_too_long_is_ended(start):
    child = start(SILENT)
    child.wait_until_ready(60)
    other = child.begin(b"")
    with pytest.raises(ChildTooSlow, match="longer than 0 seconds"):
        child.ask(b"", 0.2)
    with pytest.raises(ChildEnded):  # it was not this question
        other.answer(60)
    assert has_ended(child)


def test_what_a_pause_raises_ends_the_child_and_every_question(start):
    child = start(SILENT)
    other = child.begin(b"")

    class Enough(Exception):
        pass

    def pause():
        raise Enough

    with pytest.raises(Enough):
        child.ask(b"", 60, pause)
    with pytest.raises(ChildError):
        other.answer(60)
    assert has_ended(child)


def test_a_question_can_be_broken_off_while_its_child_does_not_even_read(start):
    child = start("hello(); threading.Event().wait()")
    steps = iter(range(3))
    with pytest.raises(StopIteration):
        child.ask(b"x" * (5 * MB), 60, lambda: next(steps))
    assert has_ended(child)


def test_whoever_has_something_else_to_do_can_look_now_and_then(start):
    child = start("hello(); next_question(); frame = next_question(); say(1, b'late')\n"
                  "next_question()")  # fmt: skip
    question = child.begin(b"")
    assert not question.look(60)
    child.begin(b"go on")
    assert question.answer(60) == b"late"
    assert question.look(0)


def test_the_end_of_a_child_answers_its_questions_and_those_after(start):
    child = start("hello(); next_question(); sys.exit(3)")
    with pytest.raises(ChildError, match="it ended"):
        child.ask(b"", 60)
    assert not child.is_alive
    with pytest.raises(ChildError, match="it ended"):
        child.ask(b"", 60)


@pytest.mark.parametrize(
    "said",
    [
        "say(7, b'')",
        "say(0, b'{}')",
        "say(0, b'[')",
        "say(0, b'[]')",
        "say(0, b'[' * 100_000)",
        "say(0, b'{\"pid\": 1e999}')",
        "out.write(b'\\xff' * 8); out.flush()",
        "out.write(b'\\0\\0\\0\\x09\\0\\0\\0\\1short'); out.flush(); os._exit(0)",
        "os.close(1)",
    ],
)
def test_a_child_that_says_what_it_never_says_is_ended(start, said):
    child = start(f"hello(); next_question(); {said}; threading.Event().wait()")
    with pytest.raises(ChildError):
        child.ask(b"", 60)
    assert has_ended(child)


def test_one_that_never_starts_is_told(start):
    with pytest.raises(ChildError):
        start("sys.exit(1)").wait_until_ready(60)


def test_the_child_ends_with_whoever_asks_it():
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from ternchat.engine.asked_child import AskedChild\n"
        f"child = AskedChild([sys.executable, '-c', {BEGIN + SILENT!r}], 1 << 30)\n"
        "child.wait_until_ready(60); print(child.pid, flush=True); input()"
    )
    parent = psutil.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True)
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    psutil.wait_procs([child], timeout=60)
    assert not child.is_running()


@pytest.mark.skipif(os.name != "posix", reason="elsewhere it has no console")
def test_a_key_press_at_the_terminal_is_not_for_the_child(start):
    child = start(ECHO)
    child.wait_until_ready(60)
    assert os.getpgid(child.pid) != os.getpgid(0)


def test_a_process_that_is_gone_has_no_memory(start):
    child = start(ECHO)
    child.wait_until_ready(60)
    assert resident_bytes(child.pid) > MB
    child.end()
    assert has_ended(child)
    assert resident_bytes(child.pid) == 0

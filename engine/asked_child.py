"""A child process that answers questions, held to bounds of time and memory on every system."""

import contextlib
import itertools
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue
from typing import BinaryIO, cast

import psutil

from ternchat.engine import frames
from ternchat.engine.errors import Words
from ternchat.engine.windows_job import Job

Pause = Callable[[], object]
"""Called again and again while one waits; what it raises ends the wait."""

_LOOK_SECONDS = 0.01
_MAX_ANSWER_BYTES = 64 << 20
_APART = getattr(subprocess, "CREATE_NO_WINDOW", 0)

log = logging.getLogger(__name__)


class ChildError(Exception):
    """A question that got no answer.

    Attributes:
        reason: why, as half a sentence.
    """

    def __init__(self, reason: Words) -> None:
        super().__init__(str(reason))
        self.reason = reason


class ChildEnded(ChildError):
    """The process ended, by itself or because somebody else broke off a question."""


class ChildTooSlow(ChildError):
    """The process was ended because the answer took too long."""


class ChildTooLarge(ChildError):
    """The process was ended because it took too much memory."""


def nothing() -> None:
    """Does nothing: a pause that nobody asks for."""


class AskedChild:
    """A running process that reads frames from its input and writes an answer to each.

    Its first frame (frames.HELLO) says {"pid": ...}; from then on it may take `memory_bytes` more
    than it has. Several threads can ask at once. Whoever breaks off a question ends the process:
    nothing else stops what it may be at.
    """

    def __init__(
        self, command: Sequence[str], memory_bytes: int, env: Mapping[str, str] | None = None
    ) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env,
            start_new_session=os.name == "posix",  # Ctrl+C at the terminal is not for it
            creationflags=_APART,
        )
        self._memory_bytes = memory_bytes
        self._pid = self._process.pid
        self._most_bytes: int | None = None
        self._job: Job | None = None
        self._lock = threading.Lock()
        self._numbers = itertools.count(frames.HELLO + 1)
        self._outbox: SimpleQueue[tuple[int, bytes] | None] = SimpleQueue()
        self._error: ChildError | None = None
        self._hello = Question(self)
        self._open = {frames.HELLO: self._hello}
        for work in (self._send, self._receive):
            threading.Thread(target=work, name="child's pipe", daemon=True).start()

    @property
    def pid(self) -> int:
        """The number of the process that answers."""
        return self._pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._error is None and self._process.poll() is None

    def wait_until_ready(self, seconds: float, pause: Pause = nothing) -> None:
        """Wait until it has started; ChildError when it does not."""
        self._hello.answer(seconds, pause)

    def ask(self, data: bytes, seconds: float, pause: Pause = nothing) -> bytes:
        """The answer to a question; ChildError when there is none in time."""
        return self.begin(data).answer(seconds, pause)

    def begin(self, data: bytes) -> "Question":
        """A question on its way, for whoever does something else meanwhile."""
        question = Question(self)
        with self._lock:
            if self._error is not None:
                question.settle(self._error)
                return question
            number = next(self._numbers)
            self._open[number] = question
        self._outbox.put((number, data))
        return question

    def check_memory(self) -> None:
        """Raises ChildTooLarge, and ends the process, when it has more than it may."""
        if self._most_bytes is not None and resident_bytes(self._pid) > self._most_bytes:
            self.end(ChildTooLarge(Words("it took more memory than it may")))

    def end(self, error: ChildError | None = None) -> None:
        """End it, and at once all questions; it has nothing to lose."""
        with self._lock:
            if self._error is None:
                self._error = error or ChildEnded(Words("it was ended"))
            questions, self._open = list(self._open.values()), {}
        self._outbox.put(None)
        self._process.kill()
        if self._job is not None:
            self._job.close()
        for question in questions:
            question.settle(self._error)

    # ---- The two threads that its pipes belong to -----------------------------------------------

    def _send(self) -> None:
        with contextlib.suppress(OSError), cast("BinaryIO", self._process.stdin) as requests:
            while (frame := self._outbox.get()) is not None:
                frames.write(requests, *frame)

    def _receive(self) -> None:
        problem = Words("it ended without an answer")
        with cast("BinaryIO", self._process.stdout) as answers:
            try:
                while (frame := frames.read(answers, _MAX_ANSWER_BYTES)) is not None:
                    self._take(*frame)
            except Exception as error:  # whatever it said
                problem = never_says(error)
        self.end(ChildEnded(problem))
        self._process.wait()  # not in `end`: a gigabyte is not given back at once

    def _take(self, number: int, data: bytes) -> None:
        if number == frames.HELLO:
            self._bound(int(json.loads(data)["pid"]))
        with self._lock:
            question = self._open.pop(number, None)
            if question is None and self._error is None:
                raise LookupError(f"there is no question {number}")
        if question is not None:
            question.settle(data)

    def _bound(self, pid: int) -> None:
        """Hold it to its memory; a launcher may stand between us and it (Windows, frozen)."""
        self._pid = pid
        self._most_bytes = resident_bytes(pid) + self._memory_bytes
        if sys.platform == "win32":
            try:
                self._job = Job(pid, self._most_bytes)
            except OSError as error:
                log.warning("a child process runs without a job object: %s", error)


class Question:
    """Something a child was asked; several threads can wait for the answer."""

    def __init__(self, child: AskedChild) -> None:
        self._child = child
        self._began = time.monotonic()
        self._settled = threading.Event()
        self._answer: bytes | ChildError | None = None

    def answer(self, seconds: float, pause: Pause = nothing) -> bytes:
        """The answer, no later than so long after the question; ChildError when there is none.

        What `pause` raises ends the child.
        """
        try:
            while not self._settled.wait(_LOOK_SECONDS):
                pause()
                self.look(seconds)
        except BaseException:
            self._child.end()
            raise
        if not isinstance(self._answer, bytes):
            raise self._answer or ChildEnded(Words("it was not answered"))
        return self._answer

    def look(self, seconds: float) -> bool:
        """Whether it is settled; a child that takes too long or too much is ended."""
        if not self._settled.is_set():
            if time.monotonic() > self._began + seconds:
                reason = Words("it took longer than {seconds} seconds", seconds=round(seconds))
                self.settle(ChildTooSlow(reason))
                self._child.end()
            self._child.check_memory()
        return self._settled.is_set()

    def settle(self, answer: bytes | ChildError) -> None:
        """Give the answer, or say why there is none; what comes later does not count."""
        if self._answer is None:
            self._answer = answer
        self._settled.set()


def never_says(error: Exception) -> Words:
    """Why an answer is none, where the child does not keep to what was agreed."""
    return Words("it said what it never says: {error}", error=str(error))


def resident_bytes(pid: int) -> int:
    """What a process has in memory; 0 when it is gone."""
    try:
        size: int = psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return 0
    return size

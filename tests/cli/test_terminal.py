"""`ternchat chat` at a terminal."""

import os
import re
import select
import subprocess
import time
from collections.abc import Iterator

import pytest

from .conftest import PROGRAM

pty = pytest.importorskip("pty")
PROMPT = r"> $"


class Terminal:
    """A pseudo-terminal with the program in it."""

    def __init__(self, environment: dict[str, str], *arguments: object) -> None:
        try:
            self._main, side = pty.openpty()
        except OSError as error:
            pytest.skip(f"no pseudo-terminal can be opened here: {error}")
        self.child = subprocess.Popen(
            [*PROGRAM, *map(str, arguments)],
            stdin=side,
            stdout=side,
            stderr=side,
            env={**environment, "TERM": "dumb"},
            start_new_session=True,
            preexec_fn=take_terminal,
        )
        os.close(side)
        self.text = ""

    def type(self, text: str) -> None:
        """Type, with "\\x03" for Ctrl+C and "\\x04" for Ctrl+D."""
        self.text = ""
        os.write(self._main, text.encode())

    def wait_for(self, pattern: str, seconds: float = 60) -> str:
        """What was printed since the last typing, once it matches."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            if not select.select([self._main], [], [], max(0, end - time.monotonic()))[0]:
                pytest.fail(f"{pattern!r} did not appear in {self.text!r}")
            try:
                self.text += os.read(self._main, 65536).decode("utf-8", "replace")
            except OSError:
                pytest.fail(f"the program ended before {pattern!r}: {self.text!r}")
        return self.text

    def exit_code(self) -> int:
        """The exit code, once the program ends."""
        return self.child.wait(timeout=30)

    def leave(self, key: str) -> int:
        """The exit code after pressing a key until the program ends.

        One press may get lost: readline waits on when a signal comes just after its prompt.
        """
        for _ in range(10):
            self.type(key)
            try:
                return self.child.wait(timeout=3)
            except subprocess.TimeoutExpired:
                continue
        pytest.fail(f"{key!r} does not end the program")

    def close(self) -> None:
        """End the program if it still runs."""
        self.child.kill()
        self.child.wait()
        os.close(self._main)


def take_terminal() -> None:
    """Make stdin the controlling terminal, so that Ctrl+C reaches the program."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def terminal(environment) -> Iterator[Terminal]:
    """A terminal with Fledgling in it."""
    opened = Terminal(environment, "chat", "--seed", "1", "--temperature", "0")
    yield opened
    opened.close()


@pytest.fixture
def endless_terminal(environment, endless_model) -> Iterator[Terminal]:
    """A terminal with a model that does not stop by itself."""
    opened = Terminal(environment, "chat", "--seed", "1", "--model", endless_model)
    yield opened
    opened.close()


def test_an_answer_is_followed_by_its_numbers_and_a_prompt(terminal):
    terminal.wait_for(PROMPT)
    terminal.type("What is your name?\n")
    text = terminal.wait_for(r"(?s)tokens at .*" + PROMPT)
    assert re.search(r"\[\d+ tokens at [\d.]+/s, \d+ read at [\d.]+/s, context \d+ of 256\]", text)


def test_the_second_turn_reads_only_what_is_new(terminal):
    terminal.wait_for(PROMPT)
    read = []
    for message in ("Hi", "What is your name?"):
        terminal.type(f"{message}\n")
        text = terminal.wait_for(r"(?s)context .*" + PROMPT)
        read.append(int(re.search(r"(\d+) read", text)[1]))
        context = int(re.search(r"context (\d+)", text)[1])
    assert read[1] < context // 2


def test_new_forgets_and_quit_leaves(terminal):
    terminal.wait_for(PROMPT)
    terminal.type("Hi\n")
    first = terminal.wait_for(r"(?s)context .*" + PROMPT)
    terminal.type("/new\n")
    terminal.wait_for(r"(?s)new chat.*" + PROMPT)
    terminal.type("Hi\n")
    second = terminal.wait_for(r"(?s)context .*" + PROMPT)
    assert re.search(r"context \d+", first)[0] == re.search(r"context \d+", second)[0]
    terminal.type("/quit\n")
    assert terminal.exit_code() == 0


@pytest.mark.parametrize("command", ["/help", "/frobnicate"])
def test_help_lists_the_commands_and_unknown_ones_lead_to_it(terminal, command):
    terminal.wait_for(PROMPT)
    terminal.type(f"{command}\n")
    assert "/help" in terminal.wait_for(r"(?s)\n.*" + PROMPT).partition("\n")[2]


def test_ctrl_d_leaves(terminal):
    terminal.wait_for(PROMPT)
    terminal.type("\x04")
    assert terminal.exit_code() == 0


def test_ctrl_c_stops_the_answer_and_the_next_one_leaves(endless_terminal):
    endless_terminal.wait_for(PROMPT)
    endless_terminal.type("Hello\n")
    # Unread from here on, the answer soon fills the terminal and waits: it cannot end by itself,
    # however long this process is kept from running.
    endless_terminal.wait_for(r"\n.{20}")
    endless_terminal.type("\x03")
    endless_terminal.wait_for(r"(?s), stopped\].*" + PROMPT)
    assert endless_terminal.leave("\x03") == 0


def test_a_full_context_is_explained_and_new_helps(terminal):
    terminal.wait_for(PROMPT)
    terminal.type("word " * 400 + "\n")
    terminal.wait_for(r"(?s)context.*/new.*" + PROMPT)
    terminal.type("Hi\n")
    terminal.wait_for(r"(?s)context \d+ of 256.*" + PROMPT)


def test_a_terminal_is_not_sent_control_characters(endless_terminal):
    endless_terminal.wait_for(PROMPT)
    endless_terminal.type("Hello\n")
    endless_terminal.wait_for(r"(?s)\n.{500}")
    answer = re.sub(r"\r\x1b\[K|reading \d+ of \d+|loading \d+ %", "", endless_terminal.text)
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", answer)
    endless_terminal.type("\x03")
    endless_terminal.wait_for(PROMPT)

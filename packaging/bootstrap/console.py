"""Progress lines, and commands whose output is shown only when they fail."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile

TAIL_LINES = 12


class StartError(Exception):
    """Something the user has to know or do; the message is a sentence."""


def say(text: str) -> None:
    """A progress line on stderr: stdout belongs to the program that is started."""
    print(f"start.py: {text}", file=sys.stderr, flush=True)


def run_quietly(
    what: str,
    command: Sequence[str | Path],
    advice: str,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run a command that takes a while; a failure shows the end of its output and `advice`."""
    say(f"{what} …")
    start = time.monotonic()
    with TemporaryFile() as output:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
        code = _wait(child, start)
        if code:
            output.seek(0)
            text = output.read().decode("utf-8", "replace")
            print("\n".join(text.splitlines()[-TAIL_LINES:]), file=sys.stderr)
            raise StartError(f"{what}: failed (exit code {code}). {advice}")


def _wait(child: subprocess.Popen[bytes], start: float) -> int:
    """The exit code; meanwhile a terminal sees the seconds go by."""
    live = sys.stderr.isatty()
    try:
        while True:
            try:
                return child.wait(timeout=1)
            except subprocess.TimeoutExpired:
                if live:
                    seconds = time.monotonic() - start
                    print(f"\r  {seconds:.0f} s", end="", file=sys.stderr, flush=True)
    finally:
        if live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        if child.poll() is None:
            child.terminate()
            child.wait()

"""What all commands share at the terminal: exit codes, one-line errors, progress."""

import io
import os
import signal
import sys
import time
from collections.abc import Callable

from ternchat.app.core.errors import AppError
from ternchat.engine.errors import EngineError

EXIT_OK = 0
EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 128 + signal.SIGINT
# What a shell sees of a program that SIGPIPE ended; Windows has no such signal.
EXIT_BROKEN_PIPE = 128 + 13

_REDRAW_SECONDS = 0.1


def guarded(action: Callable[[], int]) -> int:
    """The exit code of `action`, with everything expected to go wrong said in one line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character gets a question mark, not an error.
            stream.reconfigure(errors="replace")
    try:
        code = action()
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Nobody reads any more: leave nothing for the interpreter to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_PIPE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except AppError as error:
        return fail(f"{str(error).rstrip('.')}. {error.advice}" if error.advice else str(error))
    except (EngineError, OSError, ValueError) as error:
        return fail(str(error))
    except MemoryError:
        return fail("not enough memory")


def fail(message: str, code: int = EXIT_ERROR) -> int:
    """Print one line on stderr; gives the exit code."""
    line = printable(" ".join(message.split()))
    print(f"ternchat: {line}", file=sys.stderr, flush=True)
    return code


def printable(text: str) -> str:
    """The text without the control characters a terminal would obey."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


class ProgressLine:
    """A line on stderr that is drawn over itself; nothing at all when stderr is no terminal."""

    def __init__(self) -> None:
        self._enabled = sys.stderr.isatty()
        self._drawn = 0.0
        self._visible = False

    def show(self, text: str) -> None:
        """Draw the line, at most ten times a second."""
        now = time.monotonic()
        if self._enabled and now - self._drawn >= _REDRAW_SECONDS:
            self._drawn = now
            self._visible = True
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._visible:
            self._visible = False
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

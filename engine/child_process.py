"""Commands that start a part of the program in a process of its own, installed or frozen."""

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import psutil

FLAG = "--ternchat-child"
"""What a frozen program is started with to be a child: FLAG, the child's name, its arguments."""

_NICE = 10  # of 19
_POLL_SECONDS = 0.1
_CHILDREN = ("template_child", "tokenizer_child", "measure_speed", "self_test")
_ASKED = ("template_child", "tokenizer_child")  # on their standard input, with which they end


def module_command(name: str, *args: str, package: str = "ternchat.engine") -> list[str]:
    """Starts a module of a package as a program; environment and current folder do not count."""
    if is_frozen():
        return [sys.executable, FLAG, name, *args]
    return [sys.executable, "-I", "-m", f"{package}.{name}", *args]


def script_command(name: str, package: str) -> list[str]:
    """Starts the same file as a script that has nothing to import but one package.

    Its first argument is the folder of that package.
    """
    if is_frozen():
        return [sys.executable, FLAG, name]
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ImportError(f"the package {package} is not installed")
    script = Path(__file__).with_name(f"{name}.py")
    return [sys.executable, "-I", "-S", str(script), str(Path(spec.origin).parents[1])]


def call(
    command: Sequence[str], is_cancelled: Callable[[], bool] = lambda: False
) -> subprocess.CompletedProcess[bytes] | None:
    """Run a command to its end; None when it was cancelled on the way.

    A child that asks for it (`end_with_parent`) does not outlive this process.
    """
    with (
        _lifeline() as line,
        subprocess.Popen(
            command, stdin=line, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as child,
    ):
        while True:
            try:
                out, errors = child.communicate(timeout=_POLL_SECONDS)
            except subprocess.TimeoutExpired:
                if is_cancelled():
                    child.kill()
                    child.communicate()
                    return None
            else:
                return subprocess.CompletedProcess(command, child.returncode, out, errors)


def be(name: str, *args: str) -> int:
    """Be the child of that name; gives the exit code."""
    if name not in _CHILDREN:
        raise ValueError(f"there is no child {name!r}")
    if name not in _ASKED:
        end_with_parent()
    code: int = import_module(f"ternchat.engine.{name}").main(*args)
    return code


def end_with_parent() -> None:
    """Let this process end when the one that started it by `call` is gone, killed ones too."""
    try:
        is_pipe = stat.S_ISFIFO(os.fstat(0).st_mode)
    except OSError:
        return  # no standard input at all
    if is_pipe:  # otherwise a person has started it
        threading.Thread(target=_end_with_input, name="parent's end", daemon=True).start()


def _end_with_input() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


@contextmanager
def _lifeline() -> Iterator[int]:
    """The end of a pipe for a child to read; the other one closes with this process."""
    read, write = os.pipe()
    try:
        yield read
    finally:
        os.close(read)
        os.close(write)


def let_others_first() -> None:
    """Give this process so low a priority that a window beside it is not felt to be slower."""
    process = psutil.Process()
    try:
        process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if psutil.WINDOWS else _NICE)
    except (psutil.Error, OSError):
        return  # then it is one of many


def is_frozen() -> bool:
    """Whether the program is one executable that brings its own Python."""
    return bool(getattr(sys, "frozen", False))

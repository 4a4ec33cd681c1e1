"""Commands that start a part of the engine in a process of its own, installed or frozen."""

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

FLAG = "--ternchat-child"
"""What a frozen program is started with to be a child: FLAG, the child's name, its arguments."""

_CHILDREN = ("template_child",)


def module_command(name: str, *args: str) -> list[str]:
    """Starts ternchat.engine.<name> as a program; environment and current folder do not count."""
    if is_frozen():
        return [sys.executable, FLAG, name, *args]
    return [sys.executable, "-I", "-m", f"ternchat.engine.{name}", *args]


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


def run(name: str, *args: str) -> int:
    """Be the child of that name; gives the exit code."""
    if name not in _CHILDREN:
        raise ValueError(f"there is no child {name!r}")
    code: int = import_module(f"ternchat.engine.{name}").main(*args)
    return code


def is_frozen() -> bool:
    """Whether the program is one executable that brings its own Python."""
    return bool(getattr(sys, "frozen", False))

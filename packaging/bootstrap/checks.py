"""The checks: style, types, tests."""

import os
import subprocess
from collections.abc import Sequence

from .console import say
from .dev_tree import make_tree
from .environment import Environment, read_project


def run_checks(environment: Environment, pytest_arguments: Sequence[str]) -> int:
    """Run all checks, pytest last; 0 when every one passes."""
    python = [str(environment.python), "-m"]
    typed = read_project(environment.root)["tool"]["mypy"]["files"]
    packages = [part for name in typed for part in ("-p", f"ternchat.{name.replace('/', '.')}")]
    steps = {
        "ruff check": [*python, "ruff", "check", "."],
        "ruff format": [*python, "ruff", "format", "--check", "."],
        "mypy": [*python, "mypy", *packages],
        "pytest": [*python, "pytest", *pytest_arguments],
    }
    tree = make_tree(environment.root)
    failed: list[str] = []
    for name, command in steps.items():
        if name == "pytest" and failed:
            say(f"failed: {', '.join(failed)} (see above)")
        say(name)
        variables = {**os.environ, "MYPYPATH": str(tree)} if name == "mypy" else None
        result = subprocess.run(command, cwd=environment.root, env=variables, check=False)
        if result.returncode:
            failed.append(name)
    return 1 if failed else 0

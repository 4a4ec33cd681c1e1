"""start.py's two commands."""

import os
import subprocess
from collections.abc import Sequence

from .checks import run_checks
from .console import StartError, say
from .environment import Environment, require_program


def main(arguments: Sequence[str]) -> int:
    """Prepare what is needed, then run the program or the checks; gives the exit code."""
    environment = Environment()
    try:
        if arguments and arguments[0] == "test":
            environment.prepare(tests=True)
            return run_checks(environment, arguments[1:])
        environment.prepare(tests=False)
        return _start_program(environment, arguments)
    except StartError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("stopped")
        return 130


def _start_program(environment: Environment, arguments: Sequence[str]) -> int:
    program = str(require_program(environment.program("ternchat")))
    if os.name == "nt":
        # Windows' exec returns to the shell at once, with the program still running.
        return subprocess.run([program, *arguments], check=False).returncode
    os.execv(program, [program, *arguments])

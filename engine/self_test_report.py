"""What a self-test found, and how one is run in a process of its own.

A processor that stumbles over the model then ends the child, not the program.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ternchat.engine.child_process import call, module_command


class Kind(StrEnum):
    """What the results were held against."""

    REFERENCE = "reference"  # the tokens that this model is known to give
    CONSISTENCY = "consistency"  # another kernel set of this machine
    SINGLE = "single"  # nothing: this machine has only one


@dataclass(frozen=True)
class Report:
    """How the test went.

    Attributes:
        passed: None when it could not be made.
        text: a sentence for a person.
        kind: None where it did not get so far.
        kernel: the kernel set that was tested.
    """

    passed: bool | None
    text: str
    kind: Kind | None = None
    kernel: str = ""


def run_self_test(
    folder: Path,
    isa: str | None = None,
    threads: int | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Report:
    """Test the model in a folder; a cancelled test is none."""
    command = module_command("self_test", str(folder), isa or "", str(threads or ""))
    done = call(command, is_cancelled)
    if done is None:
        return Report(None, "The test was cancelled.")
    return _report(done.returncode, done.stdout, done.stderr)


def _report(code: int, answer: bytes, errors: bytes) -> Report:
    if code < 0:
        return Report(False, f"The test was ended by the system (signal {-code}).")
    try:
        values: dict[str, Any] = json.loads(answer)
        kind = values["kind"]
        return Report(**values | {"kind": None if kind is None else Kind(kind)})
    except (ValueError, TypeError, KeyError):
        last = errors.decode("utf-8", "replace").strip().rpartition("\n")[2]
        return Report(False, f"The test broke off: {last[:200] or f'exit code {code}'}.")

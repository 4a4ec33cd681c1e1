"""What a self-test found, and how one is run in a process of its own.

A processor that stumbles over the model then ends the child, not the program.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from ternchat.engine.child_process import call, module_command
from ternchat.engine.errors import Words


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
        words: the text again, for whoever says it in another language.
    """

    passed: bool | None
    text: str
    kind: Kind | None = None
    kernel: str = ""
    words: Words | None = field(default=None, compare=False)

    @classmethod
    def of(
        cls, passed: bool | None, words: Words, kind: Kind | None = None, kernel: str = ""
    ) -> "Report":
        """The report that says this."""
        return cls(passed, str(words), kind, kernel, words)

    def to_json(self) -> str:
        """The report for another process."""
        words = None if self.words is None else self.words.data()
        return json.dumps(asdict(replace(self, words=None)) | {"words": words})


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
        return Report.of(None, Words("The test was cancelled."))
    return _report(done.returncode, done.stdout, done.stderr)


def _report(code: int, answer: bytes, errors: bytes) -> Report:
    if code < 0:
        return Report.of(
            False, Words("The test was ended by the system (signal {signal}).", signal=-code)
        )
    try:
        values: dict[str, Any] = json.loads(answer)
        kind = values["kind"]
        words = Words.from_data(values.get("words"))
        return Report(**values | {"kind": None if kind is None else Kind(kind), "words": words})
    except (ValueError, TypeError, KeyError):
        last = errors.decode("utf-8", "replace").strip().rpartition("\n")[2]
        why = last[:200] or f"exit code {code}"
        return Report.of(False, Words("The test broke off: {why}.", why=why))

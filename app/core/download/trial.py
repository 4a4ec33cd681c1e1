"""Tries an installed model on this computer, and writes down what was found."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from threading import Event
from typing import Protocol

from ternchat.app.core.language import sentence
from ternchat.app.core.model_record import ModelRecord
from ternchat.app.core.progress import State
from ternchat.app.core.told import told
from ternchat.app.core.transfer_faults import Fault

from .background import Call
from .tools import Moment, Tools


class TestReport(Protocol):
    """What trying a model found."""

    @property
    def passed(self) -> bool | None:
        """Whether it works; None when that could not be tried."""

    @property
    def text(self) -> str:
        """A sentence about it."""

    @property
    def words(self) -> object:
        """The same as words that can be said in another language; None where there are none."""


# The event is set when nobody wants to know any more.
SelfTest = Callable[[Path, Event], TestReport]


def trial(
    recorded: Path, files: Path, self_test: SelfTest, tools: Tools
) -> Generator[Moment, None, str]:
    """Let the engine try the model unless it passed before; what was said about it.

    `recorded` is the folder with its record, `files` the one it is loaded from. A model that fails
    is kept.
    """
    record = ModelRecord.read(recorded)
    if record is None or record.tested:
        return ""
    said = ""
    call = Call(lambda: self_test(files, tools.control.stopped))
    for report in call.ticks(tools.clock, tools.policy.tick_seconds):
        if report is None:
            yield Moment(State.TESTING)
            continue
        said = report.text if report.words is None else told(report.words)
        if report.passed is not None:
            record.with_test(report.passed).write(recorded)
        if report.passed is False:
            raise Fault.SELF_TEST.error(
                sentence("every file is right, but trying it failed: {text}", text=said)
            )
    return said

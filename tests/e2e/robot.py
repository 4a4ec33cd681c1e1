"""Plays scenarios, one after the other: a line of JSON comes in, a line goes out.

{"scenario": "chatting.name", "command": [...], "log": "...", "pictures": "...", "options": [...],
"args": [...], "fresh": false} is answered with {"error": null}, or with what went wrong. With
`fresh` the scenario starts the program by itself; else it finds one running, that of the scenario
before where command and options are the same. See desktop.py for who runs this, and how.
"""

import importlib
import json
import os
import sys
import traceback
from pathlib import Path

from desktop import Desktop
from program import Program

MANAGED = "--window-manager"  # as a desktop usually has one


class Stage:
    """A desktop with at most one program on it."""

    def __init__(self, desktop):
        self._desktop = desktop
        self._program, self._started_as = None, None

    def play(self, scenario, command, log, pictures, options, args, fresh):
        """Play one scenario; what went wrong, in words with a picture, or None."""
        module, name = scenario.split(".")
        act = getattr(importlib.import_module(f"scenarios.{module}"), name)
        try:
            program = self._prepare(command, log, options, fresh)
            act(program, *args)
        except Exception:
            return self._explain(scenario, Path(pictures))
        return None

    def leave(self):
        """End the program that still runs; it must do so quietly."""
        program, self._program = self._program, None
        if program is not None and program.running:
            program.end()

    def _prepare(self, command, log, options, fresh):
        start = (command, options)
        if fresh or start != self._started_as or not self._program.running:
            self.leave()
            self._program = Program(self._desktop, command, log)
            self._started_as = None if fresh else start
            if not fresh:
                self._program.start(*options)
        return self._program

    def _explain(self, scenario, pictures):
        words = traceback.format_exc()
        picture = pictures / f"{scenario}.png"
        try:
            self._desktop.screenshot(picture)
        except Exception as error:
            picture = error
        if self._program is not None:
            self._program.kill()
        self._started_as = None
        return f"{words}\nThe screen then: {picture}"


def main():
    """Answer requests until there are no more."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is said goes to stderr
    desktop = Desktop(managed=MANAGED in sys.argv)
    stage = Stage(desktop)
    try:
        print(json.dumps({"ready": True}), file=answers, flush=True)
        for line in sys.stdin:
            error = stage.play(**json.loads(line))
            print(json.dumps({"error": error}), file=answers, flush=True)
        stage.leave()
    finally:
        desktop.close()


if __name__ == "__main__":
    main()

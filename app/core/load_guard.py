"""Notices when loading a model took the whole program down, and does not do it again unasked."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from .atomic_file import write_atomically

MAX_CRASHES = 2
_MAX_BYTES = 100_000


class LoadGuard:
    """Marks in a folder: one for each program that is loading, and a count of crashes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._counts = folder / "crashes.json"

    @contextmanager
    def loading(self, model: str) -> Iterator[None]:
        """Within it the model is being loaded; leaving it in whatever way means no crash."""
        self.take_stock()
        mark = self._folder / f"loading-{os.getpid()}.json"
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            started = psutil.Process().create_time()
            write_atomically(mark, json.dumps({"model": model, "started": started}).encode())
        try:
            yield
        except BaseException:
            _remove(mark)  # an error in words is no crash, but no proof of health either
            raise
        _remove(mark)
        self._count(model, 0)

    def may_load_unasked(self, model: str) -> bool:
        """False after two crashes in a row; a person may still try."""
        self.take_stock()
        return self.crashes(model) < MAX_CRASHES

    def crashes(self, model: str) -> int:
        """How many times in a row loading the model ended the program."""
        count = self._read(self._counts).get(model, 0)
        return count if isinstance(count, int) else 0

    def take_stock(self) -> None:
        """Count the marks of programs that are gone."""
        try:
            marks = list(self._folder.glob("loading-*.json"))
        except OSError:
            return
        for mark in marks:
            values = self._read(mark)
            if not _is_running(mark, values.get("started")):
                _remove(mark)
                model = values.get("model")
                if isinstance(model, str):
                    self._count(model, self.crashes(model) + 1)

    def _count(self, model: str, crashes: int) -> None:
        counts = self._read(self._counts)
        if counts.get(model, 0) == crashes:
            return
        counts[model] = crashes
        counts = {name: count for name, count in counts.items() if count}
        with suppress(OSError):
            write_atomically(self._counts, json.dumps(counts).encode())

    @staticmethod
    def _read(path: Path) -> dict[str, object]:
        try:
            with path.open("rb") as file:
                values = json.loads(file.read(_MAX_BYTES))
        except (OSError, ValueError, RecursionError):
            return {}
        return values if isinstance(values, dict) else {}


def _is_running(mark: Path, started: object) -> bool:
    """Whether the program that made the mark is still there; numbers of programs come again."""
    try:
        process = psutil.Process(int(mark.stem.removeprefix("loading-")))
        created = process.create_time()
    except (ValueError, psutil.Error):
        return False
    return isinstance(started, (int, float)) and abs(created - started) < 2


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)

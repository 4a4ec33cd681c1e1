"""Spares a large file its check at the start, where nothing happened to it since the last one."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

LARGE_BYTES = 64 << 20  # a check of this much takes a quarter of a second


class SoundMark:
    """A file beside the database, there only while nobody uses it: what it was like when closed.

    A large database is checked once a day then, and whenever it was not closed by this program.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._mark = path.with_name(f"{path.name}.sound")
        self._clock = clock

    def take(self) -> bool:
        """Whether the file was checked today and is as it was closed; the mark is gone then."""
        try:
            marked = json.loads(self._mark.read_bytes())
            self._mark.unlink()
            return bool(marked == self._seen(self._today()) and not self._has_journal())
        except (OSError, ValueError):
            return False

    def leave(self, checked: date) -> None:
        """The file is closed, and was sound on that day."""
        try:
            if self._path.stat().st_size >= LARGE_BYTES:
                self._mark.touch(mode=0o600)
                self._mark.write_text(json.dumps(self._seen(checked)), "utf-8")
        except OSError:
            with suppress(OSError):  # then it is checked
                self._mark.unlink()

    def _seen(self, checked: date) -> dict[str, object]:
        stat = os.stat(self._path)
        return {
            "size": stat.st_size,
            "mtime_ns": stat.st_mtime_ns,
            "checked": checked.isoformat(),
        }

    def _today(self) -> date:
        return self._clock().astimezone().date()

    def _has_journal(self) -> bool:
        """Whether something is still to be brought into the file."""
        journals = (self._path.with_name(f"{self._path.name}{end}") for end in ("-journal", "-wal"))
        return any(journal.exists() and journal.stat().st_size > 0 for journal in journals)

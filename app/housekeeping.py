"""Keeps what lies on the disk in order while the window lives: wipes what is deleted, copies."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from ternchat.app.workers.job_thread import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from ternchat.app.core.chat_store import ChatStore
    from ternchat.app.core.control import Control
    from ternchat.app.workers.job_thread import JobThread

CLEAN_UP, BACK_UP = "wipe deleted chats", "back up chats"
PAUSE_SECONDS = 0.02  # between pieces: nobody waits for this

log = logging.getLogger(__name__)


class Housekeeping(QObject):
    """Gives what can wait to the thread that also imports, one thing after the other."""

    def __init__(self, store: ChatStore, jobs: JobThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._jobs = store, jobs

    @Slot()
    def clean_up(self) -> None:
        """Wipe what was deleted for ever; what is deleted while that is done has its own turn."""
        self._jobs.start(Job(CLEAN_UP, "", self._clean_up))

    @Slot()
    def make_room(self) -> None:
        """Something that somebody waits for is to be done first; `clean_up` goes on later."""
        self._jobs.cancel(CLEAN_UP)

    def back_up(self, copy: Callable[[Callable[[], None]], None]) -> None:
        """Make a copy; it is given what it is to do between its pieces."""

        def work(_report: object, control: Control) -> None:
            def rest() -> None:
                if control.stopped.wait(PAUSE_SECONDS):
                    raise Interrupted

            try:
                copy(rest)
            except Interrupted:
                log.info("the program ends: no copy of the chats now")

        self._jobs.start(Job(BACK_UP, "", work))

    def _clean_up(self, _report: object, control: Control) -> None:
        for _ in self._store.clean_up():
            if control.stopped.wait(PAUSE_SECONDS):
                return


class Interrupted(Exception):
    """The copy is not to be made to its end."""

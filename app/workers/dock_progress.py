"""How far all downloads are together, for the program's icon in task bar or dock."""

import logging
from collections.abc import Callable, Collection

from PySide6.QtCore import QObject, Qt, Slot

from ternchat.app.core.progress import Progress, State

from .taskbar import BarState, TaskbarProgress

_STEPS = 100

log = logging.getLogger(__name__)


class DockProgress(QObject):
    """Tells about what runs; else about what is paused; a failure until somebody sees it.

    A hundred times from beginning to end. Where the system refuses, that is said once in the log,
    and tried again with the next step.
    """

    def __init__(self, taskbar: TaskbarProgress, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._taskbar = taskbar
        self._last: dict[str, Progress] = {}  # of each that runs, is paused or has failed
        self._is_looked_at = False
        self._told: tuple[int | None, BarState] | None = None  # in steps; None: nothing is shown
        self._has_complained = self._has_ended = False

    @Slot(object)
    def on_progress(self, progress: Progress) -> None:
        """Count what happened to one of them."""
        self._last.pop(progress.name, None)
        ended = (State.READY, State.CANCELLED, State.QUEUED)
        if progress.state not in ended:
            self._last[progress.name] = progress
        self._update()

    @Slot(Qt.ApplicationState)
    def on_application_state(self, state: Qt.ApplicationState) -> None:
        """Somebody looks at the program, or turns to another one."""
        self._is_looked_at = state == Qt.ApplicationState.ApplicationActive
        self._update()

    @Slot()
    def close(self) -> None:
        """Show nothing from now on: the program ends."""
        self._has_ended = True
        self._update()

    def _update(self) -> None:
        running = [progress for progress in self._last.values() if progress.state.active]
        if not running and self._is_looked_at:
            self._forget_failures()
        failed = self._in_state(State.FAILED)
        shown = running or failed or self._in_state(State.PAUSED)
        if self._has_ended or not shown:
            self._tell(None)
        elif failed:
            self._tell((_steps(shown), BarState.FAILED))
        else:
            self._tell((_steps(shown), BarState.RUNNING if running else BarState.PAUSED))

    def _in_state(self, state: State) -> list[Progress]:
        return [progress for progress in self._last.values() if progress.state is state]

    def _forget_failures(self) -> None:
        """They are told in the window."""
        for progress in self._in_state(State.FAILED):
            del self._last[progress.name]

    def _tell(self, what: tuple[int | None, BarState] | None) -> None:
        if what == self._told:
            return
        self._told = what
        if what is None:
            self._attempt(self._taskbar.clear)
            return
        steps, state = what
        fraction = None if steps is None else steps / _STEPS
        self._attempt(lambda: self._taskbar.show(fraction, state))

    def _attempt(self, action: Callable[[], None]) -> None:
        """Whatever the system does, downloads go on without it."""
        try:
            action()
        except Exception as error:
            if not self._has_complained:
                self._has_complained = True
                log.warning("the task bar shows no progress: %s", error)


def _steps(shown: Collection[Progress]) -> int | None:
    """How much of what is known to come is there; None while nothing is known."""
    known = [progress for progress in shown if progress.total_bytes]
    total = sum(progress.total_bytes or 0 for progress in known)
    done = sum(progress.done_bytes for progress in known)
    return _STEPS * min(done, total) // total if total else None

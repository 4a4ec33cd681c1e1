"""Writes chats into a file while the window goes on living."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from ternchat.app.core.errors import AppError
from ternchat.app.core.export.exporting import export_steps
from ternchat.app.core.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from ternchat.app.core.chat_store import ChatStore
    from ternchat.app.core.export.exporting import ExportProgress
    from ternchat.app.core.export.formats import ExportFormat

# So long at a time the window waits: chats are read by the connection of its thread.
SLICE_SECONDS = 0.012


class Exporter(QObject):
    """Does one export at a time, in slices between the events of the window.

    Signals:
        began: an export is under way.
        progressed: how far it is (ExportProgress).
        written: the file stands there, with so many chats.
        ended: nothing is under way any more, however it ended.
        problem_raised: the file could not be written (Problem).
    """

    began = Signal()
    progressed = Signal(object)
    written = Signal(int)
    ended = Signal()
    problem_raised = Signal(object)

    def __init__(self, store: ChatStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._steps: Generator[ExportProgress] | None = None
        self._total = 0
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(self.cancel)

    @property
    def is_busy(self) -> bool:
        """Whether an export is under way."""
        return self._steps is not None

    def start(self, chat_ids: Sequence[int], path: Path, format_: ExportFormat) -> None:
        """Begin an export; one that is under way is given up."""
        self.cancel()
        self._total = len(chat_ids)
        self._steps = export_steps(self._store, chat_ids, path, format_)
        self._timer.start()
        self.began.emit()

    @Slot()
    def cancel(self) -> None:
        """Give up what is under way; a file that stood there before still does."""
        if self._steps is not None:
            self._steps.close()
            self._end()

    @Slot()
    def _go_on(self) -> None:
        assert self._steps is not None, "the timer runs with an export only"
        until = monotonic() + SLICE_SECONDS
        try:
            for progress in self._steps:
                if monotonic() >= until:
                    self.progressed.emit(progress)
                    return
        except AppError as error:
            self._end()
            self.problem_raised.emit(Problem.of(error))
        else:
            self._end()
            self.written.emit(self._total)

    def _end(self) -> None:
        self._steps = None
        self._timer.stop()
        self.ended.emit()

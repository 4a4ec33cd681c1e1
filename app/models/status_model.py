"""The live numbers of the engine, as one snapshot that views can show."""

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.core.statistics import Snapshot, Statistics
from ternchat.app.core.turn import Batch, Ending, ModelFacts, Progress


class StatusModel(QObject):
    """Follows the engine's signals.

    Signals:
        changed: the new snapshot.
        timed: the timings of the answer on its way, and at its end.
        answer_ended: that answer is over, however it ended.
    """

    changed = Signal(object)
    timed = Signal(object)
    answer_ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._statistics = Statistics()
        self._stopping = False

    @property
    def snapshot(self) -> Snapshot:
        """The numbers now."""
        return self._statistics.snapshot

    def start(self, model_title: str, *, loading: bool) -> None:
        """A request is on its way to the engine."""
        self._stopping = False
        self._statistics.start(model_title, loading=loading)
        self._announce()

    def stop(self) -> None:
        """The person pressed Stop: that shows at once, whatever the engine still says."""
        self._stopping = True
        self._statistics.stopping()
        self._announce()

    @Slot(object)
    def on_progress(self, progress: Progress) -> None:
        """Loading or reading went on."""
        if not self._stopping:
            self._statistics.progress(progress)
            self._announce()

    @Slot()
    def on_unloaded(self) -> None:
        """The model left the memory."""
        self._statistics.unloaded()
        self._announce()

    @Slot(object)
    def on_loaded(self, facts: ModelFacts) -> None:
        """A model is in memory."""
        self._statistics.loaded(facts)
        if self._stopping:
            self._statistics.stopping()
        self._announce()

    @Slot(object)
    def on_steps(self, batch: Batch) -> None:
        """Tokens were generated."""
        if not self._stopping:
            self._statistics.wrote(batch)
            self.timed.emit(batch.timings)
            self._announce()

    @Slot(object)
    def on_finished(self, ending: Ending) -> None:
        """The request ended."""
        self._statistics.finished(ending)
        if ending.timings is not None:
            self.timed.emit(ending.timings)
        self.answer_ended.emit()
        self._announce()

    @Slot(object)
    def on_failed(self, _error: BaseException) -> None:
        """The request failed."""
        self._statistics.failed()
        self.answer_ended.emit()
        self._announce()

    @Slot(object)
    def on_memory(self, process_bytes: int) -> None:
        """The system probe measured the program."""
        self._statistics.memory(process_bytes)
        self._announce()

    def _announce(self) -> None:
        self.changed.emit(self.snapshot)

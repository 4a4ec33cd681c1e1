"""Measures the program while somebody looks."""

import psutil
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ternchat.app.core.machine import private_bytes
from ternchat.app.core.turn import ModelFacts

INTERVAL_MS = 1000


class SystemProbe(QObject):
    """Samples the memory of the program once a second while it is active."""

    sampled = Signal(object)  # resident bytes; an int of 32 bits would be too small

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = psutil.Process()
        self._facts: ModelFacts | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.sample)

    @Slot(bool)
    def set_active(self, active: bool) -> None:
        """Begin sampling, with one sample at once, or stop."""
        if active:
            self._timer.start()
            self.sample()
        else:
            self._timer.stop()

    @Slot(object)
    def use_model(self, facts: ModelFacts) -> None:
        """Count the processes that work for this model."""
        self._facts = facts

    @Slot()
    def sample(self) -> None:
        """Measure now."""
        others = () if self._facts is None else self._facts.pids()
        self.sampled.emit(self._process.memory_info().rss + sum(map(private_bytes, others)))

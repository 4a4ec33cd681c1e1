"""Measures the program while somebody looks."""

import psutil
from PySide6.QtCore import QObject, QTimer, Signal, Slot

INTERVAL_MS = 1000


class SystemProbe(QObject):
    """Samples the memory of this process once a second between `start` and `stop`."""

    sampled = Signal(object)  # resident bytes; an int of 32 bits would be too small

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = psutil.Process()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.sample)

    def start(self) -> None:
        """Begin sampling, with one sample at once."""
        self._timer.start()
        self.sample()

    def stop(self) -> None:
        """Stop sampling."""
        self._timer.stop()

    @Slot()
    def sample(self) -> None:
        """Measure now."""
        self.sampled.emit(self._process.memory_info().rss)

"""When the page follows a growing answer, and when it stays where the reader is."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QScrollBar

NEAR_PIXELS = 24


class FollowScroll(QObject):
    """Keeps a scroll bar at its end until the reader leaves it.

    Signals:
        changed: there is, or no longer is, something below that is not being followed.
    """

    changed = Signal(bool)

    def __init__(self, bar: QScrollBar) -> None:
        super().__init__(bar)
        self._bar = bar
        self._following = True
        self._quiet = 0  # the page moves the bar, not the reader
        self._was_away = False
        bar.rangeChanged.connect(self._on_range)
        bar.valueChanged.connect(self._on_value)

    @property
    def following(self) -> bool:
        """True while new text is scrolled into view."""
        return self._following

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """While the page lays itself out: what the bar does then is not the reader's will."""
        self._quiet += 1
        try:
            yield
        finally:
            self._quiet -= 1
        self._announce()

    @Slot()
    def start(self) -> None:
        """Go to the end and follow."""
        self._following = True
        self.to_end()

    @Slot()
    def stop(self) -> None:
        """Stay here: the reader does something that must not move under their eyes."""
        if self._bar.maximum() > self._bar.minimum():
            self._following = False
            self._announce()

    def leave(self) -> None:
        """Do not follow, even before there is anything to scroll."""
        self._following = False

    def to_end(self) -> None:
        """Go to the end."""
        with self.quiet():
            self._bar.setValue(self._bar.maximum())

    @Slot()
    def _on_range(self) -> None:
        if self._quiet:
            return
        if self._following:
            self.to_end()
        else:
            self._announce()

    @Slot(int)
    def _on_value(self, value: int) -> None:
        if self._quiet:
            return
        distance = self._bar.maximum() - value
        if distance <= 0:
            self._following = True
        elif distance > NEAR_PIXELS:
            self._following = False
        self._announce()

    def _announce(self) -> None:
        away = not self._following and self._bar.maximum() - self._bar.value() > NEAR_PIXELS
        if away != self._was_away:
            self._was_away = away
            self.changed.emit(away)

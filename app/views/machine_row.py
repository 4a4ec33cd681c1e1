"""What this computer has and can do, and a way to measure it again."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ternchat.app.core.language import number, translate
from ternchat.app.core.model_surroundings import Surroundings
from ternchat.app.core.wording import size_text

from .buttons import TextButton
from .labels import PlainLabel


class MachineRow(QWidget):
    """One line about memory, disk and speed.

    Signals:
        measure_requested: find out anew how fast this computer is.
    """

    measure_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = PlainLabel(name="muted", wrap=True)
        self.measure = TextButton(self.tr("Measure again"), "link")
        self.measure.setAccessibleDescription(
            self.tr("Find out anew how fast this computer is, in three seconds")
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.text, 1)
        row.addWidget(self.measure, alignment=Qt.AlignmentFlag.AlignTop)
        self.measure.clicked.connect(self.measure_requested)

    def show_surroundings(self, around: Surroundings) -> None:
        """Show the computer as it is now."""
        self.measure.setVisible(around.speed is not None and not around.measuring)
        facts = " · ".join([*self._room(around), *self._speed(around)])
        text = self.tr("This computer: {facts}").format(facts=facts) if facts else ""
        self.text.setText(text)

    def _room(self, around: Surroundings) -> list[str]:
        parts = []
        if around.free_memory_bytes:
            free = size_text(around.free_memory_bytes)
            parts.append(self.tr("{size} of memory free").format(size=free))
        if around.free_disk_bytes is not None:
            free = size_text(around.free_disk_bytes)
            parts.append(self.tr("{size} free on the disk").format(size=free))
        return parts

    def _speed(self, around: Surroundings) -> list[str]:
        speed = around.speed
        if around.measuring:
            return [self.tr("measuring its speed …")]
        if speed is None:
            return []
        rate = number(speed.read_bytes_per_second / 1e9, 1)
        threads = translate("Wording", "%n thread(s)", speed.threads)
        parts = [self.tr("reads {rate} GB/s").format(rate=rate), f"{speed.kernel}, {threads}"]
        if speed.is_disturbed:
            parts.append(self.tr("measured while other programs were busy"))
        return parts

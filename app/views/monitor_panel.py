"""The monitor beside the conversation: speeds and memory, live while it is looked at."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ternchat.app.core.wording import kernel_text, rate_text, size_text
from ternchat.app.models.monitor_model import SAMPLES, MonitorModel

from .buttons import IconButton
from .labels import GroupLabel, PlainLabel
from .level_bar import LevelBar, Part
from .page_area import PageArea
from .plot import Plot
from .theme import PANEL_WIDTH, Theme

QWIDGETSIZE_MAX = (1 << 24) - 1  # Qt's word for: no limit
_ROLES = ("accent", "warning", "good", "faint")


class MonitorPanel(QFrame):
    """Shows a MonitorModel.

    Signals:
        close_requested: the panel should go.
    """

    close_requested = Signal()

    def __init__(self, theme: Theme, model: MonitorModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self.setAccessibleName(self.tr("Monitor"))
        self._theme, self._model = theme, model
        self.close_button = IconButton(theme, "x", self.tr("Close the monitor"))
        self.writing, self.reading = PlainLabel(name="bigNumber"), PlainLabel(name="bigNumber")
        self.total = PlainLabel(name="bigNumber")
        self.plots = {
            "writing": Plot(theme, SAMPLES, "accent"),
            "reading": Plot(theme, SAMPLES, "muted"),
            "memory": Plot(theme, SAMPLES, "good"),
        }
        self.bar = LevelBar(theme, height=8)
        names = (
            self.tr("Weights"),
            self.tr("Context (KV)"),
            self.tr("Work"),
            self.tr("Program"),
        )
        self.parts = {name: PlainLabel(name="muted") for name in names}
        self.peaks = {name: PlainLabel(name="muted") for name in self.plots}
        self.predicted = PlainLabel(name="muted", wrap=True)
        self.kernel = PlainLabel(name="muted", wrap=True)
        self._build()
        self.set_filling(False)
        self.close_button.clicked.connect(self.close_requested)
        model.sampled.connect(self._show)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_filling(self, filling: bool) -> None:
        """Take all the room there is, or only that of a panel."""
        width = self._theme.px(PANEL_WIDTH)
        self.setMinimumWidth(width)
        self.setMaximumWidth(QWIDGETSIZE_MAX if filling else width)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to look."""
        super().showEvent(event)
        self._model.set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Look no more."""
        super().hideEvent(event)
        self._model.set_active(False)

    def _build(self) -> None:
        self._head = QHBoxLayout()
        self._head.addWidget(PlainLabel(self.tr("Monitor"), "panelTitle"), 1)
        self._head.addWidget(self.close_button)
        column = QWidget()
        self._column = QVBoxLayout(column)
        for name, title, number in (
            ("writing", self.tr("Writing"), self.writing),
            ("reading", self.tr("Reading"), self.reading),
            ("memory", self.tr("Memory"), self.total),
        ):
            plot = self.plots[name]
            plot.setAccessibleName(self.tr("{name} over the last minute").format(name=title))
            numbers = QHBoxLayout()
            numbers.addWidget(number, 1)
            numbers.addWidget(self.peaks[name], alignment=Qt.AlignmentFlag.AlignBottom)
            self._column.addWidget(GroupLabel(title))
            self._column.addLayout(numbers)
            self._column.addWidget(plot)
        self._column.addWidget(self.bar)
        self._legend = QGridLayout()
        self._legend.setColumnStretch(1, 1)
        self._swatches: list[LevelBar] = []
        for row, (name, label) in enumerate(self.parts.items()):
            swatch = LevelBar(self._theme, height=8)
            swatch.show_parts((Part(1, _ROLES[row]),), 1)
            self._swatches.append(swatch)
            self._legend.addWidget(swatch, row, 0)
            self._legend.addWidget(PlainLabel(name, "muted"), row, 1)
            self._legend.addWidget(label, row, 2, Qt.AlignmentFlag.AlignRight)
        self._column.addLayout(self._legend)
        self._column.addWidget(self.predicted)
        self._column.addWidget(GroupLabel(self.tr("Computing with")))
        self._column.addWidget(self.kernel)
        self._column.addStretch()
        area = PageArea(self._theme)
        area.setWidget(column)
        self._box = QVBoxLayout(self)
        self._box.addLayout(self._head)
        self._box.addWidget(area, 1)

    @Slot()
    def _show(self) -> None:
        samples = self._model.samples
        now = samples[-1]
        self.writing.setText(rate_text(now.snapshot.decode_tokens_per_second) or "–")
        self.reading.setText(rate_text(now.snapshot.prefill_tokens_per_second) or "–")
        self.total.setText(size_text(now.total))
        self.plots["writing"].show_values([sample.writing for sample in samples])
        self.plots["reading"].show_values([sample.reading for sample in samples])
        self.plots["memory"].show_values([float(sample.total) for sample in samples])
        self._show_peaks()
        sizes = (now.weights, now.kv, now.work, now.program)
        # Pages of the model's file come on top of what was predicted, and may go at any time.
        budget = None if now.predicted is None else now.predicted + now.in_file + now.program
        whole = max(now.total, 1.05 * (budget or 0))  # so that its mark has something behind it
        parts = tuple(Part(size, role) for size, role in zip(sizes, _ROLES, strict=True))
        self.bar.show_parts(parts, whole, budget)
        for label, size in zip(self.parts.values(), sizes, strict=True):
            label.setText(size_text(size))
        text = ""
        if now.predicted is not None and now.taken is not None:
            text = self.tr(
                "The model alone: {predicted} with a full context, as predicted; now {used}"
            ).format(predicted=size_text(now.predicted), used=size_text(now.taken))
        self.predicted.setText(text)
        self.predicted.setVisible(bool(text))
        self.kernel.setText(kernel_text(now.snapshot) or self.tr("No model loaded"))

    def _show_peaks(self) -> None:
        """Say what the upper edge of each plot stands for."""
        for name, plot in self.plots.items():
            top = plot.largest
            text = size_text(round(top)) if name == "memory" else rate_text(top)
            said = self.tr("peak {value}").format(value=text) if top else ""
            self.peaks[name].setText(said)
            plot.setAccessibleDescription(said)

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self.set_filling(self.maximumWidth() == QWIDGETSIZE_MAX)
        self._box.setContentsMargins(self._theme.margins(16, 8, 4, 0))
        self._box.setSpacing(px(8))
        self._head.setContentsMargins(self._theme.margins(0, 0, 4, 0))
        self._column.setContentsMargins(self._theme.margins(0, 0, 4, 16))
        self._column.setSpacing(px(6))
        self._legend.setHorizontalSpacing(px(8))
        self._legend.setVerticalSpacing(px(4))
        for swatch in self._swatches:
            swatch.setFixedWidth(px(8))

"""The status line: phase, speeds, context, memory, kernels."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QWidget

from ternchat.app.core.statistics import Snapshot
from ternchat.app.core.wording import (
    context_text,
    kernel_text,
    memory_text,
    phase_text,
    rate_text,
)

from .labels import PlainLabel
from .theme import Theme

INTERVAL_MS = 200  # numbers that change faster cannot be read
# What stays longest where there is little room comes first.
_BY_IMPORTANCE = ("phase", "decode", "context", "memory", "prefill", "kernel")


class StatusLine(QFrame):
    """Shows a `Snapshot`; what does not fit is left to the tooltip.

    Signals:
        rendered: the text of the whole line, whenever it was brought up to date.
    """

    rendered = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusLine")
        self.setAccessibleName(self.tr("Status"))
        self._theme = theme
        self._next = self._shown = Snapshot()
        self.labels = {
            name: PlainLabel(name=name)
            for name in ("phase", "prefill", "decode", "context", "memory", "kernel")
        }
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._bar.setRange(0, 1000)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.labels["phase"])
        self._row.addWidget(self._bar)
        self._row.addStretch()
        for name in ("prefill", "decode", "context", "memory", "kernel"):
            self._row.addWidget(self.labels[name])
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._render)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._render()

    @Slot(object)
    def show_status(self, now: Snapshot) -> None:
        """Show new numbers: a new phase at once, the rest a few times a second."""
        self._next = now
        if now.phase is not self._shown.phase:
            self._render()
        elif not self._timer.isActive():
            self._timer.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show what fits."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _render(self) -> None:
        self._timer.stop()
        now = self._shown = self._next
        texts = {
            "phase": phase_text(now),
            "prefill": rate_text(now.prefill_tokens_per_second, self.tr("read {rate}")),
            "decode": rate_text(now.decode_tokens_per_second, self.tr("write {rate}")),
            "context": context_text(now),
            "memory": memory_text(now),
            "kernel": kernel_text(now),
        }
        for name, text in texts.items():
            if self.labels[name].text() != text:
                self.labels[name].setText(text)
        if now.fraction is not None:
            self._bar.setValue(round(1000 * now.fraction))
        self._fit()
        whole = " · ".join(text for text in texts.values() if text)
        self.setToolTip(whole)
        self.rendered.emit(whole)

    def _fit(self) -> None:
        gap = self._row.spacing()
        room = self.width() - self._row.contentsMargins().left() * 2
        progress = self._shown.fraction is not None
        self._bar.setVisible(progress)
        if progress:
            room -= self._bar.width() + gap
        for name in _BY_IMPORTANCE:
            label = self.labels[name]
            needed = label.sizeHint().width() + gap
            fits = bool(label.text()) and needed <= room
            room -= needed if fits else 0
            label.setVisible(fits)

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._row.setContentsMargins(px(16), px(4), px(16), px(4))
        self._row.setSpacing(px(16))
        self._bar.setFixedSize(px(96), px(4))
        self.setMinimumHeight(px(28))
        self._fit()

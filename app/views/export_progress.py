"""How far an export is, with a way to stop it."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ternchat.app.core.export.exporting import ExportProgress
from ternchat.app.core.language import number

from .buttons import TextButton
from .labels import PlainLabel
from .theme import Theme

PATIENCE_MS = 400  # most exports are done before anybody wonders


class ExportProgressDialog(QDialog):
    """Shows itself only where it takes a while.

    Signals:
        cancelled: stop writing.
    """

    cancelled = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export"))
        self.setAccessibleName(self.tr("Export"))
        self._theme = theme
        self.text = PlainLabel("", "", self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the export"))
        self.cancel = TextButton(self.tr("Cancel"), "plain", self)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(self.cancel)
        self._box = QVBoxLayout(self)
        for widget in (self.text, self.bar):
            self._box.addWidget(widget)
        self._box.addLayout(foot)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.open)
        self.cancel.clicked.connect(self.reject)
        self.rejected.connect(self.cancelled)
        theme.changed.connect(self._restyle)
        self._restyle()

    @Slot()
    def begin(self) -> None:
        """An export is under way."""
        self.show_progress(ExportProgress(0, 0))
        self._timer.start(PATIENCE_MS)

    @Slot(object)
    def show_progress(self, now: ExportProgress) -> None:
        """Say how far it is."""
        self.bar.setMaximum(max(now.total, 1))
        self.bar.setValue(now.done)
        self.text.setText(
            self.tr("Writing chat {done} of {total}").format(
                done=number(min(now.done + 1, now.total)), total=number(now.total)
            )
        )

    @Slot()
    def end(self) -> None:
        """Nothing is under way any more."""
        self._timer.stop()
        self.hide()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing it is cancelling."""
        event.ignore()
        self.reject()

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(px(20), px(16), px(20), px(12))
        self._box.setSpacing(px(12))
        self.bar.setFixedHeight(px(6))
        self.setMinimumWidth(px(340))

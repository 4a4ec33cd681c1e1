"""How far something long is, with a way to stop it."""

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from .buttons import TextButton
from .labels import PlainLabel
from .theme import Theme

PATIENCE_MS = 400  # most things are done before anybody wonders
STEPS = 1000  # of the bar


class TaskProgressDialog(QDialog):
    """Shows itself only where it takes a while.

    Signals:
        cancelled: stop it.
    """

    cancelled = Signal()

    def __init__(self, theme: Theme, name: str, bar_name: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(name)
        self.setAccessibleName(name)
        self._theme = theme
        self.text = PlainLabel("", "", self)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setMaximum(STEPS)
        self.bar.setAccessibleName(bar_name)
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

    def wait(self) -> None:
        """It has begun: be seen if it takes long."""
        self._timer.start(PATIENCE_MS)

    @Slot()
    def end(self) -> None:
        """Nothing is under way any more."""
        self._timer.stop()
        self.hide()

    def show_words(self, words: str, fraction: float) -> None:
        """Say what is being done, and how much of it is."""
        self.text.setText(words)
        self.bar.setValue(round(STEPS * fraction))

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

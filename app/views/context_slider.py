"""Chooses how many tokens a model is to look back on, to see what memory that takes."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from ternchat.app.core.language import number
from ternchat.app.core.model_surroundings import DEFAULT_CONTEXT

from .labels import PlainLabel
from .theme import Theme

STEPS = (512, 1024, 2048, 4096, 8192, 16384, 32768)


class ContextSlider(QWidget):
    """A slider over powers of two.

    Signals:
        chosen: the number of tokens.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        name = self.tr("Memory for a context of")
        self._value = PlainLabel(name="factValue")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, len(STEPS) - 1)
        self.slider.setPageStep(1)
        self.slider.setAccessibleName(name)
        self._row = QHBoxLayout(self)
        self._row.addWidget(PlainLabel(name, "muted"))
        self._row.addWidget(self.slider, 1)
        self._row.addWidget(self._value)
        self._row.addStretch()
        self.slider.setValue(STEPS.index(DEFAULT_CONTEXT))
        self.slider.valueChanged.connect(self._on_value)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._show()

    @property
    def context(self) -> int:
        """The number of tokens chosen."""
        return STEPS[self.slider.value()]

    @Slot()
    def _on_value(self) -> None:
        self._show()
        self.chosen.emit(self.context)

    def _show(self) -> None:
        text = self.tr("{count} tokens").format(count=number(self.context))
        self._value.setText(text)
        self.slider.setAccessibleDescription(text)

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(px(12))
        self.slider.setMinimumWidth(px(60))
        self.slider.setMaximumWidth(px(200))
        self.slider.setFixedHeight(px(22))

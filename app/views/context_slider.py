"""Chooses how many tokens a model is to look back on, to see what memory that takes."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSlider, QWidget

from ternchat.app.core.language import number
from ternchat.app.core.model_surroundings import DEFAULT_CONTEXT

from .buttons import TextButton
from .flow_layout import FlowLayout
from .labels import PlainLabel
from .theme import Theme

STEPS = (512, 1024, 2048, 4096, 8192, 16384, 32768)


class ContextSlider(QWidget):
    """A slider over powers of two and what the settings say, where it begins.

    Signals:
        chosen: the number of tokens.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._set = DEFAULT_CONTEXT
        self._steps = STEPS
        name = self.tr("Memory for a context of")
        self._value = PlainLabel(name="factValue")
        self._as_set = PlainLabel(self.tr("as in Settings"), "muted")
        self.back = TextButton("", "link")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setPageStep(1)
        self.slider.setAccessibleName(name)
        self._row = FlowLayout(self)
        label = PlainLabel(name, "muted")
        self._parts = (label, self.slider, self._value, self._as_set, self.back)
        for part in self._parts:
            self._row.addWidget(part)
        self._begin()
        self.slider.valueChanged.connect(self._on_value)
        self.back.clicked.connect(self._go_back)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def context(self) -> int:
        """The number of tokens chosen."""
        return self._steps[self.slider.value()]

    def set_context(self, tokens: int) -> None:
        """Begin with what models are loaded with from now on."""
        self._set = tokens
        before = self.context
        self.slider.blockSignals(True)
        self._begin()
        self.slider.blockSignals(False)
        if self.context != before:
            self.chosen.emit(self.context)

    def _begin(self) -> None:
        self._steps = tuple(sorted({*STEPS, self._set}))
        self.slider.setRange(0, len(self._steps) - 1)
        self.slider.setValue(self._steps.index(self._set))
        self.back.setText(self.tr("Settings: {count}").format(count=number(self._set)))
        self.back.setAccessibleDescription(self.tr("Back to what the settings say"))
        self._show()

    @Slot()
    def _on_value(self) -> None:
        self._show()
        self.chosen.emit(self.context)

    @Slot()
    def _go_back(self) -> None:
        self.slider.setValue(self._steps.index(self._set))
        self.slider.setFocus(Qt.FocusReason.TabFocusReason)

    def _show(self) -> None:
        text = self.tr("{count} tokens").format(count=number(self.context))
        self._value.setText(text)
        is_set = self.context == self._set
        self._as_set.setVisible(is_set)
        self.back.setVisible(not is_set)
        said = f"{text}, {self._as_set.text()}" if is_set else text
        self.slider.setAccessibleDescription(said)

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._row.setSpacing(px(12))
        self.slider.setFixedWidth(px(160))
        for part in self._parts:  # one height: they stand on one line
            part.setFixedHeight(px(26))

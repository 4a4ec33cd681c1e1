"""A number with its name above and, where it helps, a bar and a remark below."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from .labels import PlainLabel
from .level_bar import LevelBar, Part
from .theme import FACT_WIDTH, Theme, set_style_property


class Fact(QWidget):
    """One of the facts of a card."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name = PlainLabel(name, "factName")
        self.value = PlainLabel(name="factValue")
        self.value.setAccessibleName(name)
        self.bar: LevelBar | None = None
        self.note = PlainLabel(name="muted", wrap=True)
        self.note.hide()
        self._box = QVBoxLayout(self)
        self._box.addWidget(self._name)
        self._box.addWidget(self.value)
        self._box.addWidget(self.note)
        theme.changed.connect(self._restyle)
        self._restyle()

    def rename(self, name: str) -> None:
        """Give it another name."""
        self._name.setText(name)

    def say(self, text: str, tone: str = "", note: str = "") -> None:
        """Show another value, in the colour of a tone, and a remark about it."""
        self.value.setText(text)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        said = f"{text}, {note}" if note else text
        self.value.setAccessibleName(f"{self._name.text()}: {said}")
        set_style_property(self.value, "tone", tone)

    def show_level(self, value: float, whole: float, role: str) -> None:
        """Show how much of a whole it is."""
        if self.bar is None:
            self.bar = LevelBar(self._theme, height=4)
            self._box.insertWidget(2, self.bar)
        self.bar.show_parts((Part(value, role),), whole)

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(px(2))
        self.setFixedWidth(px(FACT_WIDTH))

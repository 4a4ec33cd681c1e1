"""Names and values, one below the other; long ones can be copied."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from .buttons import IconButton
from .labels import ElidedLabel, PlainLabel, plain_tooltip
from .theme import Theme

_LONGEST_WORD = 40  # one that is longer cannot be wrapped


class DetailGrid(QWidget):
    """A table of plain texts."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[tuple[str, str]] = []
        self._grid = QGridLayout(self)
        self._grid.setColumnStretch(1, 1)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        """Show these, if they are others."""
        if rows == self._rows:
            return
        self._rows = rows
        while (item := self._grid.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        for row, (name, value) in enumerate(rows):
            self._grid.addWidget(PlainLabel(name, "factName"), row, 0, Qt.AlignmentFlag.AlignTop)
            is_long = any(len(word) > _LONGEST_WORD for word in value.split())
            cell = LongValue(self._theme, name, value) if is_long else _short(name, value)
            self._grid.addWidget(cell, row, 1)

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._grid.setContentsMargins(0, px(4), 0, 0)
        self._grid.setHorizontalSpacing(px(16))
        self._grid.setVerticalSpacing(px(4))


class LongValue(QWidget):
    """One line of something that is meant for machines, and a button that copies it."""

    def __init__(self, theme: Theme, name: str, value: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = value
        text = ElidedLabel(value)
        text.setAccessibleName(f"{name}: {value}")
        text.setToolTip(plain_tooltip(value))
        copy = IconButton(theme, "copy", self.tr("Copy {name}").format(name=name), size=14)
        copy.clicked.connect(self._copy)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(text, 1)
        row.addWidget(copy)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._value)


def _short(name: str, value: str) -> PlainLabel:
    label = PlainLabel(value, wrap=True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setAccessibleName(f"{name}: {value}")
    return label

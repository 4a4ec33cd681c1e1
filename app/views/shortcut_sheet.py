"""The sheet of keys, made of the menus' actions themselves."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from .buttons import TextButton
from .keys import ENTER, native
from .labels import GroupLabel, PlainLabel
from .menus import Menus
from .page_area import PageArea
from .theme import SETTINGS_SIZE, Theme


class ShortcutSheet(QDialog):
    """Lists what every key does."""

    def __init__(self, theme: Theme, menus: Menus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setAccessibleName(
            self.tr("Keyboard shortcuts")
        )  # the title gets the program's name behind it
        self._theme = theme
        inside = QWidget()
        self._grid = QGridLayout(inside)
        self._grid.setColumnStretch(0, 1)
        for title, actions in menus.groups():
            self._add_group(title, [(_name(action), _keys(action)) for action in actions])
        self._add_group(self.tr("In the message field"), self._typing())
        self._area = PageArea(theme)
        self._area.setWidget(inside)
        self._area.setAccessibleName(self.windowTitle())
        self._area.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # so that the keyboard can scroll it
        close = TextButton(self.tr("Close"), "plain")
        close.clicked.connect(self.close)
        self._foot = QHBoxLayout()
        self._foot.addStretch()
        self._foot.addWidget(close)
        self._box = QVBoxLayout(self)
        self._box.addWidget(self._area, 1)
        self._box.addLayout(self._foot)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _add_group(self, title: str, rows: list[tuple[str, str]]) -> None:
        row = self._grid.rowCount()
        self._grid.addWidget(GroupLabel(title), row, 0, 1, 2)
        for name, keys in rows:
            row += 1
            self._grid.addWidget(PlainLabel(name), row, 0)
            label = PlainLabel(keys, "keys")
            label.setAccessibleName(f"{name}: {keys}")
            self._grid.addWidget(label, row, 1, Qt.AlignmentFlag.AlignTrailing)

    def _typing(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Send, or a new line (see Settings)"), native(ENTER)),
            (self.tr("A new line"), native(f"Shift+{ENTER}")),
            (self.tr("Send, or a new line (see Settings)"), native(f"Ctrl+{ENTER}")),
            (self.tr("Edit the last message, in an empty field"), native("Up")),
            (self.tr("Leave what is being edited"), native("Esc")),
            (self.tr("Scroll the chat"), f"{native('PgUp')}, {native('PgDown')}"),
            (self.tr("To the next control"), native("Tab")),
        ]

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(self._theme.margins(20, 12, 8, 12))
        self._foot.setContentsMargins(self._theme.margins(0, 0, 12, 0))
        self._grid.setContentsMargins(self._theme.margins(0, 0, 8, 0))
        self._grid.setVerticalSpacing(px(8))
        self.resize(*(px(side) for side in SETTINGS_SIZE))


def _name(action: QAction) -> str:
    return action.text().replace("&", "").removesuffix("…")


def _keys(action: QAction) -> str:
    return ", ".join(native(key) for key in action.shortcuts())

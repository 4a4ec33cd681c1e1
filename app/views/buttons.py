"""Buttons that keep their icons in the theme's colours and show focus by keyboard only."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from .theme import Theme


class IconButton(QToolButton):
    """An icon with a name that screen readers and the tooltip say."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        name: str,
        parent: QWidget | None = None,
        role: str = "muted",
        size: int = 18,
    ) -> None:
        super().__init__(parent)
        self._theme, self._icon, self._role, self._size = theme, icon, role, size
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self.refresh)
        self.refresh()

    def set_icon(self, icon: str, role: str) -> None:
        """Another icon."""
        if (icon, role) != (self._icon, self._role):
            self._icon, self._role = icon, role
            self.refresh()

    def set_role(self, role: str) -> None:
        """The same icon in another of the theme's colours."""
        self.set_icon(self._icon, role)

    @Slot()
    def refresh(self) -> None:
        """Take the theme's colours and sizes again."""
        size = self._theme.px(self._size)
        self.setIconSize(QSize(size, size))
        self.setIcon(self._theme.icon(self._icon, self._role, self._size))


class TextButton(QPushButton):
    """Words to press; `kind` is its look in the style sheet."""

    def __init__(self, text: str, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_words(self, text: str, icon: QIcon, size: int) -> None:
        """Other words with an icon of that size before them, a little apart."""
        self.setText(f" {text}")
        self.setAccessibleName(text)
        self.setIconSize(QSize(size, size))
        self.setIcon(icon)

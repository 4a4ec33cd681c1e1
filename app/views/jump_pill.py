"""The button that takes one from an older message to the newest."""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from .buttons import TextButton
from .theme import Theme

_ABOVE_EDGE = 8
_ICON = 16


class JumpPill(TextButton):
    """Stands in the middle above the lower edge of what it lies on."""

    def __init__(self, theme: Theme, page: QWidget) -> None:
        super().__init__("", "pill", page)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # End does the same
        self.hide()
        page.installEventFilter(self)
        theme.changed.connect(self._dress)
        self._dress()

    @Slot(bool)
    def show_if(self, wanted: bool) -> None:
        """Come or go."""
        self.setVisible(wanted)
        self.raise_()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when the page gets another size."""
        if event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        size, page = self.sizeHint(), self.parentWidget()
        x = (page.width() - size.width()) // 2
        y = page.height() - size.height() - self._theme.px(_ABOVE_EDGE)
        self.setGeometry(x, y, size.width(), size.height())

    @Slot()
    def _dress(self) -> None:
        icon = self._theme.icon("arrow-down", "text", _ICON)
        self.show_words(self.tr("Jump to latest"), icon, self._theme.px(_ICON))
        self._place()

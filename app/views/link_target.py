"""Where the link under the pointer leads, at the lower edge of the page."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QWidget

from ternchat.app.core.safe_text import safe_code

from .labels import PlainLabel
from .theme import Theme


class LinkTarget(PlainLabel):
    """Shows an address while there is one to show."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(name="linkTarget", parent=parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @Slot(str)
    def point(self, url: str) -> None:
        """Show an address; "" puts it away."""
        url = safe_code(url)
        room = self.parentWidget().width() - self._theme.px(32)
        self.setAccessibleName(url)
        self.setText(self.fontMetrics().elidedText(url, Qt.TextElideMode.ElideMiddle, room))
        self.setVisible(bool(url))
        self.raise_()
        size = self.sizeHint()
        y = self.parentWidget().height() - size.height() - self._theme.px(4)
        self.setGeometry(self._theme.px(8), y, size.width(), size.height())

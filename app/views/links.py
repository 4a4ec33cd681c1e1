"""Links in messages: where one leads is shown, and nothing is opened without a question."""

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from .link_dialog import LinkDialog
from .link_target import LinkTarget
from .message_text import MessageText
from .theme import Theme


class Links(QObject):
    """Watches the texts of a page.

    Attributes:
        target: shows, at the lower edge of the page, where a link leads.

    """

    def __init__(self, theme: Theme, page: QWidget) -> None:
        super().__init__(page)
        self._theme, self._page = theme, page
        self.target = LinkTarget(theme, page)

    def watch(self, surface: MessageText) -> None:
        """Take care of the links in a text."""
        surface.link_pointed.connect(self.target.point)
        surface.link_opened.connect(self._ask)

    @Slot(str)
    def _ask(self, url: str) -> None:
        dialog = LinkDialog(self._theme, url, self._page.window())
        dialog.confirmed.connect(self._open)
        dialog.open()

    @Slot(QUrl)
    def _open(self, url: QUrl) -> None:
        QDesktopServices.openUrl(url)

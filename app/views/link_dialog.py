"""Asks before a link is opened, and shows all of where it leads."""

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from ternchat.app.core.markdown.grammar import is_link_allowed
from ternchat.app.core.safe_text import safe_code

from .buttons import TextButton
from .labels import PlainLabel
from .theme import Theme

_WIDTH = 460


class LinkDialog(QDialog):
    """One link.

    Signals:
        confirmed: the address to open.
    """

    confirmed = Signal(QUrl)

    def __init__(self, theme: Theme, url: str, parent: QWidget, *, by_model: bool = True) -> None:
        super().__init__(parent)
        self._url = url
        self.setWindowTitle(self.tr("Open link?"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        parsed = QUrl(url)
        title = PlainLabel(self.tr("Open this link in your browser?"), "dialogTitle", wrap=True)
        if parsed.scheme() == "mailto":
            title.setText(self.tr("Write to this address in your mail program?"))
        # Letters of other scripts can look like a name one trusts: the host as it is looked up.
        host = parsed.host(QUrl.ComponentFormattingOption.FullyEncoded)
        words = self.tr("It leads to {0}.")
        if by_model:
            words = self.tr("It leads to {0}. It was written by a language model.")
        words = words.format(host)
        about = PlainLabel(words, "muted", wrap=True)
        about.setVisible(bool(host))
        self.address = QPlainTextEdit(safe_code(url))
        self.address.setObjectName("errorDetails")
        self.address.setAccessibleName(self.tr("Address"))
        self.address.setReadOnly(True)
        self.address.setTabChangesFocus(True)
        self.address.setFixedHeight(theme.px(84))
        self.open_button = TextButton(self.tr("Open"), "primary")
        self.copy_button = TextButton(self.tr("Copy address"), "plain")
        self.cancel_button = TextButton(self.tr("Cancel"), "plain")
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy_button)
        buttons.addStretch()
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.open_button)
        column = QVBoxLayout(self)
        margin = theme.px(16)
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(theme.px(12))
        for widget in (title, about, self.address):
            column.addWidget(widget)
        column.addLayout(buttons)
        self.setMinimumWidth(theme.px(_WIDTH))
        self.open_button.setEnabled(is_link_allowed(url))
        self.open_button.clicked.connect(self._confirm)
        self.copy_button.clicked.connect(self._copy)
        self.cancel_button.clicked.connect(self.reject)
        self.cancel_button.setFocus()  # Enter must not open what was not looked at

    @Slot()
    def _confirm(self) -> None:
        self.confirmed.emit(QUrl(self._url))
        self.accept()

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._url)
        self.reject()

"""Asks for an access token where a repository does not open without one."""

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ternchat.app.core.access_token import AccessToken, TokenError

from .buttons import TextButton
from .labels import PlainLabel
from .link_dialog import LinkDialog
from .theme import Theme, set_style_property


class TokenRow(QWidget):
    """A field that shows nothing of what is typed, and forgets it once it is given.

    Signals:
        given: an AccessToken.
    """

    given = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._url = ""
        name = self.tr("Access token for this model (not kept)")
        self.field = QLineEdit()
        self.field.setObjectName("field")
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(name)
        self.field.setPlaceholderText(self.tr("hf_…"))
        self.button = TextButton(self.tr("Unlock"), "primary")
        self.button.setAccessibleDescription(self.tr("Try again with this access token"))
        self.link = TextButton("", "link")
        self.link.setAccessibleDescription(self.tr("The model's page; asks before it is opened"))
        self._note = PlainLabel(name="muted", wrap=True)
        self._about = self.tr(
            "It is sent to the hub for this model alone, and forgotten when the model is here or"
            " Ternchat ends. Accept the model's terms on its page first:"
        )
        self.unfold = TextButton(self.tr("It is private: give an access token…"), "link")
        self._body = QWidget(self)
        self._build(name)
        self.unfold.clicked.connect(self._show_field)
        self.field.returnPressed.connect(self._give)
        self.field.textEdited.connect(self._begin)
        self.button.clicked.connect(self._give)
        self.link.clicked.connect(self._ask)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._begin()
        self.hide()

    def ask_for(self, url: str, *, folded: bool = False) -> None:
        """Ask for the token of the model with that page; "" asks for none any more.

        `folded`: perhaps there is no such model at all, so the field comes when it is wanted.
        """
        if url == self._url:
            return
        self._url = url
        self.link.setText(url.removeprefix("https://"))
        self.field.clear()
        self._begin()
        self.unfold.setVisible(folded)
        self._body.setVisible(not folded)
        self.setVisible(bool(url))

    def _build(self, name: str) -> None:
        row = self._row = QHBoxLayout()
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        links = QHBoxLayout()
        links.addWidget(self.link)
        links.addStretch()
        folded = QHBoxLayout()
        folded.addWidget(self.unfold)
        folded.addStretch()
        self._inner = QVBoxLayout(self._body)
        self._inner.setContentsMargins(0, 0, 0, 0)
        self._inner.addWidget(PlainLabel(name, "factName"))
        self._inner.addLayout(row)
        self._inner.addWidget(self._note)
        self._inner.addLayout(links)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.addLayout(folded)
        self._box.addWidget(self._body)

    @Slot()
    def _show_field(self) -> None:
        self.unfold.hide()
        self._body.show()
        self.field.setFocus()

    @Slot()
    def _begin(self) -> None:
        self._note.setText(self._about)
        set_style_property(self._note, "tone", "")

    @Slot()
    def _give(self) -> None:
        text = self.field.text()
        try:
            token = AccessToken(text)
        except TokenError as error:
            self._note.setText(f"{str(error).capitalize()}. {error.advice}")
            set_style_property(self._note, "tone", "warning")
            return
        self.field.clear()
        self.given.emit(token)

    @Slot()
    def _ask(self) -> None:
        dialog = LinkDialog(self._theme, self._url, self.window(), by_model=False)
        dialog.confirmed.connect(self._open)
        dialog.open()

    @Slot(QUrl)
    def _open(self, url: QUrl) -> None:
        QDesktopServices.openUrl(url)

    @Slot()
    def _restyle(self) -> None:
        self._inner.setSpacing(self._theme.px(4))
        self._row.setSpacing(self._theme.px(8))

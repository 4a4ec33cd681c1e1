"""A line inside the composer: something to know, with one thing to do about it."""

from PySide6.QtCore import Signal, SignalInstance, Slot
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QWidget

from . import icons
from .buttons import IconButton, TextButton
from .labels import PlainLabel
from .theme import Theme, set_style_property


class ComposerNotice(QFrame):
    """Hidden until there is something to say; without a name a button is not there.

    Signals:
        accepted: the button with words was pressed.
        dismissed: the cross was.
        said: there is something else to say, or nothing.

    """

    accepted = Signal()
    dismissed = Signal()
    said = Signal()

    def __init__(
        self, theme: Theme, icon: str, action: str, dismiss: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("composerNotice")
        self._theme, self._icon_name, self._tone = theme, icon, "muted"
        self._icon = QLabel()
        self.text = PlainLabel(name="noticeText", wrap=True)
        self.buttons: list[QAbstractButton] = []
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._icon)
        self._row.addWidget(self.text, 1)
        if action:
            self._add(TextButton(action, "plain")).connect(self.accepted)
        if dismiss:
            self._add(IconButton(theme, "x", dismiss, size=16)).connect(self.dismissed)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def say(self, text: str, tone: str = "muted") -> None:
        """Show a sentence in the colour of a role; an empty one hides the line."""
        self.text.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        if tone != self._tone:
            self._tone = tone
            self._restyle()
        self.said.emit()

    def _add(self, button: QAbstractButton) -> SignalInstance:
        self.buttons.append(button)
        self._row.addWidget(button)
        return button.clicked

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._row.setContentsMargins(self._theme.margins(4, 0, 0, 0))
        self._row.setSpacing(px(8))
        colour = getattr(self._theme.colours, self._tone)
        image = icons.pixmap(self._icon_name, colour, px(16), self.devicePixelRatioF())
        self._icon.setPixmap(image)
        set_style_property(self.text, "tone", self._tone)

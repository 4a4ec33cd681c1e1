"""The files that came with a message, by name."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.language import number
from ternchat.app.core.safe_text import safe_name

from .icons import pixmap
from .labels import ElidedLabel, PlainLabel
from .theme import Theme

_LINE, _ICON, _BESIDE, _BELOW = 22, 14, 6, 4


class AttachmentRow(QWidget):
    """One line per file; nothing in it can be opened."""

    def __init__(self, theme: Theme, attachments: Sequence[Attachment], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons: list[QLabel] = []
        self._words: list[tuple[ElidedLabel, PlainLabel]] = []
        self._lines: list[QHBoxLayout] = []
        self._box = QVBoxLayout(self)
        self._box.setSpacing(0)
        for attachment in attachments:
            line, icon = QHBoxLayout(), QLabel()
            # A long name gives way in its middle: its ending and its tokens are to be seen.
            elide = Qt.TextElideMode.ElideMiddle
            name = ElidedLabel(safe_name(attachment.name), "muted", elide=elide)
            name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
            tokens = PlainLabel(self._tokens(attachment), "muted")
            for widget in (icon, name, tokens):
                line.addWidget(widget)
            line.addStretch()
            self._box.addLayout(line)
            self._lines.append(line)
            self._icons.append(icon)
            self._words.append((name, tokens))
        theme.changed.connect(self._restyle)
        self._restyle()

    def natural_width(self) -> int:
        """The width its longest line asks for."""
        px = self._theme.px
        widths = [sum(label.sizeHint().width() for label in words) for words in self._words]
        return max(widths) + px(_ICON + 2 * _BESIDE + 4) if widths else 0

    def height_for(self, _width: int) -> int:
        """How high it is."""
        px = self._theme.px
        return len(self._words) * px(_LINE) + px(_BELOW) if self._words else 0

    def _tokens(self, attachment: Attachment) -> str:
        if attachment.tokens is None:
            return ""
        return self.tr("{count} tokens").format(count=number(attachment.tokens))

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(0, 0, 0, px(_BELOW) if self._words else 0)
        for line in self._lines:
            line.setSpacing(px(_BESIDE))
        ratio = self.devicePixelRatioF()
        for icon in self._icons:
            colour = self._theme.colours.muted
            icon.setPixmap(pixmap("paperclip", colour, px(_ICON), ratio))

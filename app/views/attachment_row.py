"""The files that came with a message, by name."""

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.language import number
from ternchat.app.core.safe_text import safe_name

from .icons import pixmap
from .labels import ElidedLabel
from .theme import Theme

_LINE, _ICON, _BELOW = 22, 14, 4


class AttachmentRow(QWidget):
    """One line per file; nothing in it can be opened."""

    def __init__(self, theme: Theme, attachments: Sequence[Attachment], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons: list[QLabel] = []
        self._names: list[ElidedLabel] = []
        self._box = QVBoxLayout(self)
        self._box.setSpacing(0)
        for attachment in attachments:
            line = QHBoxLayout()
            icon, name = QLabel(), ElidedLabel(self._words(attachment), "muted")
            line.setSpacing(theme.px(6))
            line.addWidget(icon)
            line.addWidget(name, 1)
            self._box.addLayout(line)
            self._icons.append(icon)
            self._names.append(name)
        theme.changed.connect(self._restyle)
        self._restyle()

    def natural_width(self) -> int:
        """The width its longest line asks for."""
        px = self._theme.px
        widths = [name.fontMetrics().horizontalAdvance(name.text()) for name in self._names]
        return max(widths, default=0) + px(_ICON + 10) if widths else 0

    def height_for(self, _width: int) -> int:
        """How high it is."""
        px = self._theme.px
        return len(self._names) * px(_LINE) + px(_BELOW) if self._names else 0

    def _words(self, attachment: Attachment) -> str:
        name = safe_name(attachment.name)
        if attachment.tokens is None:
            return name
        return self.tr("{0} · {1} tokens").format(name, number(attachment.tokens))

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(0, 0, 0, px(_BELOW) if self._names else 0)
        ratio = self.devicePixelRatioF()
        for icon in self._icons:
            colour = self._theme.colours.muted
            icon.setPixmap(pixmap("paperclip", colour, px(_ICON), ratio))

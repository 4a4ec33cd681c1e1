"""What stands above the text in the composer: things to know about it, and its files."""

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ternchat.app.models.attachment_list import AttachmentList

from .attachment_chips import AttachmentChips
from .composer_notice import ComposerNotice
from .page_area import PageArea
from .theme import Theme

LINE = 32  # pixels: room for one of the things that stand here


class ComposerExtras(PageArea):
    """Notices and files below each other; scrolled where there is no room for all of them.

    Attributes:
        repeat, context, wait, edit, paste: one notice for each thing to know.
        chips: the files.

    Signals:
        changed: something came, went, or takes another height.
    """

    changed = Signal()

    def __init__(
        self, theme: Theme, attachments: AttachmentList, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self.repeat = ComposerNotice(
            theme, "rotate-cw", self.tr("Stop the answer"), self.tr("Let it go on")
        )
        self.context = ComposerNotice(theme, "triangle-alert", "", "")
        self.wait = ComposerNotice(theme, "ellipsis", "", self.tr("Do not send it yet"))
        self.edit = ComposerNotice(theme, "pencil", "", self.tr("Leave it as it was"))
        self.paste = ComposerNotice(
            theme, "file-text", self.tr("Attach as a file"), self.tr("Keep it as text")
        )
        self.chips = AttachmentChips(theme, attachments)
        self._inside = QWidget()
        self._box = QVBoxLayout(self._inside)
        self._box.setContentsMargins(0, 0, 0, 0)
        for notice in (self.repeat, self.context, self.wait, self.edit, self.paste):
            self._box.addWidget(notice)
            notice.said.connect(self.changed)
        self._box.addWidget(self.chips)
        attachments.changed.connect(self.changed)  # the chips have heard of it before
        self.setWidget(self._inside)
        theme.changed.connect(self._restyle)
        self._restyle()

    def wanted_height(self, width: int) -> int:
        """The height of everything that is to be shown in that width; 0 for nothing."""
        if all(self._box.itemAt(place).isEmpty() for place in range(self._box.count())):
            return 0
        return self._box.heightForWidth(self.content_width(width))

    def least_height(self, width: int) -> int:
        """The height that shows one thing."""
        return min(self.wanted_height(width), self._theme.px(LINE))

    def set_room(self, width: int, height: int) -> int:
        """Take the height that is wanted, and no more than that; gives the height taken."""
        height = min(self.wanted_height(width), height)
        self.setVisible(height > 0)
        if height and height != self.height():
            self.setFixedHeight(height)
        return height

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell when the parts want another room."""
        if watched is self.widget() and event.type() is QEvent.Type.LayoutRequest:
            self.changed.emit()
        return super().eventFilter(watched, event)

    def _restyle(self) -> None:
        self._box.setSpacing(self._theme.px(4))

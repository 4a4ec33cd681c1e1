"""The files that go with a message, as chips: name, tokens, and a cross."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from ternchat.app.core.language import number
from ternchat.app.core.token_estimate import estimate_tokens
from ternchat.app.models.attachment_list import AttachedFile, AttachmentList

from . import icons
from .buttons import IconButton
from .flow_layout import FlowLayout
from .labels import PlainLabel, plain_tooltip
from .theme import CHIP_WIDTH, Theme


class AttachmentChip(QFrame):
    """One file.

    Signals:
        removed: its key.

    """

    removed = Signal(int)

    def __init__(self, theme: Theme, file: AttachedFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chip")
        self._theme, self._file = theme, file
        self._icon = QLabel()
        self._name = PlainLabel()
        self._tokens = PlainLabel(name="muted")
        self.remove = IconButton(
            theme, "x", self.tr("Remove {name}").format(name=file.name), size=14
        )
        self._row = QHBoxLayout(self)
        for widget in (self._icon, self._name, self._tokens, self.remove):
            self._row.addWidget(widget)
        self.remove.clicked.connect(self._on_remove)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_file(self, file: AttachedFile) -> None:
        """Take a newer state of the file."""
        self._file = file
        self._restyle()

    @Slot()
    def _on_remove(self) -> None:
        self.removed.emit(self._file.key)

    @Slot()
    def _restyle(self) -> None:
        px, file = self._theme.px, self._file
        self._row.setContentsMargins(self._theme.margins(8, 2, 2, 2))
        self._row.setSpacing(px(6))
        colour = self._theme.colours.muted
        image = icons.pixmap("file-text", colour, px(16), self.devicePixelRatioF())
        self._icon.setPixmap(image)
        elide = Qt.TextElideMode.ElideMiddle  # the ending says what it is
        name = " ".join(file.name.split())
        self._name.ensurePolished()  # or it would be measured in another font
        self._name.setText(self._name.fontMetrics().elidedText(name, elide, px(CHIP_WIDTH)))
        self._tokens.setText(self._tokens_text())
        self.setToolTip(plain_tooltip(file.name))
        self.setAccessibleName(f"{file.name}, {self._tokens_text()}")

    def _tokens_text(self) -> str:
        attachment = self._file.attachment
        if attachment is None:
            return self.tr("reading…")
        if attachment.tokens is None:
            return self.tr("≈ {count} tokens").format(
                count=number(estimate_tokens(attachment.text))
            )
        return self.tr("{count} tokens").format(count=number(attachment.tokens))


class AttachmentChips(QWidget):
    """All files of the message being typed; hidden when there are none."""

    def __init__(
        self, theme: Theme, attachments: AttachmentList, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Attachments"))
        self._theme = theme
        self._list = attachments
        self._chips: dict[int, AttachmentChip] = {}
        self._before: QWidget = self
        self._flow = FlowLayout(self)
        attachments.changed.connect(self._update)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._update()

    def chips(self) -> list[AttachmentChip]:
        """In the order they are shown."""
        return list(self._chips.values())

    def follow(self, widget: QWidget) -> None:
        """Let Tab come here from that widget."""
        self._before = widget

    @Slot()
    def _update(self) -> None:
        files = {file.key: file for file in self._list.files}
        for key in [key for key in self._chips if key not in files]:
            self._take(self._chips.pop(key))
        before = self._before
        for key, file in files.items():
            if key in self._chips:
                self._chips[key].show_file(file)
            else:
                self._chips[key] = chip = AttachmentChip(self._theme, file, self)
                chip.removed.connect(self._on_removed)
                self._flow.addWidget(chip)
                self.setTabOrder(before, chip.remove)
                chip.show()
            before = self._chips[key].remove
        self.setVisible(bool(files))

    def _take(self, chip: AttachmentChip) -> None:
        had_focus = chip.remove.hasFocus()
        self._flow.removeWidget(chip)
        chip.hide()
        chip.deleteLater()
        if had_focus:  # or it would go to who knows where
            self.focusNextChild()

    @Slot(int)
    def _on_removed(self, key: int) -> None:
        self._list.discard([key])

    @Slot()
    def _restyle(self) -> None:
        self._flow.setSpacing(self._theme.px(6))

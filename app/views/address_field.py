"""A line for an address, which is looked at before it is taken."""

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ternchat.app.core.errors import AppError

from .labels import PlainLabel
from .theme import Theme, set_style_property

Shown = Callable[[str | None], str]
Read = Callable[[str, str | None], str | None]


class AddressField(QWidget):
    """Shows and changes one address; None is the empty line.

    `shown` gives what may be seen of an address, without its password. `read` makes an address of
    what was typed over the one before, or raises an AppError that says what is wrong with it.

    Signals:
        address_chosen: the address, or None.

    """

    address_chosen = Signal(object)

    def __init__(
        self,
        theme: Theme,
        title: str,
        unset: str,
        shown: Shown,
        read: Read,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._shown, self._read = theme, shown, read
        self._address: str | None = None
        self.line = QLineEdit()
        self.line.setObjectName("field")
        self.line.setPlaceholderText(unset)
        self.line.setAccessibleName(title)
        self.problem = PlainLabel(name="muted", wrap=True)
        set_style_property(self.problem, "tone", "bad")
        self.problem.hide()
        self._box = QVBoxLayout(self)
        self._box.addWidget(self.line)
        self._box.addWidget(self.problem)
        self.setFocusProxy(self.line)
        self.line.editingFinished.connect(self._take)
        self.line.textEdited.connect(self._forget)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_address(self, address: str | None) -> None:
        """Show another address."""
        if address != self._address or not self.line.isModified():
            self._address = address
            self.line.setText(self._shown(address))
            self._forget()

    @Slot()
    def _take(self) -> None:
        if not self.line.isModified():
            return
        try:
            address = self._read(self.line.text().strip(), self._address)
        except AppError as error:
            self._refuse(str(error))
            return
        self.line.setModified(False)
        self.address_chosen.emit(address)
        self.set_address(address)

    def _refuse(self, sentence: str) -> None:
        text = self.tr("Not used: {reason}.").format(reason=sentence.rstrip("."))
        self.problem.setText(text)
        self.problem.show()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.line, text))

    @Slot()
    def _forget(self) -> None:
        self.problem.hide()

    @Slot()
    def _restyle(self) -> None:
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(self._theme.px(4))

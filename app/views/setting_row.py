"""One setting: its name, its control, a sentence about it, and the way back to the default."""

from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ternchat.app.core.fields import Rule

from .buttons import IconButton
from .labels import PlainLabel
from .theme import Theme


class SettingRow(QWidget):
    """Sets a control in words; `context` is where the rule's words are translated.

    Signals:
        reset_requested: the name of the setting that should have its default again.

    """

    reset_requested = Signal(str)

    def __init__(
        self,
        theme: Theme,
        name: str,
        rule: Rule,
        context: str,
        control: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self.name, self.control = theme, name, control
        title = QCoreApplication.translate(context, rule.title)
        text = QCoreApplication.translate(context, rule.text)
        control.setAccessibleName(title)
        control.setAccessibleDescription(text)
        self._title = PlainLabel(title, "settingTitle", wrap=True)
        self._title.setBuddy(control)
        back = self.tr("Reset {name}").format(name=title)
        self.reset = IconButton(theme, "undo-2", back, size=16)
        self._head = QHBoxLayout()
        self._head.addWidget(self._title, 1)
        self._head.addWidget(self.reset)
        self._box = QVBoxLayout(self)
        self._box.addWidget(control)  # first: so Tab comes to it before its way back
        self._box.insertLayout(0, self._head)
        self._box.addWidget(PlainLabel(text, "muted", wrap=True))
        keep = self.reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)  # or the row would change its height
        self.reset.setSizePolicy(keep)
        self.reset.clicked.connect(self._on_reset)
        theme.changed.connect(self._restyle)
        self._restyle()

    def offer_reset(self, offer: bool) -> None:
        """Show the way back where there is one."""
        if not offer and self.reset.hasFocus():
            self.control.setFocus()
        self.reset.setVisible(offer)

    @Slot()
    def _on_reset(self) -> None:
        self.reset_requested.emit(self.name)

    @Slot()
    def _restyle(self) -> None:
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(self._theme.px(4))

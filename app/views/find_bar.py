"""The bar that finds words in a chat."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from .buttons import IconButton
from .labels import PlainLabel
from .theme import Theme


class FindBar(QWidget):
    """Takes words; tells where one is among what was found.

    Signals:
        words_changed: what to look for.
        step_requested: 1 for the next place, -1 for the one before.
        closed: it is not wanted any more.
    """

    words_changed = Signal(str)
    step_requested = Signal(int)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("findBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self.words = QLineEdit()
        self.words.setObjectName("findWords")
        self.words.setAccessibleName(self.tr("Find in this chat"))
        self.words.setPlaceholderText(self.tr("Find in this chat"))
        self.count = PlainLabel(name="muted")
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.previous = IconButton(theme, "chevron-up", self.tr("Previous match (Shift+Enter)"))
        self.next = IconButton(theme, "chevron-down", self.tr("Next match (Enter)"))
        self.dismiss = IconButton(theme, "x", self.tr("Close (Esc)"))
        self._box = QHBoxLayout(self)
        self._box.addWidget(self.words, 1)
        for widget in (self.count, self.previous, self.next, self.dismiss):
            self._box.addWidget(widget)
        self.words.textChanged.connect(self.words_changed)
        self.previous.clicked.connect(self._go_back)
        self.next.clicked.connect(self._go_on)
        self.dismiss.clicked.connect(self.close_bar)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def open(self, words: str = "") -> None:
        """Show it, ready to be typed into; `words` are what was selected."""
        if words:
            self.words.setText(words)
        self.show()
        self.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.words.selectAll()
        self.words_changed.emit(self.words.text())

    @Slot()
    def close_bar(self) -> None:
        """Put it away."""
        if self.isVisibleTo(self.parentWidget()):
            self.hide()
            self.closed.emit()

    @Slot(int, int, bool)
    def show_count(self, number: int, total: int, complete: bool) -> None:
        """Tell which of how many places one is at; not `complete`: it is still being counted."""
        more = "" if complete else "…"
        if not self.words.text():
            self.count.setText("")
        elif total or not complete:
            self.count.setText(f"{number}/{total}{more}")
        else:
            self.count.setText(self.tr("Not found"))
        self.count.setAccessibleName(self.tr("{0} of {1} found").format(number, total))
        self.previous.setEnabled(total > 0)
        self.next.setEnabled(total > 0)

    def event(self, event: QEvent) -> bool:
        """Escape is for the bar while one types in it, not for what runs."""
        override = event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if override and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on, with Shift back; Escape closes."""
        key = event.key()
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F3):
            self.step_requested.emit(-1 if back else 1)
        elif key == Qt.Key.Key_Escape:
            self.close_bar()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _go_on(self) -> None:
        self.step_requested.emit(1)

    @Slot()
    def _go_back(self) -> None:
        self.step_requested.emit(-1)

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(self._theme.margins(16, 6, 12, 6))
        self._box.setSpacing(px(4))
        self.count.setMinimumWidth(px(64))

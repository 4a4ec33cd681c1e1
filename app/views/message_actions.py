"""What can be done with a message: buttons below it, and everything in a menu."""

from datetime import datetime

from PySide6.QtCore import QEvent, QLocale, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.core.wording import rate_text

from .buttons import IconButton
from .copy_button import CopyButton
from .labels import PlainLabel
from .theme import Theme

_CUT_OFF = ("length", "context")


class MessageActions(QWidget):
    """The row below a message.

    Signals:
        requested: the name of what somebody wants to be done with the message: "edit",
            "regenerate", "continue", "branch", "delete", "pin", "unpin", "retry", "take_back",
            "copy", "copy_text", "info", "older" and "newer" (its version).
    """

    requested = Signal(str)

    def __init__(self, theme: Theme, message: Message, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._message = message
        self._is_last = False
        self._shown: tuple[Message, bool] | None = None
        self._asked = message.role is Role.USER
        self.copy = CopyButton(theme, self.tr("Copy"), self, role="faint")
        self.change = self._button(*self._change())
        self.more = self._button("ellipsis", self.tr("More"))
        self.older = self._button("chevron-left", self.tr("Previous version (Alt+Left)"))
        self.newer = self._button("chevron-right", self.tr("Next version (Alt+Right)"))
        self.version = PlainLabel(name="version", parent=self)
        self.time = PlainLabel(name="rate", parent=self)
        self.time.setContentsMargins(theme.px(6), 0, theme.px(6), 0)
        self.rate = PlainLabel(name="rate", parent=self)  # questions have no speed: never shown
        self._box = QHBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._build()
        self.copy.clicked.connect(self._copy)
        self.change.clicked.connect(self._change_it)
        self.more.clicked.connect(self._open_below)
        self.older.clicked.connect(self._show_older)
        self.newer.clicked.connect(self._show_newer)
        for button in self._buttons():
            button.installEventFilter(self)
        self.set_siblings(1, 1)
        self.show_message(message, is_last=False)

    def show_message(self, message: Message, *, is_last: bool) -> None:
        """Offer what makes sense for the message as it is now."""
        if (message, is_last) == self._shown:
            return
        self._shown = (message, is_last)
        self._message, self._is_last = message, is_last
        writing = message.state in (State.WRITING, State.QUEUED)
        self.copy.setVisible(bool(message.shown_text))
        self.change.setVisible(not writing)
        self.more.setVisible(message.state is not State.QUEUED)
        stats = message.stats
        self.rate.setText(rate_text(stats.decode_tokens_per_second) if stats else "")
        self.rate.setVisible(bool(self.rate.text()))
        local = message.created.astimezone()
        self.time.setText(_short_time(local))
        self.time.setToolTip(QLocale().toString(local, QLocale.FormatType.LongFormat))
        self.time.setVisible(not writing)

    def rest(self) -> None:
        """Remember nothing of the message."""
        self.copy.calm_down()
        self.highlight(False)
        self.set_siblings(1, 1)

    def set_siblings(self, position: int, count: int) -> None:
        """Tell which of how many versions is shown."""
        for widget in (self.older, self.version, self.newer):
            widget.setVisible(count > 1)
        self.version.setText(f"{position}/{count}")
        self.version.setAccessibleName(self.tr("Version {0} of {1}").format(position, count))
        self.older.setEnabled(position > 1)
        self.newer.setEnabled(position < count)

    def highlight(self, on: bool) -> None:
        """Bring the actions forward, or let them step back."""
        role = "text" if on else "faint"
        for button in self._buttons():
            button.set_role(role)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Come forward as long as one of the buttons has the focus."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.highlight(event.type() is QEvent.Type.FocusIn)
        return super().eventFilter(watched, event)

    def focus_chain(self) -> tuple[QWidget, ...]:
        """What Tab passes, in this order."""
        return tuple(w for w in self._buttons() if w.isVisibleTo(self) and w.isEnabled())

    def open_menu(self, place: QPoint, *, selection: bool = False, link: str = "") -> None:
        """Show everything that can be done."""
        menu = self.menu(selection=selection, link=link)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def menu(self, *, selection: bool = False, link: str = "") -> QMenu:
        """A menu of everything that can be done."""
        menu = QMenu(self)
        message, add = self._message, self._add_to
        if link:
            add(menu, f"copy_link {link}", self.tr("Copy link address"))
        if selection:
            add(menu, "copy_selection", self.tr("Copy selection"))
            add(menu, "copy_selection_text", self.tr("Copy selection as plain text"))
        if message.shown_text:
            add(menu, "copy", self.tr("Copy message"))
            add(menu, "copy_text", self.tr("Copy as plain text"))
            add(menu, "select_all", self.tr("Select all"))
        menu.addSeparator()
        for name, text in self._changes():
            add(menu, name, text)
        if message.stats is not None or message.state is not State.QUEUED:
            menu.addSeparator()
            add(menu, "info", self.tr("Info"))
        return menu

    def can_continue(self) -> bool:
        """Whether the answer was cut off where it could go on."""
        message = self._message
        if self._asked or not self._is_last or not message.shown_text:
            return False
        if message.state in (State.STOPPED, State.INTERRUPTED):
            return True
        cut_off = message.stats is not None and message.stats.finish_reason in _CUT_OFF
        return message.state is State.DONE and cut_off

    def _buttons(self) -> tuple[IconButton, ...]:
        return (self.copy, self.change, self.more, self.older, self.newer)

    def _changes(self) -> list[tuple[str, str]]:
        message = self._message
        if message.state is State.QUEUED:
            return [("take_back", self.tr("Take back"))]
        if message.state is State.WRITING:
            return []
        changes = []
        if self._asked:
            changes.append(("edit", self.tr("Edit")))
        else:
            if message.state is State.FAILED:
                changes.append(("retry", self.tr("Try again")))
            if self.can_continue():
                changes.append(("continue", self.tr("Continue")))
            changes.append(("regenerate", self.tr("Regenerate")))
        changes.append(("branch", self.tr("Branch into a new chat")))
        pinned = message.pinned
        changes.append(("unpin", self.tr("Unpin")) if pinned else ("pin", self.tr("Pin")))
        changes.append(("delete", self.tr("Delete")))
        return changes

    def _add_to(self, menu: QMenu, name: str, text: str) -> None:
        action = menu.addAction(text)
        action.setData(name)
        action.triggered.connect(self._on_action)

    def _change(self) -> tuple[str, str]:
        if self._asked:
            return "square-pen", self.tr("Edit")
        return "rotate-cw", self.tr("Regenerate")

    def _button(self, icon: str, name: str) -> IconButton:
        button = IconButton(self._theme, icon, name, self, role="faint", size=16)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab is led by the page
        return button

    def _build(self) -> None:
        self._box.setSpacing(self._theme.px(2))
        self.copy.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        order: list[QWidget] = [self.copy, self.change, self.more, self.older, self.version]
        order += [self.newer, self.time, self.rate]
        if self._asked:
            self._box.addStretch()
            order = [self.time, *order[3:6], *order[:3]]
        for widget in order:
            self._box.addWidget(widget)
        if not self._asked:
            self._box.addStretch()

    @Slot()
    def _on_action(self) -> None:
        self.requested.emit(self.sender().data())

    @Slot()
    def _copy(self) -> None:
        self.requested.emit("copy")

    @Slot()
    def _change_it(self) -> None:
        self.requested.emit("edit" if self._asked else "regenerate")

    @Slot()
    def _show_older(self) -> None:
        self.requested.emit("older")

    @Slot()
    def _show_newer(self) -> None:
        self.requested.emit("newer")

    @Slot()
    def _open_below(self) -> None:
        self.open_menu(self.more.mapToGlobal(QPoint(0, self.more.height())))


def _short_time(moment: datetime) -> str:
    locale = QLocale()
    if moment.date() == datetime.now(moment.tzinfo).date():
        return locale.toString(moment.time(), QLocale.FormatType.ShortFormat)
    return locale.toString(moment, QLocale.FormatType.ShortFormat)

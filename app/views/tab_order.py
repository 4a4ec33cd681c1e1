"""The way of Tab through a conversation: message by message, also to those without widgets."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from .message_area import MessageArea


class TabOrder:
    """Leads the focus through the messages of a page; a step is 1 forward, -1 back."""

    def __init__(self, page: MessageArea) -> None:
        self._page = page

    def enter(self, step: int) -> None:
        """Go on from outside to the messages one sees."""
        row = self._page.first_visible() if step > 0 else self._page.last_visible()
        self._focus(self._edge(row, step), step)

    def go_on(self, step: int) -> bool:
        """Go to the next thing in the conversation, or out of it; False when there is none."""
        current = QApplication.focusWidget()
        if current is self._page:
            target = self._edge(self._page.first_visible() if step > 0 else -1, step)
        else:
            target = self._neighbour(current, step)
        if target is None:
            return _leave(self._page, step)
        self._focus(target, step)
        return True

    def go_to_message(self, step: int) -> None:
        """Go to the message before or behind the one with the focus, or to the last one seen."""
        row = self._page.column.row_of(QApplication.focusWidget())
        row = row + step if row is not None else self._page.last_visible()
        if 0 <= row < self._page.row_count():
            self._focus(self._edge(row, 1), step)

    def _neighbour(self, current: QWidget | None, step: int) -> QWidget | None:
        """What the focus goes to from `current`; None where the conversation ends."""
        column = self._page.column
        row = column.row_of(current)
        if row is None or current is None:
            return None
        chain = column.realise_row(row).focus_chain()
        if current in chain:
            at = chain.index(current) + step
            if 0 <= at < len(chain):
                return chain[at]
        return self._edge(row + step, step)

    def _edge(self, row: int, step: int) -> QWidget | None:
        """What comes first in a row, or in the next one that has anything to focus."""
        while 0 <= row < self._page.row_count():
            chain = self._page.column.realise_row(row).focus_chain()
            if chain:
                return chain[0] if step > 0 else chain[-1]
            row += step
        return None

    def _focus(self, widget: QWidget | None, step: int) -> None:
        if widget is not None:
            self._page.lay_out()  # a row made just now has no place yet
            widget.setFocus(_reason(step))
            self._page.reveal(widget)


def _reason(step: int) -> Qt.FocusReason:
    return Qt.FocusReason.TabFocusReason if step > 0 else Qt.FocusReason.BacktabFocusReason


def _leave(page: QWidget, step: int) -> bool:
    """Give the focus to what comes behind or before the page; False when nothing does."""
    widget = page
    while True:
        widget = widget.nextInFocusChain() if step > 0 else widget.previousInFocusChain()
        if widget is page:
            return False
        reachable = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        inside = page.isAncestorOf(widget) or widget.window() is not page.window()
        if reachable and not inside and widget.isVisible() and widget.isEnabled():
            widget.setFocus(_reason(step))
            return True

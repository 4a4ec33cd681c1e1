"""The way of Tab through a conversation: message by message, also to those without widgets."""

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from .message_widget import MessageWidget


class Rows(Protocol):
    """The messages Tab goes through."""

    def row_of(self, widget: QWidget | None) -> int | None:
        """The row a widget belongs to."""

    def realise_row(self, row: int) -> MessageWidget:
        """The widget of a row."""


def neighbour(rows: Rows, count: int, current: QWidget | None, step: int) -> QWidget | None:
    """What the focus goes to from `current`; None where the conversation ends."""
    row = rows.row_of(current)
    if row is None or current is None:
        return None
    chain = rows.realise_row(row).focus_chain()
    if current in chain:
        at = chain.index(current) + step
        if 0 <= at < len(chain):
            return chain[at]
    return edge(rows, count, row + step, step)


def edge(rows: Rows, count: int, row: int, step: int) -> QWidget | None:
    """What comes first in a row, or in the next one that has anything to focus."""
    while 0 <= row < count:
        chain = rows.realise_row(row).focus_chain()
        if chain:
            return chain[0] if step > 0 else chain[-1]
        row += step
    return None


def leave(page: QWidget, step: int) -> bool:
    """Give the focus to what comes behind or before the page; False when nothing does."""
    widget = page
    while True:
        widget = widget.nextInFocusChain() if step > 0 else widget.previousInFocusChain()
        if widget is page:
            return False
        reachable = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        inside = page.isAncestorOf(widget) or widget.window() is not page.window()
        if reachable and not inside and widget.isVisible() and widget.isEnabled():
            reason = Qt.FocusReason
            widget.setFocus(reason.TabFocusReason if step > 0 else reason.BacktabFocusReason)
            return True

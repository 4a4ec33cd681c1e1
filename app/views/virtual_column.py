"""A column of messages of which only those near the window have widgets."""

from collections.abc import Callable, Collection

from PySide6.QtWidgets import QWidget

from .message_widget import MessageWidget
from .row_heights import RowHeights
from .spare_messages import SpareMessages
from .theme import COLUMN_WIDTH, Theme

_SPACING, _MARGIN, _SIDE = 16, 24, 16


class VirtualColumn(QWidget):
    """Makes, places and drops the widgets of rows; `make` gives a row's widget, a child of it.

    Attributes:
        spare: widgets that were dropped, for `make` to use again.

    """

    def __init__(
        self,
        theme: Theme,
        make: Callable[[int], MessageWidget],
        estimate: Callable[[int, int], int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._make, self._estimate = theme, make, estimate
        self._width = self._side = 0
        self._widgets: dict[int, MessageWidget] = {}
        self.spare = SpareMessages()
        self.heights = RowHeights(theme.px(_SPACING), theme.px(_MARGIN))

    @property
    def text_width(self) -> int:
        """The width of the messages."""
        return self._width

    def widgets(self) -> list[MessageWidget]:
        """All widgets there are, from top to bottom."""
        return [self._widgets[row] for row in sorted(self._widgets)]

    def widget(self, row: int) -> MessageWidget | None:
        """A row's widget, if it has one."""
        return self._widgets.get(row)

    def rows(self) -> list[int]:
        """The rows that have widgets."""
        return sorted(self._widgets)

    def row_of(self, widget: QWidget | None) -> int | None:
        """The row a widget belongs to."""
        for row, message in self._widgets.items():
            if widget is not None and (message is widget or message.isAncestorOf(widget)):
                return row
        return None

    def reset(self, count: int) -> None:
        """Other rows."""
        for row in list(self._widgets):
            self._drop(row)
        self.heights.reset([self._estimate(row, self._width) for row in range(count)])

    def insert(self, first: int, last: int) -> None:
        """New rows."""
        moved = {row + (last - first + 1) * (row >= first): w for row, w in self._widgets.items()}
        self._widgets = moved
        for row in range(first, last + 1):
            self.heights.insert(row, self._estimate(row, self._width))

    def remove(self, first: int, last: int) -> None:
        """Rows that are gone."""
        for row in range(first, last + 1):
            self._drop(row)
        count = last - first + 1
        self._widgets = {row - count * (row > last): w for row, w in self._widgets.items()}
        self.heights.remove(first, last)

    def fit(self, width: int) -> bool:
        """Take the width of the page; whether messages got another width."""
        side = max(self._theme.px(_SIDE), (width - self._theme.px(COLUMN_WIDTH)) // 2)
        text_width = max(1, width - 2 * side)
        self._side = side
        if text_width == self._width:
            return False
        self._width = text_width
        self.measure_again()
        return True

    def measure_again(self) -> None:
        """All heights anew: the width, the font or the zoom changed."""
        self.heights.set_spacing(self._theme.px(_SPACING), self._theme.px(_MARGIN))
        count = len(self.heights)
        self.heights.reset([self._estimate(row, self._width) for row in range(count)])
        for row in self._widgets:
            self.arrange(row)

    def arrange(self, row: int) -> bool:
        """Lay a row out that changed; whether its height did."""
        widget = self._widgets.get(row)
        if widget is None:
            return self.heights.set_height(row, self._estimate(row, self._width))
        return self.heights.set_height(row, widget.arrange(self._width))

    def realise(self, top: int, bottom: int, limit: int | None = None) -> bool:
        """Make widgets for what shows between two heights, `limit` at most; whether any was."""
        made = 0
        for row in self.heights.rows_between(top, bottom):
            if row not in self._widgets:
                if made == limit:
                    break
                self.realise_row(row)
                made += 1
        return made > 0

    def realise_row(self, row: int) -> MessageWidget:
        """The widget of a row, made now if there is none."""
        if row not in self._widgets:
            widget = self._make(row)
            below = next((w for at, w in sorted(self._widgets.items()) if at > row), None)
            if below is None:  # screen readers go by this order
                widget.raise_()
            else:
                widget.stackUnder(below)
            self._widgets[row] = widget
            self.arrange(row)
        return self._widgets[row]

    def prune(self, top: int, bottom: int, kept: Collection[int]) -> None:
        """Drop the widgets of rows that do not show between two heights."""
        near = self.heights.rows_between(top, bottom)
        for row in [row for row in self._widgets if row not in near and row not in kept]:
            self._drop(row)

    def place(self) -> None:
        """Put all widgets where they belong."""
        for row, widget in self._widgets.items():
            widget.setGeometry(
                self._side, self.heights.top(row), self._width, self.heights.height(row)
            )
            widget.show()

    def _drop(self, row: int) -> None:
        widget = self._widgets.pop(row, None)
        if widget is not None:
            self.spare.put(widget)

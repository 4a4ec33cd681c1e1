"""A page of messages that stays where the reader is, whatever changes its height."""

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from .follow_scroll import FollowScroll
from .message_widget import MessageWidget
from .page_area import PageArea
from .reading import Anchor
from .theme import Theme
from .virtual_column import VirtualColumn

_ROUNDS = 6  # of guessing which rows show, until all that do have their real height


class AnchoredPage(PageArea):
    """Gives widgets to the messages near the window and keeps what one reads in its place.

    Every change of heights ends in `lay_out`: the page either goes to its end, when it follows,
    or puts what stood at the upper edge back there.

    Signals:
        read_on: the reader went to another place.
    """

    read_on = Signal()

    def __init__(
        self,
        theme: Theme,
        make: Callable[[int], MessageWidget],
        estimate: Callable[[int, int], int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self.setWidgetResizable(False)
        self.column = VirtualColumn(theme, make, estimate)
        self.setWidget(self.column)
        self.follow = FollowScroll(self.verticalScrollBar())
        self._anchor = Anchor(0)
        self._busy = False
        self._ahead = QTimer(self)  # makes widgets for what is just out of sight
        self._ahead.setInterval(0)
        self._ahead.timeout.connect(self._realise_ahead)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().setSingleStep(theme.px(20))
        theme.changed.connect(self._restyle)

    def message_widgets(self) -> list[MessageWidget]:
        """The messages that have widgets, first message first."""
        return self.column.widgets()

    def message_widget(self, row: int) -> MessageWidget | None:
        """The widget of a row, if it has one."""
        return self.column.widget(row)

    def row_count(self) -> int:
        """How many messages there are."""
        return len(self.column.heights)

    def rows(self) -> list[int]:
        """The rows that have widgets."""
        return self.column.rows()

    def kept_rows(self) -> set[int]:
        """Rows that keep their widgets out of sight, too."""
        return set()

    # Where one reads

    def reading(self) -> tuple[int, float]:
        """The message at the upper edge, and how much of it lies above."""
        return self._anchor.row, self._anchor.fraction

    def open_at(self, row: int, fraction: float) -> None:
        """Begin at a place of a message, not at the end."""
        self.follow.leave()
        self._anchor = Anchor(row, None, fraction)
        self.lay_out()

    def go_to(self, row: int, fraction: float = 0.0) -> None:
        """Put a place of a message to the upper edge."""
        self.follow.stop()
        self._anchor = Anchor(row, None, fraction)
        self.lay_out()

    def first_visible(self) -> int:
        """The first row of which one sees something; -1 without rows."""
        return self.column.heights.row_at(self.verticalScrollBar().value())

    def last_visible(self) -> int:
        """The last row of which one sees something; -1 without rows."""
        bottom = self.verticalScrollBar().value() + self.viewport().height() - 1
        return self.column.heights.row_at(bottom)

    # Layout

    def rows_inserted(self, first: int, last: int) -> None:
        """Rows came."""
        self.column.insert(first, last)
        if first <= self._anchor.row and len(self.column.heights) > last - first + 1:
            self._move_anchor(last - first + 1)
        self.lay_out()

    def rows_removed(self, first: int, last: int) -> None:
        """Rows are gone."""
        self.column.remove(first, last)
        if last < self._anchor.row:
            self._move_anchor(first - last - 1)
        elif first <= self._anchor.row:
            self._anchor = Anchor(max(0, min(first, len(self.column.heights) - 1)))
        self.lay_out()

    def row_changed(self, row: int) -> None:
        """A message needs another height."""
        if not self._busy:
            self.column.arrange(row)
            self.lay_out()

    def lay_out(self) -> None:
        """Give everything its place again."""
        if self._busy or self.viewport().height() <= 0:
            return
        self._busy = True
        try:
            with self.follow.quiet():
                for _ in range(_ROUNDS):
                    self._scroll_to_anchor()
                    self._prune()  # before others are made: their widgets are used again
                    top = self.verticalScrollBar().value()
                    if not self.column.realise(top, top + self.viewport().height()):
                        break
                self.column.place()
        finally:
            self._busy = False
        self._take_anchor()
        self._ahead.start()

    def _scroll_to_anchor(self) -> None:
        heights, bar = self.column.heights, self.verticalScrollBar()
        width, page = self.viewport().width(), self.viewport().height()
        height = max(heights.total(), page)
        self.column.resize(width, height)
        bar.setRange(0, height - page)  # Qt does it too, but only once all of it is shown
        bar.setPageStep(page)
        if self.follow.following:
            bar.setValue(bar.maximum())
            return
        row, spot = self._anchor.row, self._anchor.spot
        if row >= len(heights):
            return
        widget = self.column.widget(row)
        if spot is not None and widget is not None:
            inside = widget.height_of(spot)
        else:
            inside = round(self._anchor.fraction * heights.height(row))
        bar.setValue(heights.top(row) + inside)

    def _take_anchor(self) -> None:
        """Remember what stands at the upper edge now."""
        heights, value = self.column.heights, self.verticalScrollBar().value()
        row = heights.row_at(value)
        if row < 0:
            self._anchor = Anchor(0)
            return
        inside = value - heights.top(row)
        widget = self.column.widget(row)
        spot = widget.spot_at(inside) if widget is not None else None
        self._anchor = Anchor(row, spot, inside / max(1, heights.height(row)))

    def _move_anchor(self, rows: int) -> None:
        anchor = self._anchor
        self._anchor = Anchor(anchor.row + rows, anchor.spot, anchor.fraction)

    def _prune(self) -> None:
        bar, margin = self.verticalScrollBar(), 2 * self._margin()
        top = bar.value() - margin
        self.column.prune(top, bar.value() + self.viewport().height() + margin, self.kept_rows())

    def _margin(self) -> int:
        return max(self.viewport().height(), 200)

    @Slot()
    def _realise_ahead(self) -> None:
        """One more widget above or below: scrolling finds it ready."""
        bar, height = self.verticalScrollBar(), self.viewport().height()
        top = bar.value() - self._margin()
        with self.follow.quiet():
            made = self.column.realise(max(0, top), bar.value() + height + self._margin(), 1)
        if made:
            self._busy, before = True, self._busy
            with self.follow.quiet():
                self._scroll_to_anchor()
                self.column.place()
            self._busy = before
            self._take_anchor()
        else:
            self._ahead.stop()

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the messages to the width."""
        super().resizeEvent(event)
        if self.viewport().width() > 0:
            self.column.fit(self.viewport().width())
            self.lay_out()

    @Slot(int)
    def _on_scrolled(self, _value: int) -> None:
        if self._busy:
            return
        self._take_anchor()
        self.lay_out()
        self.read_on.emit()

    @Slot()
    def _restyle(self) -> None:
        self.verticalScrollBar().setSingleStep(self._theme.px(20))
        if self.viewport().width() > 0:
            self.column.fit(self.viewport().width())
            self.column.measure_again()
            self.lay_out()

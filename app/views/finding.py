"""Finding words in the conversation on the page, and the way back from there."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from ternchat.app.core.conversation import Message

from .finder import Finder
from .found_marks import FoundMarks
from .message_area import MessageArea
from .theme import Theme


class Finding(QObject):
    """Goes from one place to the next and marks them all; afterwards one is where one was.

    Attributes:
        finder: counts the places and knows which one is looked at.

    """

    def __init__(self, theme: Theme, page: MessageArea, message: Callable[[int], Message]) -> None:
        super().__init__(page)
        self._page = page
        self._marks = FoundMarks(theme)
        self._before: tuple[bool, int, float] | None = None  # where one was
        self.finder = Finder(message, self)
        self.finder.moved.connect(self._show_match)

    @property
    def active(self) -> bool:
        """Whether there are marks on the page."""
        return self.finder.pattern is not None

    def start(self, words: str) -> None:
        """Look for words in all messages; "" looks for nothing."""
        page = self._page
        if self._before is None:
            self._before = (page.follow.following, *page.reading())
        self.finder.start(words, page.row_count(), max(0, page.first_visible()))
        self.mark_all()

    def end(self) -> None:
        """Take the marks away and return to where one was."""
        before, self._before = self._before, None
        self.finder.stop()
        self.mark_all()
        if before is None:
            return
        following, row, fraction = before
        if following:
            self._page.follow.start()
        elif row < self._page.row_count():
            self._page.go_to(row, fraction)

    def forget(self) -> None:
        """Another chat is on the page: there is no way back."""
        self._before = None
        self.finder.stop()

    def count_again(self) -> None:
        """The messages are others; one stays where one is."""
        if self.active:
            self.finder.count_again(self._page.row_count())

    @Slot()
    def mark_all(self) -> None:
        """Mark what was found in all messages that have widgets."""
        current = self.finder.current
        for row in self._page.rows():
            widget = self._page.message_widget(row)
            number = current[1] if current is not None and current[0] == row else None
            if widget is not None:
                self._marks.mark(widget, self.finder.pattern, number)

    @Slot(int, int)
    def _show_match(self, row: int, number: int) -> None:
        page = self._page
        page.follow.stop()
        if page.message_widget(row) is None or row not in range(
            page.first_visible(), page.last_visible()
        ):
            page.go_to(row)
        widget = page.column.realise_row(row)
        if self.finder.pattern is not None:
            place = self._marks.place(widget, self.finder.pattern, number)
            if place is not None:
                page.reveal(*place)
        self.mark_all()

"""The foot of a chat: what went wrong, and the composer."""

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from .column import Column
from .composer import Composer
from .error_strip import ErrorStrip
from .page_area import PageArea
from .theme import Theme

GAP = 12
SHARE = 0.75  # of the room: the chat itself is to be seen too


class ChatFoot(PageArea):
    """Shares its room out, so that nothing ever lies upon something else.

    A long error is scrolled before the composer becomes small. Where not even the least of both
    has room, the whole foot is scrolled; the composer, at its end, is what one sees then.
    """

    def __init__(
        self, theme: Theme, errors: ErrorStrip, composer: Composer, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._errors, self._composer = errors, composer
        self._room = 0
        self._column = Column(theme, bottom=GAP)
        self._column.box.addWidget(errors)
        self._column.box.addWidget(composer)
        self.setWidget(self._column)
        self.verticalScrollBar().rangeChanged.connect(self._show_end)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_room(self, height: int) -> None:
        """Be no higher than that."""
        if height != self._room:
            self._room = height
            self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width breaks lines anew."""
        super().resizeEvent(event)
        self.fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Share the room anew whenever something inside wants another height."""
        if watched is self.widget() and event.type() is QEvent.Type.LayoutRequest:
            self.fit()
        return super().eventFilter(watched, event)

    def fit(self) -> None:
        """Give the composer its least, the error what it wants, the composer the rest."""
        gap, least = self._theme.px(GAP), self._composer.least_height()
        taken = 0
        if not self._errors.isHidden():
            taken = self._errors.set_room(self._room - least - 2 * gap) + gap
        rest = round(SHARE * self._room) - gap - taken
        height = taken + self._composer.set_room(max(least, rest)) + gap
        self._column.setMinimumHeight(height)
        if (height := max(1, min(height, self._room))) != self.height():
            self.setFixedHeight(height)

    @Slot(int, int)
    def _show_end(self, _least: int, most: int) -> None:
        self.verticalScrollBar().setValue(most)

    def _restyle(self) -> None:
        self._column.box.setSpacing(self._theme.px(GAP))
        self.fit()

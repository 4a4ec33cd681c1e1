"""Brings text into a message at a pace that leaves the window its time."""

import time

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ternchat.app.core.markdown.plain_stream import PlainStream
from ternchat.app.core.markdown.stream import SLICE, MarkdownStream

AT_ONCE = 4 * SLICE  # characters that are taken without letting the window go on between them
_CHEAP_SECONDS = 0.008
_REST = 2  # times as long as the last piece took, before the next one


class MessageFeed(QObject):
    """Feeds a stream, and tells which items changed.

    Signals:
        changed: the number of the first item that may have changed, and all items from there on.
    """

    changed = Signal(int, list)

    def __init__(self, *, markdown: bool, parent: QObject) -> None:
        super().__init__(parent)
        self._markdown = markdown
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)
        self.reset()

    @property
    def complete(self) -> bool:
        """True when everything is shown and nothing is expected."""
        return self._finished

    @property
    def resting(self) -> bool:
        """True while new text is gathered, so that the window has time for other things."""
        return self._timer.isActive()

    def show(self, text: str, *, final: bool) -> None:
        """Show this text; what is there already is only added to."""
        if text == self._text and final == self._final:
            return
        if self._finished or not text.startswith(self._text):
            self.reset()
        self._pending += text[len(self._text) :]
        self._text, self._final = text, final
        if final or not self._timer.isActive():
            self._take(AT_ONCE)

    def append(self, text: str) -> None:
        """Add a piece, now or as soon as there is time for it."""
        if self._finished:  # it goes on after all
            self.show(self._text + text, final=False)
            return
        self._text += text
        self._pending += text
        self._final = False
        if not self._timer.isActive():
            self._take(AT_ONCE)

    @Slot()
    def _go_on(self) -> None:
        self._take(SLICE)

    def _take(self, room: int) -> None:
        started = time.perf_counter()
        piece, self._pending = self._pending[:room], self._pending[room:]
        self._stream.append(piece)
        if self._final and not self._pending:
            self._stream.finish()
            self._finished = True
        first, self._settled = self._settled, len(self._stream.settled)
        self.changed.emit(first, self._stream.settled[first:] + self._stream.open)
        taken = time.perf_counter() - started  # with all that was laid out for it
        if self._pending and self._final:
            self._timer.start(0)
        elif not self._finished and taken > _CHEAP_SECONDS:
            self._timer.start(round(1000 * _REST * taken))
        elif self._pending:
            self._timer.start(0)

    def reset(self) -> None:
        """Forget the text."""
        self._timer.stop()
        self._stream = MarkdownStream() if self._markdown else PlainStream()
        self._text = self._pending = ""
        self._settled = 0
        self._final = self._finished = False

"""Tells screen readers what is being written: sentence by sentence, not token by token."""

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from ternchat.app.core.conversation import Message
from ternchat.app.core.markdown.speech import Speech


class Announcer:
    """Announces each sentence of the answer being written when it is whole."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._speech: Speech | None = None
        self._message_id: int | None = None

    def add(self, message: Message, piece: str) -> None:
        """Take the piece at the end of a message; what stood before it was heard or read."""
        if not QAccessible.isActive():
            self.stop()
            return
        before = message.text.removesuffix(piece).lstrip()
        if self._speech is None or message.id != self._message_id:
            self._speech, self._message_id = Speech(), message.id
            self._speech.add(before)
        self._say(self._speech.add(piece if before else piece.lstrip()))

    def finish(self, message: Message, remark: str = "") -> None:
        """Announce what is left of a message that ended, then a remark such as "Stopped"."""
        left = []
        if self._speech is not None and message.id == self._message_id:
            left = self._speech.finish()
            self.stop()
        if QAccessible.isActive():
            self._say([*left, remark])

    def stop(self) -> None:
        """Another chat is on the screen."""
        self._speech = self._message_id = None

    def _say(self, sentences: list[str]) -> None:
        words = " ".join(filter(None, sentences))
        if words:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._widget, words))

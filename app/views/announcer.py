"""Tells screen readers what is being written: sentence by sentence, not token by token."""

import re

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

# A sentence ends with its mark and white space behind it, or with the line.
_END = re.compile(r"[.!?…][\"'”’)\]]*\s|\n|[。！？]")


class Announcer:
    """Collects pieces of text and announces each sentence when it is whole."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget
        self._pending = ""

    def add(self, text: str) -> None:
        """Take the next piece."""
        if not QAccessible.isActive():
            return
        self._pending += text
        ends = [match.end() for match in _END.finditer(self._pending)]
        if ends:
            self._say(self._pending[: ends[-1]])
            self._pending = self._pending[ends[-1] :]

    def finish(self, remark: str = "") -> None:
        """Announce what is left, then a remark such as "Stopped"."""
        if QAccessible.isActive():
            self._say(f"{self._pending} {remark}")
        self._pending = ""

    def _say(self, text: str) -> None:
        words = " ".join(text.split())
        if words:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._widget, words))

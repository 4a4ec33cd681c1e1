"""What the parts of a message have in common."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtWidgets import QWidget

from ternchat.app.core.markdown.items import FlowItem
from ternchat.app.views.message_text import MessageText


class Part(Protocol):
    """A widget that shows neighbouring items of a message.

    Attributes:
        items: what it shows.
        surface: its text.

    """

    items: list[FlowItem]
    surface: MessageText

    def widget(self) -> QWidget:
        """The widget to be placed."""

    def show_items(self, items: Sequence[FlowItem]) -> None:
        """Show other items; what is the same in both stays untouched."""

    def rest(self) -> None:
        """Show nothing, until other items come."""

    def height_for(self, width: int) -> int:
        """How high it is at that width."""

    def focus_chain(self) -> tuple[QWidget, ...]:
        """What Tab passes, in this order."""

    def between(self, start: int, end: int) -> list[FlowItem]:
        """The items between two positions of the text, the outer ones cut."""

    def restyle(self) -> None:
        """Take the theme's colours and sizes again."""

"""How a reader wants to see blocks of code: folded, unfolded, wrapped."""

from collections import OrderedDict
from dataclasses import dataclass

MAX_MESSAGES = 1000  # whose choices are remembered: those looked at last


@dataclass(frozen=True)
class CodeChoice:
    """What was chosen for one block.

    Attributes:
        folded: None leaves it to the block's length.

    """

    folded: bool | None = None
    wrapped: bool = False


class CodeChoices:
    """Remembers choices while the program runs, also of messages that have no widgets."""

    def __init__(self) -> None:
        self._of: OrderedDict[int, dict[int, CodeChoice]] = OrderedDict()

    def of(self, message_id: int) -> dict[int, CodeChoice]:
        """The choices in a message by the number of the item, to be read and changed."""
        choices = self._of.setdefault(message_id, {})
        self._of.move_to_end(message_id)
        if len(self._of) > MAX_MESSAGES:
            self._of.popitem(last=False)
        return choices

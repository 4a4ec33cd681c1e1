"""Widgets of messages that went out of sight, for those that come into it."""

from ternchat.app.core.conversation import Message, Role

from .message_widget import MessageWidget

MAX_SPARE = 12  # of each kind
MAX_PARTS = 24  # a message that took more is not worth keeping


class SpareMessages:
    """Keeps empty widgets: to dress a new one by the style sheet takes longer than to fill one."""

    def __init__(self) -> None:
        self._widgets: dict[Role, list[MessageWidget]] = {role: [] for role in Role}

    def put(self, widget: MessageWidget) -> None:
        """Keep a widget, or let it go."""
        widget.hide()
        spare = self._widgets[widget.message.role]
        simple = not widget.message.attachments and len(widget.text.parts) <= MAX_PARTS
        if simple and len(spare) < MAX_SPARE:
            widget.rest()
            spare.append(widget)
        else:
            widget.deleteLater()

    def take(self, message: Message) -> MessageWidget | None:
        """A widget that can show a message of that kind, if there is one."""
        spare = self._widgets[message.role]
        return spare.pop() if spare and not message.attachments else None

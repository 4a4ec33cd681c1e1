"""What is typed but not sent, per chat."""


class Drafts:
    """One text per chat; None is the chat that does not exist yet."""

    def __init__(self) -> None:
        self._texts: dict[int | None, str] = {}

    def of(self, chat_id: int | None) -> str:
        """The chat's draft; empty when there is none."""
        return self._texts.get(chat_id, "")

    def set(self, chat_id: int | None, text: str) -> None:
        """Replace the chat's draft."""
        self._texts[chat_id] = text

    def put_before(self, chat_id: int | None, text: str) -> None:
        """Add a text in front of what is typed already."""
        self._texts[chat_id] = "\n".join(part for part in (text, self.of(chat_id)) if part)

    def move(self, source: int | None, target: int | None) -> None:
        """Hand the draft of one chat to another."""
        self._texts[target] = self._texts.pop(source, "")

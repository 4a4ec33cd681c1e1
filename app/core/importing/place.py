"""Where in an export something stands, in words for a person."""

from dataclasses import dataclass, replace

from ternchat.app.core.language import sentence


@dataclass(frozen=True)
class Place:
    """A chat of the file, or something in it; words are made when they are needed.

    Attributes:
        chat_number, message_number: counted from 1; None for the file itself and the chat itself.
        names: what stands further in, as the file calls it.

    """

    chat_number: int | None
    message_number: int | None = None
    in_attachment: bool = False
    names: tuple[str, ...] = ()

    def message(self, number: int) -> "Place":
        """A message of the chat."""
        return replace(self, message_number=number)

    def attachment(self) -> "Place":
        """An attachment of the message, or of the chat's draft."""
        return replace(self, in_attachment=True)

    def at(self, name: str) -> "Place":
        """What is called so there; "" is the place itself."""
        return replace(self, names=(*self.names, name)) if name else self

    def __str__(self) -> str:
        """The words: "chat 3, message 2, text"."""
        if self.chat_number is None:
            words = [sentence("the file")]
        else:
            words = [sentence("chat {number}", number=self.chat_number)]
        if self.message_number is not None:
            words.append(sentence("message {number}", number=self.message_number))
        if self.in_attachment:
            words.append(sentence("attachment"))
        return ", ".join([*words, *self.names])


FILE = Place(None)

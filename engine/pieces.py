"""What a prompt is made of before it becomes token ids."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Special:
    """A special token of the template's own."""

    text: str


@dataclass(frozen=True)
class Text:
    """Plain text of the template's own."""

    text: str


@dataclass(frozen=True)
class Content:
    """The content of message number `index`, as the template changes it."""

    index: int
    text: str


Piece = Special | Text | Content

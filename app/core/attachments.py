"""Text that is handed to the model together with a message."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Attachment:
    """A text attached to a message; `tokens` is None until a model has counted them."""

    name: str
    media_type: str
    text: str
    tokens: int | None = None

"""What a chat is made of: frozen records, changed by replacing them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from .turn import Ending

TITLE_LENGTH = 48


class Role(StrEnum):
    """Who speaks."""

    USER = "user"
    ASSISTANT = "assistant"


class State(StrEnum):
    """How far a message has come; only a user's message waits in the queue."""

    QUEUED = "queued"
    WRITING = "writing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True)
class AnswerStats:
    """How an answer came about.

    Attributes:
        model: title of the model that wrote it.
        finish_reason: "stop", "length", "cancelled" or "context".
        prompt_tokens, new_tokens: what was read and written.
        prefill_tokens_per_second, decode_tokens_per_second: None when unknown.

    """

    model: str
    finish_reason: str
    prompt_tokens: int = 0
    new_tokens: int = 0
    prefill_tokens_per_second: float | None = None
    decode_tokens_per_second: float | None = None

    @classmethod
    def of(cls, model: str, ending: Ending) -> "AnswerStats | None":
        """What the end of a request tells; None when it never came to reading."""
        timings = ending.timings
        if timings is None:
            return None
        return cls(
            model=model,
            finish_reason=ending.finish_reason,
            prompt_tokens=timings.prompt_tokens,
            new_tokens=timings.new_tokens,
            prefill_tokens_per_second=timings.prefill_tokens_per_second,
            decode_tokens_per_second=timings.decode_tokens_per_second,
        )


@dataclass(frozen=True)
class Message:
    """One message; `parent` is the message it follows, None for the first of a chat."""

    id: int
    chat_id: int
    parent: int | None
    role: Role
    text: str
    state: State = State.DONE
    stats: AnswerStats | None = None

    @property
    def shown_text(self) -> str:
        """The text without the blanks a model puts before its first word."""
        return self.text.lstrip() if self.role is Role.ASSISTANT else self.text


@dataclass(frozen=True)
class Chat:
    """One conversation as the list of chats shows it."""

    id: int
    title: str
    created: datetime = field(default_factory=lambda: datetime.now(UTC))


def title_of(text: str) -> str:
    """A chat's title made of its first message: the first words that fit on a line."""
    line = " ".join(text.split())
    if len(line) <= TITLE_LENGTH:
        return line
    head, _, _ = line[: TITLE_LENGTH + 1].rpartition(" ")
    return (head or line[:TITLE_LENGTH]).rstrip(",;:") + "…"

"""How much of the model's context a chat and the message being typed take."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .attachments import Attachment, prompt_text
from .conversation import Message
from .language import number, translate
from .token_estimate import estimate_tokens

ALMOST_FULL = 0.8
ROOM_FOR_ANSWER = 64  # tokens; with less, sending makes no sense
_FRAME_TOKENS = 5  # of a chat template around a message


class Level(StrEnum):
    """How the context stands."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class ContextUse:
    """Tokens taken, and what there is.

    Attributes:
        chat: of the chat so far, the system prompt included.
        draft: of the message being typed, with its attachments.
        fixed: of the system prompt, which is never left out.
        length: what the model can look back on; None while no model is loaded.
        counted: the draft's tokens were counted by the model's tokenizer, not estimated.

    """

    chat: int = 0
    draft: int = 0
    fixed: int = 0
    length: int | None = None
    counted: bool = False

    @property
    def fraction(self) -> float | None:
        """How full the context is once the message is sent, 0 to 1; None without a model."""
        if self.length is None:
            return None
        return min(1.0, (self.chat + self.draft) / self.length)

    @property
    def level(self) -> Level:
        """Whether the message fits, and whether anything has to make way for it."""
        if self.length is None or self.fraction is None:
            return Level.GOOD
        if self.draft and self.fixed + self.draft + ROOM_FOR_ANSWER > self.length:
            return Level.BAD
        return Level.WARNING if self.fraction >= ALMOST_FULL else Level.GOOD

    @property
    def reason(self) -> str:
        """What the level means, in a sentence; empty when all is well."""
        if self.level is Level.GOOD or self.length is None:
            return ""
        if self.level is Level.BAD:
            return translate(
                "ContextUse",
                "This message takes {draft} tokens, but the model can read only {length} at once."
                " Shorten it, or attach less.",
            ).format(draft=self.draft_text, length=number(self.length))
        if self.chat + self.draft + ROOM_FOR_ANSWER > self.length:
            return translate(
                "ContextUse", "The oldest messages will be left out to make room for this one."
            )
        return translate("ContextUse", "This chat has almost filled what the model can read.")

    @property
    def draft_text(self) -> str:
        """The draft's tokens, marked when they are an estimate: "≈ 120"."""
        return number(self.draft) if self.counted else f"≈ {number(self.draft)}"

    @property
    def gauge_text(self) -> str:
        """What the composer shows: "120 tokens · 12 %"."""
        parts = []
        if self.draft:
            parts.append(translate("ContextUse", "{count} tokens").format(count=self.draft_text))
        if self.fraction is not None:
            percent = number(100 * self.fraction)
            parts.append(translate("ContextUse", "{percent} %").format(percent=percent))
        return " · ".join(parts)

    @property
    def explanation(self) -> str:
        """All of it in words."""
        words = translate(
            "ContextUse", "{chat} tokens in this chat, {draft} in the message being written."
        ).format(chat=number(self.chat), draft=self.draft_text)
        if self.length is not None:
            words += " " + translate("ContextUse", "The model can read {length} at once.").format(
                length=number(self.length)
            )
        return f"{words} {self.reason}".strip()


def chat_tokens(messages: Sequence[Message], fixed: int) -> int:
    """The tokens of a chat: what its last answer counted, and an estimate of what came after."""
    tokens = 0
    for message in reversed(messages):
        if message.stats is not None and message.stats.prompt_tokens:
            return tokens + message.stats.prompt_tokens + message.stats.new_tokens
        tokens += estimate_tokens(prompt_text(message.text, message.attachments)) + _FRAME_TOKENS
    return tokens + fixed


def attachment_tokens(attachments: Iterable[Attachment]) -> int:
    """The tokens of files, estimated where nobody counted."""
    return sum(
        (estimate_tokens(a.text) if a.tokens is None else a.tokens) + _FRAME_TOKENS
        for a in attachments
    )

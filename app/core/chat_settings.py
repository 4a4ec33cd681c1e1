"""How a chat is answered: its system prompt, and how freely words are chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .fields import Number, Text, acceptable, check, chosen, ruled
from .translatable import QT_TRANSLATE_NOOP


@dataclass(frozen=True)
class ChatSettings:
    """The settings of one chat; None leaves a value to the model."""

    system_prompt: str = ruled(
        "",
        Text(
            longest=20_000,
            title=QT_TRANSLATE_NOOP("ChatSettings", "System prompt"),
            text=QT_TRANSLATE_NOOP(
                "ChatSettings",
                "Told to the model before the first message: who it is, and how it should answer.",
            ),
        ),
    )
    temperature: float | None = ruled(
        None,
        Number(
            0.0,
            2.0,
            0.05,
            start=0.7,
            optional=True,
            title=QT_TRANSLATE_NOOP("ChatSettings", "Temperature"),
            text=QT_TRANSLATE_NOOP(
                "ChatSettings",
                "0 always takes the likeliest word; higher is livelier, and more often wrong.",
            ),
        ),
    )
    top_k: int | None = ruled(
        None,
        Number(
            0,
            1000,
            start=40,
            optional=True,
            title=QT_TRANSLATE_NOOP("ChatSettings", "Top-k"),
            text=QT_TRANSLATE_NOOP(
                "ChatSettings", "Draws from only so many of the likeliest words; 0 is no limit."
            ),
        ),
    )
    top_p: float | None = ruled(
        None,
        Number(
            0.05,
            1.0,
            0.05,
            start=0.95,
            optional=True,
            title=QT_TRANSLATE_NOOP("ChatSettings", "Top-p"),
            text=QT_TRANSLATE_NOOP(
                "ChatSettings",
                "Draws from the likeliest words that together reach this probability; 1 is all.",
            ),
        ),
    )
    min_p: float | None = ruled(
        None,
        Number(
            0.0,
            1.0,
            0.01,
            start=0.0,
            optional=True,
            title=QT_TRANSLATE_NOOP("ChatSettings", "Min-p"),
            text=QT_TRANSLATE_NOOP(
                "ChatSettings",
                "Leaves out words less likely than this share of the likeliest one; 0 is none.",
            ),
        ),
    )
    repetition_penalty: float | None = ruled(
        None,
        Number(
            0.5,
            2.0,
            0.05,
            start=1.0,
            optional=True,
            title=QT_TRANSLATE_NOOP("ChatSettings", "Repetition penalty"),
            text=QT_TRANSLATE_NOOP(
                "ChatSettings", "Above 1 makes words that were just used less likely; 1 is off."
            ),
        ),
    )
    seed: int | None = ruled(
        None,
        Number(
            0,
            2**31 - 1,
            start=0,
            optional=True,
            title=QT_TRANSLATE_NOOP("ChatSettings", "Seed"),
            text=QT_TRANSLATE_NOOP(
                "ChatSettings", "The same number gives the same answer to the same chat."
            ),
        ),
    )
    max_tokens: int | None = ruled(
        None,
        Number(
            1,
            131_072,
            start=1024,
            optional=True,
            title=QT_TRANSLATE_NOOP("ChatSettings", "Longest answer"),
            text=QT_TRANSLATE_NOOP(
                "ChatSettings", "Ends an answer after so many tokens; a word has one or two."
            ),
        ),
    )

    def __post_init__(self) -> None:
        check(self)

    def sampling(self) -> dict[str, Any]:
        """Arguments of the engine's SamplingParams, without those left to the model."""
        return {name: value for name, value in chosen(self).items() if name != "system_prompt"}

    def to_dict(self) -> dict[str, Any]:
        """What differs from the defaults, ready for JSON."""
        return chosen(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "ChatSettings":
        """Settings from a store or an import; what they cannot have stays at its default."""
        taken, _ = acceptable(cls, values)
        return cls(**taken)

"""The numbers of one reply: how many tokens, how many seconds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timings:
    """Token counts and times of one reply, so far or in the end.

    Attributes:
        prompt_tokens: tokens of the prompt, those found in the cache included.
        reused_tokens: tokens of the prompt that were found in the cache.
        prefill_seconds: time spent on reading the rest of the prompt.
        new_tokens: tokens generated.
        decode_seconds: time spent on generating them, the first excepted.
        first_token_seconds: time from the request to the first token; None before it.
        drafted: tokens proposed by speculation.
        accepted: drafted tokens that were kept.
    """

    prompt_tokens: int = 0
    reused_tokens: int = 0
    prefill_seconds: float = 0.0
    new_tokens: int = 0
    decode_seconds: float = 0.0
    first_token_seconds: float | None = None
    drafted: int = 0
    accepted: int = 0

    @property
    def prefill_tokens_per_second(self) -> float | None:
        """Speed of reading the prompt; None when nothing was read."""
        return _rate(self.prompt_tokens - self.reused_tokens, self.prefill_seconds)

    @property
    def decode_tokens_per_second(self) -> float | None:
        """Speed of generating; None before the second token, as prefill gives the first."""
        return _rate(self.new_tokens - 1, self.decode_seconds)


def _rate(tokens: int, seconds: float) -> float | None:
    return tokens / seconds if tokens > 0 and seconds > 0 else None

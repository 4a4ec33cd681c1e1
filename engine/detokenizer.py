"""Tokens to text as they come, holding back what the next token may still change."""

import codecs
from collections.abc import Sequence

from ternchat.engine.tokenizer import Tokenizer


class Detokenizer:
    """Text of a growing row of tokens; an incomplete UTF-8 sequence waits for its end."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def add(self, token_id: int) -> str:
        """The text that this token completes."""
        return self._decoder.decode(self._tokenizer.decode_bytes(token_id))

    def finish(self) -> str:
        """What was held back: a replacement character for a sequence that never ended."""
        return self._decoder.decode(b"", final=True)


class StopMatcher:
    """Ends a text where the first of some stop strings is complete."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = tuple(stop)
        self._held = ""
        self._matched = False

    def add(self, text: str) -> tuple[str, bool]:
        """The text to show (possible beginnings are held back), and whether a stop ended it."""
        if self._matched:
            return "", True
        text = self._held + text
        starts = [
            (text.find(stop) + len(stop), text.find(stop)) for stop in self._stop if stop in text
        ]
        if starts:
            self._held, self._matched = "", True
            return text[: min(starts)[1]], True
        cut = len(text) - max((_overlap(text, stop) for stop in self._stop), default=0)
        self._held = text[cut:]
        return text[:cut], False

    def finish(self) -> str:
        """What was held back."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of the text begin the stop string."""
    for begin in range(max(0, len(text) - len(stop) + 1), len(text)):
        if stop.startswith(text[begin:]):
            return len(text) - begin
    return 0

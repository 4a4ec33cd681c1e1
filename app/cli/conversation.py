"""One chat at the terminal: the messages so far and the answer being written."""

import sys

from ternchat import engine

from .console import ProgressLine, printable
from .interrupt import Interruptible

Message = dict[str, str]


class Conversation:
    """Asks the engine, prints answers as they come, and remembers both sides."""

    def __init__(
        self, session: engine.Session, sampling: engine.SamplingParams, system: str | None
    ) -> None:
        self._session = session
        self._sampling = sampling
        self._first: list[Message] = [{"role": "system", "content": system}] if system else []
        self._messages = list(self._first)
        self._left_out = 0  # messages the last answer had no room for

    def clear(self) -> None:
        """Forget everything said."""
        self._messages = list(self._first)

    def answer(self, text: str) -> str:
        """Print the answer to `text` while it is made; gives the engine's finish reason."""
        messages = [*self._messages, {"role": "user", "content": text}]
        line = ProgressLine()
        shown = False
        with Interruptible() as interrupt:
            try:
                prompt = self._session.prompt(messages, self._sampling, interrupt.event)
            except engine.ForwardCancelled:
                return "cancelled"
            self._left_out = len(messages) - len(prompt.read)
            steps = self._session.generate(
                prompt.token_ids,
                self._sampling,
                cancel=interrupt.event,
                progress=lambda done, total: line.show(f"reading {done} of {total}"),
            )
            try:
                for step in steps:
                    line.clear()
                    # Models begin with the space that follows "Assistant:".
                    piece = step.text if shown else step.text.lstrip()
                    if piece:
                        shown = True
                        shown_text = printable(piece) if sys.stdout.isatty() else piece
                        print(shown_text, end="", flush=True)
            finally:
                line.clear()
                if shown:
                    print(flush=True)
        outcome = self._last()
        if outcome.text.strip():
            # Word for word: the engine finds the tokens of an answer again by its exact text.
            self._messages = [*messages, {"role": "assistant", "content": outcome.text}]
        return outcome.finish_reason

    def summary(self) -> str:
        """The numbers of the last answer in one line."""
        outcome, session = self._last(), self._session
        timings = outcome.timings
        read = timings.prompt_tokens - timings.reused_tokens
        parts = [
            f"{timings.new_tokens} tokens{_rate(timings.decode_tokens_per_second)}",
            f"{read} read{_rate(timings.prefill_tokens_per_second)}",
            f"context {session.used_tokens} of {session.context_length}",
        ]
        notes = {
            "length": "stopped at --max-tokens",
            "cancelled": "stopped",
            "context": "stopped: the context is full, /new starts a new chat",
            "repetition": "stopped: it only repeated itself",
        }
        if self._left_out:
            parts.append(f"the oldest {self._left_out} messages are not read any more")
        if outcome.finish_reason in notes:
            parts.append(notes[outcome.finish_reason])
        return f"[{', '.join(parts)}]"

    def _last(self) -> engine.Outcome:
        outcome = self._session.last
        assert outcome is not None, "asked for before the first answer"
        return outcome


def _rate(tokens_per_second: float | None) -> str:
    return "" if tokens_per_second is None else f" at {tokens_per_second:.1f}/s"

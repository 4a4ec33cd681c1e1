"""One reply on its way from tokens to text, and how it ends."""

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ternchat.engine.detokenizer import Detokenizer, StopMatcher
from ternchat.engine.model import Floats, Model
from ternchat.engine.repetition import RepetitionGuard
from ternchat.engine.sampler import Sampler, SamplingParams
from ternchat.engine.timing import Timings

_PENALTY_WINDOW = 256  # tokens the repetition penalty looks back


@dataclass(frozen=True)
class Step:
    """One generated token.

    Attributes:
        text: what can be shown because of it; may be empty while a character is incomplete.
        token_id: the token.
        timings: the reply's numbers so far.
        repeats: the text at the end has been there again and again.

    """

    text: str
    token_id: int
    timings: Timings
    repeats: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a reply ended.

    Attributes:
        finish_reason: "stop", "length", "cancelled", "context" or "repetition".
        text: the whole reply.
        token_ids: the ids it was generated with.
        seed: what the random numbers came from; the same one gives the same reply again.

    """

    finish_reason: str
    timings: Timings
    text: str
    token_ids: tuple[int, ...]
    seed: int | None = None


class Answer:
    """A reply while it is made: token by token to text, to numbers, to an end.

    Attributes:
        ids: the prompt and the reply so far.
        finish_reason: why it has ended; None while it has not.
        timings: its numbers.
        text_is_whole: whether it came to an end of its own, so that its ids give its text.

    """

    def __init__(
        self,
        model: Model,
        prompt: list[int],
        sampling: SamplingParams,
        ignore_stop: bool,
        begun: int = 0,
    ) -> None:
        self.ids = prompt
        self.finish_reason: str | None = None
        self.timings = Timings()
        self.text_is_whole = False
        self._started = time.perf_counter()
        self._prompt_length = len(prompt)
        self._sampling = sampling
        self._sampler = Sampler(sampling, model.config.vocab_size)
        self._head = model.head
        self._stop_ids = frozenset[int]() if ignore_stop else model.stop_ids
        self._detokenizer = None if ignore_stop else Detokenizer(model.tokenizer)
        self._matcher = StopMatcher(sampling.stop)
        self._guard = None if ignore_stop else RepetitionGuard()
        self._texts: list[str] = []
        self._go_on(prompt[len(prompt) - begun :])

    def draw(self, hidden: Floats, guesses: Sequence[int] = ()) -> list[int]:
        """The next tokens, from the states after each guess; a wrong guess ends them."""
        recent, tokens = self.ids[-_PENALTY_WINDOW:], list[int]()
        for row, guess in itertools.zip_longest(range(len(hidden)), guesses):
            tokens.append(self._sample(hidden[row : row + 1], recent))
            if tokens[-1] != guess:
                break
            recent = [*recent, guess][-_PENALTY_WINDOW:]
        return tokens

    def _sample(self, hidden: Floats, recent: Sequence[int]) -> int:
        """One token, from as few logits as decide."""
        needed = self._sampler.needs(recent)
        if needed is None:
            return self._sampler.sample(self._head.logits(hidden)[0], recent)
        ids, logits = self._head.highest(hidden, *needed)
        return self._sampler.sample(logits, recent, ids)

    def continues(self, token: int) -> bool:
        """Whether the reply goes on after this token."""
        return token not in self._stop_ids

    def room(self, context_length: int) -> int:
        """How many tokens may still come."""
        room, most = context_length - len(self.ids), self._sampling.max_tokens
        return room if most is None else min(room, most - self.timings.new_tokens)

    def take(self, token: int, guessed: bool = False) -> Step | None:
        """Add the next token; None when it ends the reply and leaves nothing to show."""
        started = time.perf_counter()
        if token in self._stop_ids:
            self.finish_reason = "stop"
            text = self._rest()
            return Step(text, token, self.timings) if text else None
        self.ids.append(token)
        new_tokens = len(self.ids) - self._prompt_length
        text = self._show(token)
        if self._guard is not None:
            self._guard.add(token)
        if self.finish_reason is None:
            self._end_early(new_tokens)
            text += "" if self.finish_reason is None else self._rest(cut=True)
        first = self.timings.first_token_seconds
        self.timings = replace(
            self.timings,
            new_tokens=new_tokens,
            accepted=self.timings.accepted + guessed,
            first_token_seconds=time.perf_counter() - self._started if first is None else first,
        )
        if new_tokens > 1:
            self.decode_seconds(time.perf_counter() - started)
        return Step(text, token, self.timings, self._guard is not None and self._guard.repeats)

    def decode_seconds(self, seconds: float) -> None:
        """Add to the time spent on generating."""
        self.timings = replace(self.timings, decode_seconds=self.timings.decode_seconds + seconds)

    def outcome(self) -> Outcome:
        """How it ended; a reply left without a reason was cancelled."""
        ids, text = tuple(self.ids[self._prompt_length :]), "".join(self._texts)
        reason = self.finish_reason or "cancelled"
        return Outcome(reason, self.timings, text, ids, self._sampling.seed)

    def _go_on(self, token_ids: Sequence[int]) -> None:
        """The answer has begun with these: what they leave incomplete is completed."""
        if self._detokenizer is not None and self._guard is not None:
            for token in token_ids:
                self._detokenizer.add(token)
                self._guard.add(token)

    def _end_early(self, new_tokens: int) -> None:
        """Give a reply its end that finds none of its own."""
        if new_tokens == self._sampling.max_tokens:
            self.finish_reason = "length"
        elif self._guard is not None and self._guard.stuck:
            self.finish_reason = "repetition"

    def _show(self, token: int) -> str:
        """Text that can be shown because of the token; ends the reply at a stop string."""
        if self._detokenizer is None:
            return ""
        text, matched = self._matcher.add(self._detokenizer.add(token))
        if matched:
            self.finish_reason = "stop"
        self._texts.append(text)
        return text

    def _rest(self, cut: bool = False) -> str:
        """The text held back so far, at the end of a reply.

        An incomplete character stays out of a reply that was cut off: it may still be completed.
        """
        if self._detokenizer is None:
            return ""
        text, matched = self._matcher.add("" if cut else self._detokenizer.finish())
        text += "" if matched else self._matcher.finish()
        self.text_is_whole = not matched
        self._texts.append(text)
        return text

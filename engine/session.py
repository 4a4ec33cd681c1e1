"""One conversation with a model: prompt in, tokens out, the cache kept for the next turn."""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ternchat.engine import backend, chat_template
from ternchat.engine.detokenizer import Detokenizer, StopMatcher
from ternchat.engine.errors import ContextFullError, NotEnoughMemoryError
from ternchat.engine.memory import CHUNK_TOKENS
from ternchat.engine.model import Cancel, Floats, ForwardCancelled, Model
from ternchat.engine.sampler import Sampler, SamplingParams
from ternchat.engine.speculation import MAX_DRAFT, NO_DRAFT, Draft, Drafter, Pace
from ternchat.engine.timing import Timings

Progress = Callable[[int, int], object]
"""progress(done_tokens, total_tokens) while the prompt is read."""

_PENALTY_WINDOW = 256  # tokens the repetition penalty looks back
_KEPT_ANSWERS = 256
_LAYER_SECONDS = 0.04  # a prompt's chunks are cut so that a layer, and so a cancel, takes no longer
_FIRST_CHUNK = 16


@dataclass(frozen=True)
class Step:
    """One generated token.

    Attributes:
        text: what can be shown because of it; may be empty while a character is incomplete.
        token_id: the token.
        timings: the reply's numbers so far.

    """

    text: str
    token_id: int
    timings: Timings


@dataclass(frozen=True)
class Outcome:
    """How a reply ended.

    Attributes:
        finish_reason: "stop", "length", "cancelled" or "context".
        text: the whole reply.
        token_ids: the ids it was generated with.

    """

    finish_reason: str
    timings: Timings
    text: str
    token_ids: tuple[int, ...]


class Session:
    """A conversation's state: the cache of what was read, the ids answers were made of.

    Attributes:
        model: the model that answers.
        context_length: tokens that prompt and answer may have together.
        speculate: whether several tokens are checked at once where the text repeats itself; the
            answers are the same with and without.
        last: how the last reply ended; None before the first.

    """

    def __init__(
        self, model: Model, context_length: int | None = None, speculate: bool = False
    ) -> None:
        longest = model.config.max_position_embeddings
        length = longest if context_length is None else context_length
        if not 1 <= length <= longest:
            raise ValueError(f"context_length = {length}; the model allows 1 to {longest}")
        needed, free = model.memory.kv(length), backend.available_memory()
        if needed > free:
            raise NotEnoughMemoryError(f"a context of {length:,} tokens", needed, free)
        model.check_unchanged()
        self.model = model
        self.context_length = length
        self.speculate = speculate
        self.last: Outcome | None = None
        self._cache = model.new_cache(length)
        self._cached: list[int] = []  # the ids behind the cache's positions
        self._answers: dict[str, tuple[int, ...]] = {}  # text of a reply -> the ids it came from
        self._pace = Pace()

    @property
    def used_tokens(self) -> int:
        """Tokens in the cache."""
        return self._cache.length

    @property
    def kernel_seconds(self) -> float:
        """Time the model has spent inside kernels so far."""
        return self.model.kernels.seconds

    def reply(
        self,
        messages: Sequence[Mapping[str, str]],
        sampling: SamplingParams | None = None,
        cancel: Cancel | None = None,
        progress: Progress | None = None,
    ) -> Iterator[Step]:
        """The answer to a chat, token by token.

        Args:
            messages: {"role": "system" | "user" | "assistant", "content": text}, oldest first.
            sampling: how tokens are chosen.
            cancel: looked at between layers; once set, the reply ends.
            progress: called with (done_tokens, total_tokens) while the prompt is read.

        Raises:
            ContextFullError: the messages do not fit the context.
            EngineError: template or tokenizer cannot write the messages.

        """
        tokenizer, config = self.model.tokenizer, self.model.config
        prompt = chat_template.encode_prompt(
            tokenizer, self.model.template, messages, config.bos_token_id, self._kept_ids
        )
        yield from self.generate(prompt, sampling, cancel, progress)

    def generate(
        self,
        token_ids: Sequence[int],
        sampling: SamplingParams | None = None,
        cancel: Cancel | None = None,
        progress: Progress | None = None,
        ignore_stop: bool = False,
    ) -> Iterator[Step]:
        """What follows a prompt of token ids, token by token; the part below the template.

        `ignore_stop`: go on past stop tokens, for benchmarks.
        """
        if len(token_ids) >= self.context_length:
            raise ContextFullError(len(token_ids), self.context_length)
        self.model.check_unchanged()
        run = _Run(self.model, list(token_ids), sampling or SamplingParams(), ignore_stop)
        try:
            for token, guessed in self._tokens(run, cancel, progress):
                step = run.take(token, guessed)
                if step is not None:
                    yield step
                if run.finish_reason is None and len(run.ids) >= self.context_length:
                    run.finish_reason = "context"
                if run.finish_reason is not None:
                    break
        except ForwardCancelled:
            pass
        finally:
            self.last = run.outcome()
            if run.text_is_whole:
                self._keep(self.last)

    def _tokens(
        self, run: "_Run", cancel: Cancel | None, progress: Progress | None
    ) -> Iterator[tuple[int, bool]]:
        """Tokens as they are drawn, without end, and whether speculation had guessed them."""
        drafter = Drafter(run.ids) if self.speculate else None
        self._pace.begin()
        tokens = run.draw(self._prefill(run, cancel, progress))
        while True:
            for place, token in enumerate(tokens, 1):
                yield token, place < len(tokens)
                if cancel is not None and cancel.is_set():
                    raise ForwardCancelled
            tokens = self._decode(run, drafter, cancel)

    def _prefill(self, run: "_Run", cancel: Cancel | None, progress: Progress | None) -> Floats:
        """Read what the cache does not hold yet; the hidden state after the last token."""
        ids, total = run.ids, len(run.ids)
        reused = min(_common_prefix(self._cached, ids), total - 1)
        self._truncate(reused)
        run.timings = replace(run.timings, prompt_tokens=total, reused_tokens=reused)
        begin, size = reused, _FIRST_CHUNK
        while True:
            started = time.perf_counter()
            chunk = ids[begin : begin + size]
            hidden = self._forward(chunk, cancel)
            seconds = time.perf_counter() - started
            run.timings = replace(
                run.timings, prefill_seconds=run.timings.prefill_seconds + seconds
            )
            begin += len(chunk)
            if progress is not None:
                progress(begin, total)
            if begin == total:
                return hidden
            layers = self.model.config.num_hidden_layers
            fitting = int(len(chunk) / max(seconds, 1e-6) * _LAYER_SECONDS * layers)
            size = max(1, min(fitting, 4 * size, CHUNK_TOKENS))

    def _decode(self, run: "_Run", drafter: Drafter | None, cancel: Cancel | None) -> list[int]:
        """The next tokens: guesses as long as they are right, and one more."""
        started = time.perf_counter()
        draft = NO_DRAFT if drafter is None else self._draft(run, drafter)
        guesses = list(draft.token_ids)
        begun = time.perf_counter()
        hidden = self._forward([run.ids[-1], *guesses], cancel, every_position=bool(guesses))
        seconds = time.perf_counter() - begun
        tokens = run.draw(hidden, guesses)
        wrong = len(guesses) - (len(tokens) - 1)
        self._truncate(self._cache.length - wrong)
        if self.speculate:
            self._pace.record(seconds, draft, len(tokens) - 1)
        if guesses:
            run.timings = replace(run.timings, drafted=run.timings.drafted + len(guesses))
        run.decode_seconds(time.perf_counter() - started)
        return tokens

    def _draft(self, run: "_Run", drafter: Drafter) -> Draft:
        """Guesses worth checking; after them must be room for the token that is not guessed."""
        draft = drafter.propose(min(MAX_DRAFT, run.room(self.context_length) - 1))
        count = self._pace.worthwhile(draft.matched)
        if not count:
            return NO_DRAFT
        guesses = tuple(itertools.takewhile(run.continues, draft.token_ids[:count]))
        return Draft(draft.matched, guesses)

    def _forward(
        self, ids: list[int], cancel: Cancel | None, every_position: bool = False
    ) -> Floats:
        hidden = self.model.hidden(ids, self._cache, cancel, every_position)
        self._cached += ids
        return hidden

    def _truncate(self, length: int) -> None:
        self._cache.truncate(length)
        del self._cached[length:]

    def _kept_ids(self, content: str) -> tuple[int, ...] | None:
        """The ids an answer came from, if this session gave it; templates trim the text."""
        return self._answers.get(content.strip())

    def _keep(self, outcome: Outcome) -> None:
        """Remember the ids of an answer: encoding its text again might give others."""
        text = outcome.text.strip()
        if text:
            self._answers[text] = outcome.token_ids
            while len(self._answers) > _KEPT_ANSWERS:
                del self._answers[next(iter(self._answers))]


class _Run:
    """One reply on its way: ids, text, numbers."""

    def __init__(
        self, model: Model, prompt: list[int], sampling: SamplingParams, ignore_stop: bool
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
        self._stop_ids = frozenset() if ignore_stop else _stop_ids(model)
        self._detokenizer = None if ignore_stop else _detokenizer(model)
        self._matcher = StopMatcher(sampling.stop)
        self._texts: list[str] = []

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
        if self.finish_reason is None and new_tokens == self._sampling.max_tokens:
            self.finish_reason = "length"
            text += self._rest()
        first = self.timings.first_token_seconds
        self.timings = replace(
            self.timings,
            new_tokens=new_tokens,
            accepted=self.timings.accepted + guessed,
            first_token_seconds=time.perf_counter() - self._started if first is None else first,
        )
        if new_tokens > 1:
            self.decode_seconds(time.perf_counter() - started)
        return Step(text, token, self.timings)

    def decode_seconds(self, seconds: float) -> None:
        """Add to the time spent on generating."""
        self.timings = replace(self.timings, decode_seconds=self.timings.decode_seconds + seconds)

    def outcome(self) -> Outcome:
        """How it ended; a reply left without a reason was cancelled."""
        ids = tuple(self.ids[self._prompt_length :])
        return Outcome(self.finish_reason or "cancelled", self.timings, "".join(self._texts), ids)

    def _show(self, token: int) -> str:
        """Text that can be shown because of the token; ends the reply at a stop string."""
        if self._detokenizer is None:
            return ""
        text, matched = self._matcher.add(self._detokenizer.add(token))
        if matched:
            self.finish_reason = "stop"
        self._texts.append(text)
        return text

    def _rest(self) -> str:
        """The text held back so far, at the end of a reply."""
        if self._detokenizer is None:
            return ""
        text, matched = self._matcher.add(self._detokenizer.finish())
        text += "" if matched else self._matcher.finish()
        self.text_is_whole = not matched
        self._texts.append(text)
        return text


def _stop_ids(model: Model) -> frozenset[int]:
    return chat_template.stop_ids(model.tokenizer, model.config)


def _detokenizer(model: Model) -> Detokenizer:
    return Detokenizer(model.tokenizer)


def _common_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    for i, (left, right) in enumerate(zip(a, b, strict=False)):
        if left != right:
            return i
    return min(len(a), len(b))

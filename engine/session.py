"""One conversation with a model: prompt in, tokens out, the cache kept for the next turn."""

import itertools
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from ternchat.engine import backend
from ternchat.engine.answer import Answer, Outcome, Step
from ternchat.engine.errors import ContextFullError, NotEnoughMemoryError, Words
from ternchat.engine.kv_block import common_prefix
from ternchat.engine.model import Cancel, Floats, ForwardCancelled, Model
from ternchat.engine.prefix_pool import PrefixPool
from ternchat.engine.prompt import Message, Prompt, PromptWriter
from ternchat.engine.residency import Holdings
from ternchat.engine.sampler import SamplingParams
from ternchat.engine.speculation import MAX_DRAFT, NO_DRAFT, Draft, Drafter, Pace
from ternchat.engine.timing import Timings

Progress = Callable[[int, int], object]
"""progress(done_tokens, total_tokens) while the prompt is read."""

_ANSWER_TOKENS = 1024  # room left for an answer of unknown length, in a context four times that
_SEEDS = 1 << 32
_LAYER_SECONDS = 0.04  # a prompt's chunks are cut so that a layer, and so a cancel, takes no longer
_FIRST_CHUNK = 16


class Session:
    """One conversation after the other: the cache of what was read, the ids of the answers.

    With a pool, what one conversation has read is still known after another one.

    Attributes:
        model: the model that answers.
        context_length: tokens that prompt and answer may have together.
        speculate: whether several tokens are checked at once where the text repeats itself; the
            answers are the same with and without.
        last: how the last reply ended; None before the first.

    """

    def __init__(
        self,
        model: Model,
        context_length: int | None = None,
        speculate: bool = False,
        pool: PrefixPool | None = None,
    ) -> None:
        longest = model.config.max_position_embeddings
        length = longest if context_length is None else context_length
        if not 1 <= length <= longest:
            raise ValueError(f"context_length = {length}; the model allows 1 to {longest}")
        needed, free = model.memory.kv(length), backend.available_memory()
        if needed > free:
            what = Words("a context of {length} tokens", length=length)
            raise NotEnoughMemoryError(what, needed, free)
        model.check_unchanged()
        self.model = model
        self.context_length = length
        self.speculate = speculate
        self.last: Outcome | None = None
        self._cache = model.new_cache(length)
        self._cached: list[int] = []  # the ids behind the cache's positions
        self._private = False  # whether what is cached may not be written to disk
        self._held_private = False  # whether the cache's memory ever held such a text
        self._pool = pool
        self._prompts = PromptWriter(model)
        self._pace = Pace()

    @property
    def used_tokens(self) -> int:
        """Tokens in the cache."""
        return self._cache.length

    @property
    def holdings(self) -> Holdings:
        """Where all that the model and this session hold lies."""
        return self.model.holdings(self._cache)

    @property
    def kernel_seconds(self) -> float:
        """Time the model has spent inside kernels so far."""
        return self.model.kernel_seconds

    def prompt(
        self,
        messages: Sequence[Message],
        sampling: SamplingParams | None = None,
        cancel: Cancel | None = None,
    ) -> Prompt:
        """What the model is given to read for a chat, with room left for the answer.

        Raises:
            ForwardCancelled: somebody set `cancel`.
            EngineError: template or tokenizer cannot write the messages.

        """
        longest = (sampling.max_tokens if sampling else None) or _ANSWER_TOKENS
        answer = min(longest, self.context_length // 4)
        try:
            return self._prompts.write(messages, self.context_length - answer, cancel)
        except ForwardCancelled:
            self.last = Outcome("cancelled", Timings(), "", ())
            raise

    def reply(
        self,
        messages: Sequence[Message],
        sampling: SamplingParams | None = None,
        cancel: Cancel | None = None,
        progress: Progress | None = None,
    ) -> Iterator[Step]:
        """The answer to a chat, token by token.

        Args:
            messages: {"role": "system" | "user" | "assistant", "content": text}, oldest first
                (see prompt.Message). An answer that comes last is gone on with.
            sampling: how tokens are chosen.
            cancel: looked at while the prompt is written and between layers; once set, the reply
                ends.
            progress: called with (done_tokens, total_tokens) while the prompt is read.

        Raises:
            ContextFullError: the last message does not fit the context.
            EngineError: template or tokenizer cannot write the messages.

        """
        try:
            prompt = self.prompt(messages, sampling, cancel)
        except ForwardCancelled:
            return
        yield from self.generate(
            prompt.token_ids, sampling, cancel, progress, begun=len(prompt.open_ids)
        )

    def generate(
        self,
        token_ids: Sequence[int],
        sampling: SamplingParams | None = None,
        cancel: Cancel | None = None,
        progress: Progress | None = None,
        ignore_stop: bool = False,
        begun: int = 0,
        private: bool = False,
    ) -> Iterator[Step]:
        """What follows a prompt of token ids, token by token; the part below the template.

        Args:
            token_ids: the prompt.
            sampling: how tokens are chosen.
            cancel: looked at between layers; once set, the reply ends.
            progress: called with (done_tokens, total_tokens) while the prompt is read.
            ignore_stop: go on past stop tokens and repetitions, for benchmarks.
            begun: so many tokens at the prompt's end are the beginning of the answer.
            private: nothing of it may be written to disk.

        """
        if len(token_ids) >= self.context_length:
            raise ContextFullError(len(token_ids), self.context_length)
        self.model.check_unchanged()
        run = Answer(self.model, list(token_ids), _seeded(sampling), ignore_stop, begun)
        try:
            self._recall(run.ids, private, cancel)
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
            if run.text_is_whole and not begun:
                self._prompts.remember(self.last.text, self.last.token_ids)

    def park(self) -> None:
        """Put what is cached into the pool."""
        if self._pool is not None:
            self._pool.keep(self._cached, self._cache, self._private)

    def forget(self, *, private_only: bool = False) -> None:
        """Give up what was read last, with the memory it stood in, and the ids of answers.

        `private_only`: what was read is kept where it may be written to disk.
        """
        if self._held_private or not private_only:
            self._cache, self._cached = self.model.new_cache(self.context_length), []
            self._private = self._held_private = False
        self._prompts.forget()  # a chat that is still there brings its ids along

    def _recall(self, ids: list[int], private: bool, cancel: Cancel | None) -> None:
        """Make the cache hold the longest known beginning of a prompt, the last token excepted."""
        held = min(common_prefix(self._cached, ids), len(ids) - 1)
        if held < len(self._cached):
            self.park()
        self._truncate(held)
        if self._pool is not None:
            known = self._pool.restore(ids[:-1], self._cache, cancel)
            self._cached += ids[held:known]
        self._private = private
        self._held_private |= private

    def _tokens(
        self, run: Answer, cancel: Cancel | None, progress: Progress | None
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

    def _prefill(self, run: Answer, cancel: Cancel | None, progress: Progress | None) -> Floats:
        """Read what the cache does not hold yet; the hidden state after the last token."""
        ids, total, reused = run.ids, len(run.ids), len(self._cached)
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
            size = max(1, min(fitting, 4 * size, self.model.chunk_tokens))

    def _decode(self, run: Answer, drafter: Drafter | None, cancel: Cancel | None) -> list[int]:
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

    def _draft(self, run: Answer, drafter: Drafter) -> Draft:
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


def _seeded(sampling: SamplingParams | None) -> SamplingParams:
    """The parameters with a seed of their own where they leave it open."""
    sampling = sampling or SamplingParams()
    if sampling.seed is not None or sampling.temperature == 0:
        return sampling
    return replace(sampling, seed=secrets.randbelow(_SEEDS))

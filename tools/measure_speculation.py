"""What speculation gains and loses: the same replies with and without it, in alternation.

    python tools/measure_speculation.py [--model FOLDER | --random 2b4t] [--rounds N] [--threads N]

Prints for each prompt how much faster the answer was generated with speculation (the fastest round
against the fastest, as other programs only ever slow one down), and how many tokens were drafted
and accepted (means: what is worth a guess depends on the times that were measured). With one
thread the processor's time is taken, which a busy machine disturbs less.

A model of random weights has no text to repeat: it is given prompts of random and of repeated
tokens, then guesses that are right at a given rate.
"""

import argparse
import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ternchat import engine
from ternchat.app.core import random_checkpoint
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.random_shapes import NAMED_SHAPES
from ternchat.engine import session as session_module
from ternchat.engine.speculation import NO_DRAFT, Draft, Drafter

FLEDGLING = Path(__file__).parents[1] / "resources" / "fledgling"
PROMPTS = (
    ("chat", "Hello!"),
    ("chat", "Who are you?"),
    ("chat", "What is rain?"),
    ("chat", "Why is the sky blue?"),
    ("chat", "I am sad today. What can I do?"),
    ("chat", "Tell me a short story about a fox."),
    ("repeat", "Count: one, two, three, one, two, three, one, two,"),
    ("repeat", "Say ten times: I like tea. I like tea. I like tea. I like tea."),
    ("repeat", "Name three fruits. Then name the same three fruits again."),
    ("code", "def add(a, b): return a + b\ndef sub(a, b): return a - b\nWrite mul(a, b)."),
    ("code", "Correct this: for i in range(10): print(i) for j in range(10): print(j)"),
    ("code", "<ul><li>red</li><li>green</li></ul> Add blue to the list."),
    ("quote", 'Summarise: "Rain is water that falls from clouds. It fills rivers and lakes."'),
    ("quote", 'Who said "The fox is quick and the dog is lazy"? Repeat the sentence first.'),
    ("quote", 'Summarise with quotes: "The town has a river. The river has a bridge of stone."'),
)


@dataclass(frozen=True)
class Case:
    """One prompt: a question, or token ids; `right` is how often guesses shall be right."""

    name: str
    question: str = ""
    token_ids: tuple[int, ...] = ()
    right: float | None = None

    def reply(
        self, session: engine.Session, sampling: engine.SamplingParams
    ) -> tuple[engine.Outcome, float]:
        """What the session answers, and the seconds after the first token."""
        clock = time.thread_time if session.model.threads == 1 else time.perf_counter
        if self.question:
            steps = session.reply([{"role": "user", "content": self.question}], sampling)
        else:
            steps = session.generate(self.token_ids, sampling, ignore_stop=True)
        next(steps, None)
        begun = clock()
        for _ in steps:
            pass
        seconds = clock() - begun
        assert session.last is not None
        return session.last, seconds


class Oracle:
    """Guesses what is known to come, each token right at a given rate."""

    def __init__(self, ids: Sequence[int], coming: Sequence[int], right: float) -> None:
        self._ids, self._coming, self._right = ids, coming, right
        self._draw = random.Random(0).random

    def propose(self, count: int) -> Draft:
        """The next tokens, some of them replaced by their neighbours."""
        coming = self._coming[len(self._ids) :][: max(count, 0)]
        if not coming:
            return NO_DRAFT
        return Draft(4, tuple(i if self._draw() < self._right else i ^ 1 for i in coming))


def texts() -> list[Case]:
    """Prompts for a model that writes text."""
    return [Case(f"{kind}: {text[:60]!r}", question=text) for kind, text in PROMPTS]


def tokens(vocabulary: int) -> list[Case]:
    """Prompts for a model of random weights."""
    draw = random.Random(0)

    def some(count: int) -> tuple[int, ...]:
        return tuple(draw.randrange(256, vocabulary) for _ in range(count))

    cases = [Case(f"{count} random tokens", token_ids=some(count)) for count in (16, 128, 512)]
    for count, times in ((1, 128), (4, 32), (32, 8), (128, 3)):
        cases.append(Case(f"{count} random tokens, {times} times", token_ids=some(count) * times))
    prompt = some(64)
    for right in (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0):
        cases.append(Case(f"guesses right at {right:.0%}", token_ids=prompt, right=right))
    return cases


def alternate(
    model: engine.Model, case: Case, sampling: engine.SamplingParams, rounds: int
) -> tuple[list[engine.Timings], float]:
    """The numbers of so many replies with speculation, and how much faster the best one was."""
    length = model.config.max_position_embeddings
    if case.token_ids:
        length = min(length, len(case.token_ids) + (sampling.max_tokens or 0))

    def once(speculate: bool) -> tuple[engine.Outcome, float]:
        return case.reply(engine.Session(model, length, speculate=speculate), sampling)

    first, _ = once(False)
    make_drafter: Callable[[Sequence[int]], Any] = Drafter
    if case.right is not None:
        known, right = [*case.token_ids, *first.token_ids], case.right
        make_drafter = lambda ids: Oracle(ids, known, right)  # noqa: E731
    session_module.Drafter = make_drafter  # type: ignore
    best, timings = {False: math.inf, True: math.inf}, []
    for index in range(rounds):
        for speculate in (False, True) if index % 2 else (True, False):
            outcome, seconds = once(speculate)
            if outcome.token_ids != first.token_ids:
                raise SystemExit(f"{case.name}: the answer is not that of plain decoding")
            best[speculate] = min(best[speculate], seconds)
            if speculate:
                timings.append(outcome.timings)
    return timings, best[False] / best[True]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=FLEDGLING)
    parser.add_argument("--random", choices=tuple(NAMED_SHAPES), metavar="NAME")
    parser.add_argument("--data-dir", type=Path, help="whose cache holds random checkpoints")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--new-tokens", type=int, default=100)
    parser.add_argument("--temperature", type=float, default=0.0)
    parser.add_argument("--threads", type=int)
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="prompts with this in their name"
    )
    options = parser.parse_args()

    folder = options.model
    if options.random is not None:
        cache = DataPaths.from_option(options.data_dir).cache
        folder = random_checkpoint.ensure_checkpoint(options.random, cache, lambda *_: None)
    model = engine.load(folder, threads=options.threads)
    sampling = engine.SamplingParams(
        temperature=options.temperature, seed=1, max_tokens=options.new_tokens
    )
    cases = texts() if options.random is None else tokens(model.config.vocab_size)
    print(f"{model.name}, {model.kernel}, {model.threads} threads, {options.rounds} rounds")
    print(f"{'speed':>7} {'tokens':>7} {'drafted':>8} {'accepted':>8}  prompt")
    ratios = []
    for case in (case for case in cases if options.only in case.name):
        timings, speed = alternate(model, case, sampling, options.rounds)
        drafted = statistics.mean(one.drafted for one in timings)
        accepted = statistics.mean(one.accepted for one in timings)
        ratios.append(speed)
        print(
            f"{speed:7.3f} {timings[0].new_tokens:7} {drafted:8.1f} {accepted:8.1f}  {case.name}",
            flush=True,
        )
    print(f"{min(ratios):7.3f} slowest, {statistics.geometric_mean(ratios):.3f} mean")


if __name__ == "__main__":
    main()

"""`ternchat bench`: speed and memory of a model, held against what this machine can read."""

import json
import random
import statistics
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ternchat import __version__, engine
from ternchat.app.core import machine, random_checkpoint, thread_choice
from ternchat.engine import backend

from . import bandwidth, console
from .arguments import DEFAULT_MODEL, Options
from .bench_report import Report, table
from .console import EXIT_OK, ProgressLine
from .setup import Setup

PROMPT_TOKENS = 512
NEW_TOKENS = 128


@dataclass(frozen=True)
class Workload:
    """How many tokens are read, how many are generated, and how many fit."""

    prompt_tokens: int
    new_tokens: int
    context_length: int


@dataclass(frozen=True)
class Sample:
    """One run: rates in tokens per second, and the share of decoding spent outside kernels."""

    prefill_tokens_per_second: float
    decode_tokens_per_second: float
    first_token_seconds: float | None
    outside_kernels_fraction: float
    drafted: int
    accepted: int


def run(options: Options) -> int:
    """Measure and print the result; gives the exit code."""
    return console.guarded(lambda: _run(options))


def _run(options: Options) -> int:
    setup = Setup.of(options)
    name, path = _model_path(setup)
    work = _workload(options, engine.ModelConfig.from_folder(path).max_position_embeddings)
    asked = thread_choice.threads_for(options.threads, setup.paths.cache)
    threads = asked or int(backend.describe()["threads_writing"])
    _note("measuring how fast memory is read")
    before = bandwidth.measure(threads)
    with machine.AnonymousPeak() as anonymous:
        _note("loading")
        start = time.perf_counter()
        model = engine.load(
            str(path), threads=asked, isa=options.isa, kv_dtype=options.bench.kv_dtype
        )
        load_seconds = time.perf_counter() - start
        samples = _measure_all(model, work, options.bench.repeat, speculate=False)
    mean_position = work.prompt_tokens + work.new_tokens // 2
    bytes_per_token = int(model.bytes_per_token(mean_position))
    kernel, used_threads, writing_threads = model.kernel, model.threads, model.writing_threads
    peak_rss = machine.peak_rss_bytes()
    # After the peaks were read: they belong to the plain runs.
    guessing = options.bench.speculate
    speculative = (
        _measure_all(model, work, options.bench.repeat, speculate=True) if guessing else []
    )
    model.close()
    _note("measuring memory again")
    after = bandwidth.measure(threads)
    read = max((value for value in (before, after) if value is not None), default=None)
    middle = _median(samples)
    report = Report(
        model=name,
        kernel=kernel,
        threads=used_threads,
        writing_threads=writing_threads,
        load_seconds=load_seconds,
        prefill_tokens_per_second=middle.prefill_tokens_per_second,
        decode_tokens_per_second=middle.decode_tokens_per_second,
        bytes_per_token=bytes_per_token,
        read_bandwidth_bytes_per_second=read,
        roofline_fraction=(
            middle.decode_tokens_per_second * bytes_per_token / read if read else None
        ),
        outside_kernels_fraction=middle.outside_kernels_fraction,
        peak_rss_bytes=peak_rss,
        anonymous_bytes=anonymous.peak_bytes,
        context_length=work.context_length,
        prompt_tokens=work.prompt_tokens,
        new_tokens=work.new_tokens,
        first_token_seconds=middle.first_token_seconds,
        kv_dtype=options.bench.kv_dtype,
        read_bandwidth_before=before,
        read_bandwidth_after=after,
        cpu=machine.cpu_name(),
        version=__version__,
        speculative=asdict(_median(speculative)) if speculative else None,
        samples=[asdict(sample) for sample in samples],
    )
    print(json.dumps(asdict(report), indent=2) if options.bench.json else table(report))
    return EXIT_OK


def _model_path(setup: Setup) -> tuple[str, Path]:
    options = setup.options
    if options.bench.random is None:
        installed = setup.store().resolve(options.model or DEFAULT_MODEL)
        return installed.name, installed.path
    name = options.bench.random
    line = ProgressLine()
    try:
        folder = random_checkpoint.ensure_checkpoint(
            name,
            setup.paths.cache,
            lambda done, total: line.show(f"writing random weights {100 * done // total} %"),
        )
    finally:
        line.clear()
    return f"random-{name}", folder


def _workload(options: Options, longest: int) -> Workload:
    """The asked-for token counts; without a wish, less than usual for a small model."""
    bench = options.bench
    context = options.context_length or longest
    fits = context >= PROMPT_TOKENS + NEW_TOKENS
    prompt = bench.prompt_tokens or (PROMPT_TOKENS if fits else context // 2)
    new = bench.new_tokens or (NEW_TOKENS if fits else context // 4)
    if context > longest:
        raise ValueError(f"--context {context}: this model holds at most {longest} tokens")
    if prompt + new > context:
        raise ValueError(
            f"{prompt} tokens to read and {new} to generate do not fit a context of {context}"
        )
    return Workload(prompt, new, options.context_length or prompt + new)


def _measure_all(
    model: engine.Model, work: Workload, repeat: int, *, speculate: bool
) -> list[Sample]:
    samples = []
    for index in range(repeat):
        _note(f"run {index + 1} of {repeat}{' with speculation' if speculate else ''}")
        samples.append(_measure(model, work, speculate=speculate))
    return samples


def _measure(model: engine.Model, work: Workload, *, speculate: bool) -> Sample:
    """One run in a session of its own, so that nothing is found in a cache."""
    session = engine.Session(model, context_length=work.context_length, speculate=speculate)
    # Any tokens cost the same; these are the same every time. The lowest ids are left out:
    # they may be special.
    draw = random.Random(0)
    vocabulary = model.config.vocab_size
    prompt = [
        draw.randrange(min(256, vocabulary // 2), vocabulary) for _ in range(work.prompt_tokens)
    ]
    greedy = engine.SamplingParams(temperature=0.0, max_tokens=work.new_tokens)
    timings, kernel_seconds_before = engine.Timings(), 0.0
    for index, step in enumerate(session.generate(prompt, greedy, ignore_stop=True)):
        timings = step.timings
        if index == 0:
            kernel_seconds_before = session.kernel_seconds
    in_kernels = session.kernel_seconds - kernel_seconds_before
    prefill, decode = timings.prefill_tokens_per_second, timings.decode_tokens_per_second
    if prefill is None or decode is None:
        raise ValueError(f"the model stopped after {timings.new_tokens} tokens: nothing to measure")
    return Sample(
        prefill_tokens_per_second=prefill,
        decode_tokens_per_second=decode,
        first_token_seconds=timings.first_token_seconds,
        outside_kernels_fraction=max(0.0, 1 - in_kernels / timings.decode_seconds),
        drafted=timings.drafted,
        accepted=timings.accepted,
    )


def _median(samples: list[Sample]) -> Sample:
    """The median of each figure by itself."""
    firsts = [s.first_token_seconds for s in samples if s.first_token_seconds is not None]
    return replace(
        samples[0],
        prefill_tokens_per_second=statistics.median(s.prefill_tokens_per_second for s in samples),
        decode_tokens_per_second=statistics.median(s.decode_tokens_per_second for s in samples),
        first_token_seconds=statistics.median(firsts) if firsts else None,
        outside_kernels_fraction=statistics.median(s.outside_kernels_fraction for s in samples),
    )


def _note(text: str) -> None:
    if sys.stderr.isatty():
        print(f"{text} …", file=sys.stderr, flush=True)

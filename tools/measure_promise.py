"""How near the speed promised for a model comes to the speed it has.

python tools/measure_promise.py [--busy] CACHE [SHAPE ...]

This machine is measured as the window does it, then a random checkpoint of each shape writes an
answer at the position the promise is for, in alternation. Only ratios of one round mean anything:
what else runs moves both. With --busy one thread computes, and its processor time stands for the
clock: what it waits for its turn does not count then.
"""

import argparse
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from ternchat import engine
from ternchat.app.core.random_checkpoint import ensure_checkpoint
from ternchat.engine.measure_speed import measure
from ternchat.engine.speed import TYPICAL_POSITION, MachineSpeed
from ternchat.engine.speed_measurement import measure_in_child

SHAPES = ("2b4t", "falcon3-1b")
ROUNDS = 5
NEW_TOKENS = 64


def main() -> None:
    """Measure and print a row for each shape and round, and the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("shapes", nargs="*", default=SHAPES)
    parser.add_argument("--busy", action="store_true")
    options = parser.parse_args()
    measured = measure_in_child
    if options.busy:
        time.perf_counter = time.process_time
        measured = partial(measure, threads=1)
    for shape in options.shapes:
        threads = 1 if options.busy else None
        model = engine.load(ensure_checkpoint(shape, options.cache), threads)
        try:
            _compare(shape, model, measured)
        finally:
            model.close()


def _compare(shape: str, model: engine.Model, measured: Callable[[], MachineSpeed | None]) -> None:
    writing, reading = [], []
    for _ in range(ROUNDS):
        speed = measured()
        if speed is None:
            raise SystemExit("this machine could not be measured")
        timings = _answer(model)
        promised = speed.decode_tokens_per_second(model.config)
        read = speed.prefill_tokens_per_second(model.config, TYPICAL_POSITION // 2)
        decoded, prefilled = timings.decode_tokens_per_second, timings.prefill_tokens_per_second
        assert decoded is not None
        assert prefilled is not None
        writing.append(decoded / promised)
        reading.append(prefilled / read)
        load = os.getloadavg()[0]
        print(
            f"{shape}: writing {decoded:.1f} of {promised:.1f} promised ({writing[-1]:.2f}),"
            f" reading {prefilled:.0f} of {read:.0f} ({reading[-1]:.2f}); load {load:.1f}",
            flush=True,
        )
    for name, ratios in (("writing", writing), ("reading", reading)):
        print(f"{shape}: {name} {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def _answer(model: engine.Model) -> engine.Timings:
    session = engine.Session(model, TYPICAL_POSITION + NEW_TOKENS)
    prompt = [300 + index % 20000 for index in range(TYPICAL_POSITION - NEW_TOKENS // 2)]
    greedy = engine.SamplingParams(temperature=0, max_tokens=NEW_TOKENS)
    timings = engine.Timings()
    for step in session.generate(prompt, greedy, ignore_stop=True):
        timings = step.timings
    return timings


if __name__ == "__main__":
    main()

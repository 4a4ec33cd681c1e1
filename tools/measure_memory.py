"""What models take in memory, held against what is predicted from their configurations.

python tools/measure_memory.py CACHE [MODEL ...]

MODEL is the name of a random shape (written into CACHE once) or the path of a model's folder. Each
row is a process of its own: it loads Fledgling first (unless that is measured), so that what the
first model brings into a process counts as the program's, then the model, then reads until the
context is full. Told are what the whole process has taken since, pages of files not counted, and
what the model itself holds, as the window shows it: that without a tokenizer within the program.
A tokenizer's own process counts in both.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

from ternchat.app.core.machine import anonymous_bytes
from ternchat.app.core.model_store import BUILT_IN, ModelStore
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.random_checkpoint import ensure_checkpoint
from ternchat.app.core.random_shapes import NAMED_SHAPES

CONTEXTS = (512, 2048, 4096)
MODELS = (BUILT_IN, "2b4t", "falcon3-1b")


def main() -> None:
    """Measure all of them, or be the process that measures one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cache", type=Path)
    parser.add_argument("models", nargs="*", default=MODELS)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    built_in = ModelStore(DataPaths.from_option(options.cache)).built_in.path
    folders = {name: _folder(name, options.cache, built_in) for name in options.models}
    if options.one is not None:
        (folder,) = folders.values()
        print(_row(built_in, folder, options.one))
        return
    print(
        "| model | context | predicted | process: loaded | full | error"
        " | held: predicted | loaded | full | error |"
    )
    print("|---" * 10 + "|")
    for name in folders:
        for context in CONTEXTS:
            command = [sys.executable, __file__, str(options.cache), name, "--one", str(context)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            print(f"| {Path(name).name} {done.stdout.strip()}", flush=True)


def _folder(name: str, cache: Path, built_in: Path) -> Path:
    if name == BUILT_IN:
        return built_in
    return ensure_checkpoint(name, cache) if name in NAMED_SHAPES else Path(name)


def _row(built_in: Path, folder: Path, context: int) -> str:
    from ternchat import engine
    from ternchat.engine.memory import predict

    load, new_session = engine.load, engine.Session  # imported now: they belong to the program
    if folder != built_in:  # which would find what it left, and take less
        first = load(built_in)
        first.logits(list(range(256)))
        first.close()
    before = anonymous_bytes()
    assert before is not None, "this system does not tell"
    model = load(folder)
    context = min(context, model.config.max_position_embeddings)
    session = new_session(model, context)
    loaded, filled = _anonymous(model) - before, _held(session).loading
    prompt = [index % 250 for index in range(context - 8)]
    greedy = engine.SamplingParams(temperature=0)
    for _ in session.generate(prompt, greedy, ignore_stop=True):
        pass
    full, held = _anonymous(model) - before, _held(session).total
    told = predict(model.config)
    process = (told.allocated(context), loaded, full)
    itself = (told.held(context), filled, held)
    return f"| {context:,} | {_cells(*process)} | {_cells(*itself)} |"


def _anonymous(model: Any) -> int:
    from ternchat.engine.residency import private_bytes

    return (anonymous_bytes() or 0) + sum(map(private_bytes, model.pids))


def _held(session: Any) -> Any:
    held = session.holdings.measured()
    assert held is not None, "this system does not tell"
    return held


def _cells(predicted: int, loaded: int, full: int) -> str:
    sizes = " | ".join(f"{size / 1e6:,.1f} MB" for size in (predicted, loaded, full))
    return f"{sizes} | {100 * (predicted / full - 1):+.1f} %"


if __name__ == "__main__":
    main()

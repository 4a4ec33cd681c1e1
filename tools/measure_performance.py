"""Measures the engine on random weights and draws the plots of docs/performance.md.

    python tools/measure_performance.py [--shape 2b4t] [--others SHAPE ...] [--data-dir DIR]
                                        [--out docs/performance]

Needs a quiet machine, about twenty minutes, 12 GB of disk for all shapes, and matplotlib. Every
figure is a ratio to the memory bandwidth measured in the same run: machines are shared and clocks
wander. Kernels by themselves: measure_kernels.py.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from ternchat import engine
from ternchat.app.core.random_checkpoint import ensure_checkpoint
from ternchat.engine import backend

CONTEXTS = (128, 512, 1024, 2048, 4096)
OTHERS = ("falcon3-1b", "falcon3-10b", "llama3-8b")
CHUNKS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
DECODED = 24  # tokens per measurement
GREEDY = engine.SamplingParams(temperature=0, max_tokens=DECODED)


def decode_by_kernel_set(shape: str, data_dir: Path) -> list[dict[str, Any]]:
    """`ternchat bench` for every kernel set and thread count, each in a process of its own."""
    results = []
    for isa in backend.describe()["kernel_sets"]:
        for threads in range(1, backend.default_threads() + 1):
            command = [sys.executable, "-m", "ternchat.app", "bench", "--random", shape, "--json"]
            command += ["--isa", isa, "--threads", str(threads), "--data-dir", str(data_dir)]
            if isa == "scalar":
                command += ["--prompt-tokens", "4", "--new-tokens", "4"]
            run = subprocess.run(command, check=True, capture_output=True, text=True)
            results.append(json.loads(run.stdout))
            print(f"{isa}, {threads} threads: {results[-1]['roofline_fraction']:.0%}", flush=True)
    return results


def speed_by_context(model: engine.Model, contexts: tuple[int, ...]) -> list[dict[str, Any]]:
    """Reading and writing with ever more tokens before; one session, so nothing is read twice."""
    session = engine.Session(model, contexts[-1])
    ids = np.random.default_rng(0).integers(256, model.config.vocab_size, contexts[-1]).tolist()
    results = []
    for context in contexts:
        for _ in session.generate(ids[: context - DECODED - 1], GREEDY, ignore_stop=True):
            pass
        timings = session.last.timings  # type: ignore[union-attr]
        results.append(
            {
                "context": context,
                "prefill": timings.prefill_tokens_per_second,
                "decode": timings.decode_tokens_per_second,
                "bytes": model.bytes_per_token(context - DECODED // 2),
            }
        )
        print(results[-1], flush=True)
    return results


def other_shape(shape: str, cache: Path) -> dict[str, Any]:
    """Another model's speed by context, and the bandwidth just after."""
    print(shape, flush=True)
    model = engine.load(ensure_checkpoint(shape, cache))
    contexts = speed_by_context(model, CONTEXTS)
    model.close()
    return {"contexts": contexts, "bandwidth": measured_bandwidth()}


def measured_bandwidth() -> float:
    """Bytes per second of a sequential read, in a process of its own."""
    code = "from ternchat.engine import backend; print(backend.measure_read_bandwidth())"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(run.stdout)


def prefill_by_chunk(model: engine.Model) -> list[dict[str, Any]]:
    """Tokens per second when a prompt is read so many tokens at a time."""
    ids = np.random.default_rng(0).integers(256, model.config.vocab_size, CHUNKS[-1])
    results = []
    for chunk in CHUNKS:
        best = float("inf")
        for _ in range(3):
            cache = model.new_cache(CHUNKS[-1])
            started = time.perf_counter()
            model.hidden(ids[:chunk], cache)
            best = min(best, time.perf_counter() - started)
        results.append({"chunk": chunk, "prefill": chunk / best})
        print(results[-1], flush=True)
    return results


def draw(measured: dict[str, Any], out: Path) -> None:
    """The three plots."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    pyplot.rcParams.update({"figure.figsize": (7, 3.6), "figure.autolayout": True, "font.size": 10})
    accent, muted = "#BF3418", "#56616A"

    sets = [run for run in measured["kernel_sets"] if run["kernel"] != "scalar"]
    figure, axes = pyplot.subplots()
    labels = [f"{run['kernel']}\n{run['threads']} thr." for run in sets]
    axes.bar(labels, [run["roofline_fraction"] for run in sets], color=accent, width=0.6)
    axes.axhline(1, color=muted, linestyle="--")
    axes.text(len(sets) - 0.55, 1.01, "reading alone", color=muted, ha="right", va="bottom")
    axes.set(ylabel="share of read bandwidth", ylim=(0, 1.15), title="Decoding against bandwidth")
    figure.savefig(out / "decode.svg")

    figure, axes = pyplot.subplots()
    rows = measured["contexts"]
    axes.plot([r["context"] for r in rows], [r["decode"] for r in rows], "o-", color=accent)
    bound = [measured["bandwidth"] / r["bytes"] for r in rows]
    axes.plot([r["context"] for r in rows], bound, "--", color=muted)
    axes.text(rows[1]["context"], 1.03 * bound[1], "bandwidth / bytes", color=muted, va="bottom")
    axes.set(xlabel="tokens before", ylabel="tokens/s", title="Decoding against context")
    axes.set_ylim(0, 1.2 * bound[0])
    figure.savefig(out / "context.svg")

    figure, axes = pyplot.subplots()
    rows = measured["chunks"]
    axes.semilogx(
        [r["chunk"] for r in rows], [r["prefill"] for r in rows], "o-", color=accent, base=2
    )
    axes.set(xlabel="tokens read at once", ylabel="tokens/s", title="Reading a prompt")
    axes.set_ylim(bottom=0)
    figure.savefig(out / "prefill.svg")


def main() -> None:
    """Measure, keep the numbers, draw."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shape", default="2b4t")
    parser.add_argument("--others", nargs="*", default=OTHERS, help="shapes of the second table")
    parser.add_argument("--data-dir", type=Path, default=Path("build/performance"))
    parser.add_argument("--out", type=Path, default=Path("docs/performance"))
    parser.add_argument("--draw-only", action="store_true", help="from the numbers kept in --out")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    kept = options.out / "measured.json"
    if not options.draw_only:
        cache = options.data_dir.absolute() / "cache"
        folder = ensure_checkpoint(options.shape, cache)
        measured: dict[str, Any] = {
            "kernel_sets": decode_by_kernel_set(options.shape, options.data_dir)
        }
        model = engine.load(folder)
        longest = model.config.max_position_embeddings
        measured["contexts"] = speed_by_context(
            model, tuple(context for context in CONTEXTS if context <= longest)
        )
        measured["chunks"] = prefill_by_chunk(model)
        model.close()
        measured["bandwidth"] = measured_bandwidth()
        measured["others"] = {shape: other_shape(shape, cache) for shape in options.others}
        kept.write_text(json.dumps(measured, indent=1) + "\n", "utf-8")
    draw(json.loads(kept.read_text("utf-8")), options.out)


if __name__ == "__main__":
    main()

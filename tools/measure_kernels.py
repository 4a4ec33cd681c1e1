"""Times every kernel by itself, in the shape of a real model, with weights that come from memory.

    python tools/measure_kernels.py [--shape 2b4t] [--isa NAME] [--threads N] [--context N]

Decoding: one token, each call on the next layer's weights, so that nothing is in a cache;
bytes per second against the best sequential read of the same run by as many threads. Reading a
prompt: a chunk of tokens; multiply-adds per second against what the processor's dot-product
instruction reaches alone (tools/arithmetic_ceiling.c, if a C compiler is there).
"""

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ternchat.app.core.random_shapes import NAMED_SHAPES
from ternchat.engine import backend
from ternchat.engine.backend import Kernels, Rows, TernaryMatrix
from ternchat.engine.config import ModelConfig
from ternchat.engine.kv_cache import KVCache
from ternchat.engine.output_head import ScreenedHead

CEILING_SOURCE = Path(__file__).with_name("arithmetic_ceiling.c")
COMPILER_FLAGS = {
    "avx2": ["-mavx2", "-DAVX2"],
    "avxvnni": ["-mavxvnni", "-mavx2", "-DAVXVNNI"],
    "avx512vnni": ["-mavx512f", "-mavx512bw", "-mavx512vnni", "-DAVX512VNNI"],
    "amx": ["-mamx-tile", "-mamx-int8", "-mavx512f", "-DAMX"],
}


@dataclass(frozen=True)
class Timing:
    """One kernel's best time over all layers.

    Attributes:
        seconds: for one call, the mean over the layers of the best round.
        nbytes: what a call reads from memory, weights and cache.
        products: multiply-adds of a call with the weights; 0 where nobody counts them.

    """

    name: str
    seconds: float
    nbytes: int = 0
    products: int = 0


class Bench:
    """Weights, cache and activations of one shape, and the kernels to time on them."""

    def __init__(self, config: ModelConfig, kernels: Kernels, tokens: int, context: int) -> None:
        self.config, self.kernels, self.tokens, self.context = config, kernels, tokens, context
        self._draw = np.random.default_rng(0)
        layers, hidden, ffn = (
            config.num_hidden_layers,
            config.hidden_size,
            config.intermediate_size,
        )
        qkv = config.q_size + 2 * config.kv_size
        shapes = {
            "qkv": (qkv, hidden),
            "output": (hidden, config.q_size),
            "gate_up": (2 * ffn, hidden),
            "down": (hidden, ffn),
        }
        self._matrices = {
            name: [self._matrix(*shape) for _ in range(layers)] for name, shape in shapes.items()
        }
        self._cache = KVCache(config, context + tokens, kernels)
        self._floats = {
            n: self._draw.standard_normal((tokens, n), np.float32)
            for n in (hidden, config.q_size, 2 * ffn, qkv)
        }
        self._rows = {n: backend.quantized_rows(tokens, n) for n in (hidden, config.q_size, ffn)}
        self._norm = np.ones(max(hidden, ffn, config.q_size), np.float32)
        for n, rows in self._rows.items():
            kernels.norm_quantize(
                self._draw.standard_normal((tokens, n), np.float32), None, 0, rows
            )

    def run(self) -> Iterator[Timing]:
        """Every kernel of a layer, in order."""
        config, kernels, floats, rows = self.config, self.kernels, self._floats, self._rows
        hidden, ffn, q = config.hidden_size, config.intermediate_size, config.q_size
        qkv, eps = floats[q + 2 * config.kv_size], config.rms_norm_eps
        heads, layers, cache = config.num_attention_heads, self._cache.layers, self._cache
        act, context, tokens = config.hidden_act, self.context, self.tokens
        queries, attended = Rows(qkv), Rows(floats[q])
        kv_bytes = 2 * config.kv_size * 2 * (context + (self.tokens + 1) // 2)

        yield self._time(
            "norm, quantise (hidden)",
            lambda _: kernels.norm_quantize(floats[hidden], self._norm[:hidden], eps, rows[hidden]),
        )
        yield self._product("qkv", rows[hidden], qkv)
        yield self._time(
            "rope, store",
            lambda i: kernels.rope(
                tokens, queries, heads, cache.cosines, cache.sines, context, layers[i]
            ),
        )
        yield self._time(
            f"attention over {context}",
            lambda i: kernels.attention(
                tokens, queries, heads, context, layers[i], cache.scores, attended
            ),
            kv_bytes,
        )
        yield self._product("output", rows[q], floats[hidden])
        yield self._product("gate_up", rows[hidden], floats[2 * ffn])
        yield self._time(
            "glu, norm, quantise",
            lambda _: kernels.glu_quantize(floats[2 * ffn], act, self._norm[:ffn], eps, rows[ffn]),
        )
        yield self._product("down", rows[ffn], floats[hidden])
        if self.tokens == 1:
            yield from self._head()

    def _head(self) -> Iterator[Timing]:
        shape = (self.config.vocab_size, self.config.hidden_size)
        values = self._draw.standard_normal(1 << 16, np.float32).view(np.uint32) >> 16
        table = values.astype(np.uint16)[self._draw.integers(0, 1 << 16, shape, np.uint16)]
        head = ScreenedHead(self.kernels, table)
        head.pack(0, table)
        state = self._draw.standard_normal((1, shape[1]), np.float32)
        none = np.empty(0, np.int64)
        for best in (40, 1):
            yield self._time(
                f"head, screened, best {best}",
                lambda _, k=best: head.highest(state, k, none),  # type: ignore[misc]
                head.screen_nbytes,
            )

    def _matrix(self, rows: int, columns: int) -> TernaryMatrix:
        tiles = backend.allocate(backend.packed_bytes(rows, columns, self.kernels.lanes))
        tiles[:] = np.resize(self._draw.integers(0, 256, 1 << 16, np.uint8) & 0xAA, len(tiles))
        return TernaryMatrix(tiles, np.ones(rows, np.float32), columns, self.kernels.lanes)

    def _product(self, name: str, x: backend.QuantizedRows, out: npt.NDArray[np.float32]) -> Timing:
        matrices = self._matrices[name]
        one = matrices[0]
        return self._time(
            name,
            lambda i: self.kernels.matmul(matrices[i], x, out),
            one.nbytes,
            self.tokens * one.rows * one.columns,
        )

    def _time(
        self, name: str, call: Callable[[int], object], nbytes: int = 0, products: int = 0
    ) -> Timing:
        layers = self.config.num_hidden_layers
        best, deadline = float("inf"), time.perf_counter() + 1.0
        while best == float("inf") or time.perf_counter() < deadline:
            started = time.perf_counter()
            for layer in range(layers):
                call(layer)
            best = min(best, (time.perf_counter() - started) / layers)
        return Timing(name, best, nbytes, products)


def arithmetic_ceiling(isa: str) -> float | None:
    """Multiply-adds per second of one thread's dot-product instruction alone; None: unknown."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or isa not in COMPILER_FLAGS:
        return None
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "ceiling"
        command = [compiler, "-O2", *COMPILER_FLAGS[isa], str(CEILING_SOURCE), "-o", str(program)]
        subprocess.run(command, check=True)
        return float(subprocess.run([program], check=True, capture_output=True).stdout)


def report(bench: Bench, bandwidth: float, ceiling: float | None) -> float:
    """Print a table; the seconds of all layers together, head included."""
    layers, total, nbytes = bench.config.num_hidden_layers, 0.0, 0
    print(f"\n{bench.tokens} tokens after {bench.context}")
    for t in bench.run():
        line = f"  {t.name:26} {t.seconds * 1e6:9.1f} us"
        if bench.tokens == 1 and t.nbytes:
            rate = t.nbytes / t.seconds
            line += f" {rate / 1e9:7.1f} GB/s = {rate / bandwidth:4.0%} of reading"
        if bench.tokens > 1 and t.products:
            rate = t.products / t.seconds
            line += f" {rate / 1e9:7.0f} GMAC/s"
            line += f" = {rate / ceiling:4.0%} of the ceiling" if ceiling else ""
        print(line, flush=True)
        times = layers
        if t.name.startswith("head"):
            times = int(t.name.endswith("best 1"))
        total, nbytes = total + times * t.seconds, nbytes + times * t.nbytes
    line = f"  all {layers} layers {total * 1e3:18.2f} ms = {bench.tokens / total:.1f} tokens/s"
    if bench.tokens == 1:
        line += f", {nbytes / total / bandwidth:.0%} of reading {nbytes / 1e6:.0f} MB"
    print(line, flush=True)
    return total


def main() -> None:
    """Measure decoding and reading, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shape", default="2b4t", choices=NAMED_SHAPES)
    parser.add_argument("--isa")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--chunk", type=int, default=256)
    options = parser.parse_args()

    config = ModelConfig.from_dicts(NAMED_SHAPES[options.shape], {}, options.shape)
    kernels = backend.choose_kernels(options.isa, options.threads)
    one = arithmetic_ceiling(kernels.name)
    bandwidth = backend.measure_read_bandwidth(kernels.threads)
    print(f"{options.shape}, {kernels.name}, {kernels.threads} threads")
    print(f"reading alone {bandwidth / 1e9:.1f} GB/s", end="")
    print(f", one thread's products alone {one / 1e9:.0f} GMAC/s" if one else "", flush=True)
    ceiling = one * kernels.threads if one else None
    report(Bench(config, kernels, 1, options.context), bandwidth, ceiling)
    report(Bench(config, kernels, options.chunk, options.context), bandwidth, ceiling)


if __name__ == "__main__":
    main()

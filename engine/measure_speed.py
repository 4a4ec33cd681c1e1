"""Three seconds in which this machine shows how fast it is; a program of its own.

Its memory goes back to the system with it, and nothing of it counts as the model's.
`python -m ternchat.engine.measure_speed [ISA [THREADS [gently]]]` prints a MachineSpeed as JSON.
"""

import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from statistics import median

import numpy as np

from ternchat.engine import backend
from ternchat.engine.backend import SCREEN_GROUP, Kernels, ScreenTable
from ternchat.engine.child_process import end_with_parent, let_others_first
from ternchat.engine.config import ModelConfig
from ternchat.engine.errors import EngineError
from ternchat.engine.kv_cache import KVPart
from ternchat.engine.memory import CHUNK_TOKENS, predict
from ternchat.engine.model import Model
from ternchat.engine.others_share import OthersShare
from ternchat.engine.processor_cache import last_level_bytes
from ternchat.engine.speed import TYPICAL_POSITION, MachineSpeed
from ternchat.engine.synthetic import synthetic_model

_SECONDS = 0.6  # for each of the measurements
_FEW_TOKENS = 4
_LONGEST_CHUNK = 3.0  # seconds a whole chunk may be expected to take, judged by a few tokens
_READ_BYTES = 256 << 20
_SCREEN_ROWS, _SCREEN_COLUMNS = 1 << 15, 2560

_CACHES = 2  # what is to come from memory is this many times as large as the processor's caches

# Layers as wide as those of BitNet b1.58 2B4T, so many that caches do not hold them; and tiny ones,
# which cost little but their calls.
_LARGE = ModelConfig(
    architecture="BitNetForCausalLM",
    hidden_size=2560,
    intermediate_size=6912,
    num_hidden_layers=8,
    num_attention_heads=20,
    num_key_value_heads=5,
    head_dim=128,
    vocab_size=256,
    max_position_embeddings=4096,
    rms_norm_eps=1e-5,
    rope_theta=500000.0,
    hidden_act="relu2",
    sub_norms=True,
    tie_word_embeddings=True,
    scale_divides=False,
)
_TINY = replace(
    _LARGE,
    hidden_size=128,
    intermediate_size=256,
    num_hidden_layers=16,
    num_attention_heads=2,
    num_key_value_heads=1,
    head_dim=64,
)


def measure(isa: str | None = None, threads: int | None = None) -> MachineSpeed:
    """The speed of this machine with a kernel set and a number of threads."""
    kernels = backend.choose_kernels(isa, threads)
    writing = backend.choose_writing_kernels(kernels, threads)
    others = OthersShare()
    tiny = synthetic_model(_TINY, kernels, writing)
    layer_seconds = _token_seconds(tiny) / _TINY.num_hidden_layers
    beyond_caches = min(_CACHES * last_level_bytes(), backend.available_memory() // 4)
    config = _larger_than(beyond_caches)
    large = synthetic_model(config, kernels, writing)
    token_seconds = _token_seconds(large, TYPICAL_POSITION)
    read_bytes = large.memory.weights + large.memory.kv(TYPICAL_POSITION)
    in_weights = token_seconds - config.num_hidden_layers * layer_seconds
    prompt_tokens, prompt_seconds = _reading(large)
    weights = sum(
        spec.shape[0] * spec.shape[1] for spec in config.tensors() if spec.role == "ternary"
    )
    speed = MachineSpeed(
        kernel=kernels.name,
        threads=kernels.threads,
        read_bytes_per_second=1.0,
        weight_bytes_per_second=read_bytes / max(in_weights, token_seconds / 2),
        screen_bytes_per_second=_screen_rate(writing, beyond_caches),
        weights_per_second=weights * prompt_tokens / prompt_seconds,
        layer_seconds=layer_seconds,
    )
    del tiny, large
    read = backend.measure_read_bandwidth(writing.threads, max(_READ_BYTES, beyond_caches))
    return replace(speed, read_bytes_per_second=read, others_share=others.share())


def _larger_than(nbytes: int) -> ModelConfig:
    """The large layers, so many that they take that much memory."""
    a_layer = predict(_LARGE).weights // _LARGE.num_hidden_layers
    return replace(
        _LARGE, num_hidden_layers=max(_LARGE.num_hidden_layers, math.ceil(nbytes / a_layer))
    )


def _token_seconds(model: Model, position: int = 0) -> float:
    """What a token takes behind so many others."""
    cache = model.new_cache(position + 64)
    if position:
        config = model.config
        shape = (config.num_hidden_layers, 2, config.num_key_value_heads, position, config.head_dim)
        rows = np.random.default_rng(0).standard_normal(shape, np.float32).astype(np.float16)
        cache.append(KVPart(rows, None), 0, position)

    def one_token() -> None:
        cache.truncate(position)
        model.hidden([1], cache)

    return _seconds(one_token)


def _reading(model: Model) -> tuple[int, float]:
    """Tokens of a chunk of a prompt, as many as there is time for, and the seconds it takes."""
    cache = model.new_cache(CHUNK_TOKENS)

    def seconds(tokens: int) -> float:
        ids = [token % 256 for token in range(tokens)]

        def one_chunk() -> None:
            cache.truncate(0)
            model.hidden(ids, cache)

        return _seconds(one_chunk)

    few = seconds(_FEW_TOKENS)
    if few * CHUNK_TOKENS > _FEW_TOKENS * _LONGEST_CHUNK:
        return _FEW_TOKENS, few
    return CHUNK_TOKENS, seconds(CHUNK_TOKENS)


def _screen_rate(kernels: Kernels, nbytes: int) -> float:
    """Bytes per second of the four-bit screen of a head that takes at least so many."""
    columns = _SCREEN_COLUMNS
    rows = max(_SCREEN_ROWS, 2 * nbytes // columns // SCREEN_GROUP * SCREEN_GROUP)
    tiles = backend.allocate(backend.screen_bytes(rows, columns, kernels.lanes))
    tiles[:] = 0x77
    step, dither = np.ones(rows, np.float32), np.zeros(columns, np.float32)
    screen = ScreenTable(tiles, step, dither, kernels.lanes)
    high, low = (np.ones(backend.padded_columns(columns), np.int8) for _ in range(2))
    scores = np.empty((rows // SCREEN_GROUP, SCREEN_GROUP), np.float32)
    best = np.empty(len(scores), np.float32)

    def all_scores() -> None:
        kernels.screen(screen, high, low, 1.0, 0.0, scores, best)

    return float(screen.nbytes / _seconds(all_scores))


def _seconds(work: Callable[[], object]) -> float:
    """What the work takes: the median of as many times as there is time for."""
    work()  # the threads are made, the pages touched
    times: list[float] = []
    started = time.perf_counter()
    while not times or time.perf_counter() - started < _SECONDS:
        before = time.perf_counter()
        work()
        times.append(time.perf_counter() - before)
    return median(times)


def main(isa: str = "", threads: str = "", manner: str = "") -> int:
    """Measure and print; gives the exit code."""
    if manner == "gently":
        let_others_first()
    try:
        speed = measure(isa or None, int(threads) if threads else None)
    except (EngineError, MemoryError, ValueError) as error:
        print(f"measure_speed: {error or 'not enough memory'}", file=sys.stderr)
        return 1
    print(json.dumps(asdict(speed)))
    return 0


if __name__ == "__main__":
    end_with_parent()
    sys.exit(main(*sys.argv[1:]))

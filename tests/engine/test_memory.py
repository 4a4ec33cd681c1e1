"""What a model takes, told from its configuration alone, and measured after loading."""

import functools
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ternchat import engine
from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import NAMED_SHAPES, bitnet_config, llama_config
from ternchat.engine import backend
from ternchat.engine.config import ModelConfig
from ternchat.engine.memory import predict

WITHIN = 0.05

# Loads, reads a prompt that fills the context but for some tokens, generates those. The first
# model is small: what it brings into the process belongs to the program.
MEASURE = """
import ctypes, json, sys
from ternchat import engine

def anonymous(process="self"):
    lines = open(f"/proc/{process}/status").read().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))

def use(folder, context):
    model = engine.load(folder, threads=1, kv_dtype=sys.argv[4])
    model.forward([0] * 256, model.new_cache(256))  # a chunk as large as they get
    session = engine.Session(model, context)
    prompt = [i % 250 for i in range(context - 8)]
    for _ in session.generate(prompt, engine.SamplingParams(temperature=0), ignore_stop=True):
        pass
    return model, session

use(sys.argv[1], 64)[0].close()
ctypes.CDLL(None).malloc_trim(0)  # what the allocator keeps of it would be used again
before = anonymous()
kept = use(sys.argv[2], int(sys.argv[3]))
whole = sum(map(anonymous, ("self", *kept[0].pids)))
print(json.dumps({"anonymous": whole - before, "processes": len(kept[0].pids)}))
"""

CASES = {
    "BitNet, most of it weights": (
        bitnet_config(
            hidden_size=1280,
            intermediate_size=3456,
            layers=24,
            heads=10,
            kv_heads=5,
            vocab_size=24000,
        ),
        400,
        "f16",
    ),
    "Llama, most of it context": (
        llama_config(
            hidden_size=512,
            intermediate_size=1024,
            layers=16,
            heads=8,
            kv_heads=8,
            vocab_size=30000,
        ),
        2048,
        "f16",
    ),
    "a cache of int8": (
        llama_config(
            hidden_size=768,
            intermediate_size=4096,
            layers=12,
            heads=16,
            kv_heads=16,
            head_dim=128,
            vocab_size=8000,
        ),
        512,
        "i8",
    ),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    config = bitnet_config(
        hidden_size=64, intermediate_size=96, layers=2, heads=4, kv_heads=2, vocab_size=300
    )
    return write_checkpoint(tmp_path_factory.mktemp("small") / "model", config)


def write_tokenizer(folder, vocab_size):
    """A byte-level BPE of that size: all bytes, then pairs of them."""
    bytes_of_it = [chr(code) for code in [*range(0x21, 0x7F), *range(0xA1, 0xAD)]]
    bytes_of_it += [chr(code) for code in range(0xAE, 0xAE + 256 - len(bytes_of_it))]
    pairs = [(a, b) for a in bytes_of_it for b in bytes_of_it][: vocab_size - 256]
    vocabulary = {piece: i for i, piece in enumerate([*bytes_of_it, *map("".join, pairs)])}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    contents = {
        "pre_tokenizer": byte_level,
        "decoder": byte_level,
        "model": {"type": "BPE", "vocab": vocabulary, "merges": pairs},
    }
    (folder / "tokenizer.json").write_text(json.dumps(contents, indent=2), "utf-8")


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory):
    """The folder of a case's model, written when it is first asked for."""

    @functools.cache
    def folder(case):
        config, *_ = CASES[case]
        folder = write_checkpoint(tmp_path_factory.mktemp("case") / "model", config)
        write_tokenizer(folder, config["vocab_size"])
        return folder

    return folder


def measured(small, folder, context, kv_dtype):
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(small), str(folder), str(context), kv_dtype],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="nothing tells it here")
@pytest.mark.parametrize("case", CASES)
def test_the_prediction_is_what_loading_and_a_full_context_take(small, folder_of, case):
    _, context, kv_dtype = CASES[case]
    folder = folder_of(case)
    memory = predict(ModelConfig.from_folder(folder), kv_dtype)
    told = measured(small, folder, context, kv_dtype)
    assert told["processes"] == memory.tokenizer_apart
    predicted, taken = memory.allocated(context), told["anonymous"]
    assert taken > 80 << 20
    assert abs(predicted - taken) <= WITHIN * taken, (predicted / 2**20, taken / 2**20)


FLEDGLING = Path(__file__).parents[2] / "resources" / "fledgling"
BUILT_IN = "the built-in model"


SETS = [(BUILT_IN, isa) for isa in backend.describe()["kernel_sets"]]


@pytest.mark.parametrize(("case", "isa"), SETS + [(case, None) for case in CASES])
def test_the_prediction_is_what_the_model_holds_as_the_system_sees_it(case, isa, folder_of):
    _, context, kv_dtype = CASES.get(case, (None, 256, "f16"))
    folder = FLEDGLING if case == BUILT_IN else folder_of(case)
    model = engine.load(folder, threads=2, isa=isa, kv_dtype=kv_dtype)
    session = engine.Session(model, context)
    predicted = predict(model.config, kv_dtype)
    loaded = session.holdings.measured()
    assert predicted.weights + predicted.screen == pytest.approx(
        loaded.weights + loaded.screen, rel=WITHIN
    )
    # Of a small process most is what Python takes, which differs between systems.
    told = predicted.tokenizer if predicted.tokenizer_apart else 0
    assert told == pytest.approx(loaded.tokenizer, rel=0.3)
    assert loaded.kv < predicted.kv(context) / 2 or context < 512  # its pages are still empty
    prompt = [i % 250 for i in range(model.chunk_tokens)]
    model.forward(prompt, model.new_cache(len(prompt)))  # as large a piece as they get
    prompt = [i % 250 for i in range(context - 8)]
    for _ in session.generate(prompt, engine.SamplingParams(temperature=0), ignore_stop=True):
        pass
    full = session.holdings.measured()
    assert (full.weights, full.screen) == (loaded.weights, loaded.screen)
    assert predicted.held(context) == pytest.approx(full.total, rel=WITHIN)
    model.close()


def test_the_parts_of_a_prediction_are_those_of_bitnet_2b4t():
    memory = predict(ModelConfig.from_dicts(NAMED_SHAPES["2b4t"], {}, "2b4t"))
    assert memory.weights == pytest.approx(521.0e6 + 4.5e6, rel=0.01)
    assert memory.head == memory.mapped() == 128256 * 2560 * 2
    assert memory.screen == pytest.approx(memory.head / 4, rel=0.01)
    assert memory.kv(4096) == 4096 * 76_800
    assert memory.allocated(4096) == pytest.approx(1.083e9, rel=0.01)
    assert memory.allocated(4096) - memory.allocated(1024) == pytest.approx(3072 * 76_800, rel=0.02)


def test_an_int8_cache_halves_the_keys_and_values():
    config = ModelConfig.from_dicts(NAMED_SHAPES["falcon3-10b"], {}, "x")
    half, whole = (predict(config, kv_dtype).kv(1000) for kv_dtype in ("i8", "f16"))
    assert half == pytest.approx(whole / 2, rel=0.02)

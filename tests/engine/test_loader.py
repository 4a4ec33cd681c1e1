"""Loading: progress, cancel, what is refused before anything is allocated."""

import json

import numpy as np
import pytest

from ternchat import engine
from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import bitnet_config
from ternchat.engine import backend

SHAPE = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "layers": 2,
    "heads": 4,
    "kv_heads": 2,
    "vocab_size": 300,
}


@pytest.fixture(params=(True, False), ids=("packed", "master"))
def folder(request, tmp_path):
    return write_checkpoint(tmp_path / "model", bitnet_config(**SHAPE), packed=request.param)


def test_progress_rises_to_the_total(folder):
    seen = []
    engine.load(folder, progress=lambda done, total: seen.append((done, total)))
    done = [d for d, _ in seen]
    assert done == sorted(done)
    assert done[0] == 0
    assert seen[-1][0] == seen[-1][1]


def test_progress_can_cancel_at_every_call(folder):
    calls = []
    engine.load(folder, progress=lambda done, total: calls.append(done))
    for last in range(len(calls)):
        seen = []

        def stop(done, total, seen=seen, last=last):
            seen.append(done)
            return len(seen) <= last

        with pytest.raises(engine.LoadCancelled):
            engine.load(folder, progress=stop)
        assert len(seen) == last + 1


def test_a_progress_function_that_returns_nothing_does_not_cancel(folder):
    assert engine.load(folder, progress=lambda done, total: None).config.hidden_size == 64


@pytest.mark.parametrize(("byte", "bits", "row"), [(5, 0, 0), (64 * 3 + 7, 6, 75), (1535, 2, 47)])
def test_a_code_that_is_no_weight_is_named_with_its_tensor_and_row(tmp_path, byte, bits, row):
    folder = write_checkpoint(tmp_path / "model", bitnet_config(**SHAPE))
    raw = bytearray((folder / "model.safetensors").read_bytes())
    size = int.from_bytes(raw[:8], "little")
    name = "model.layers.1.mlp.up_proj.weight"  # 96 x 64: rows r, r + 24, r + 48, r + 72 in a byte
    begin, _ = json.loads(raw[8 : 8 + size])[name]["data_offsets"]
    raw[8 + size + begin + byte] |= 3 << bits
    (folder / "model.safetensors").write_bytes(raw)
    with pytest.raises(engine.ModelFileError, match=rf"{name} holds the code 3 in row {row}"):
        engine.load(folder)


def test_master_weights_that_are_not_finite_are_named(tmp_path):
    folder = write_checkpoint(tmp_path / "model", bitnet_config(**SHAPE), packed=False, dtype="f32")
    raw = bytearray((folder / "model.safetensors").read_bytes())
    size = int.from_bytes(raw[:8], "little")
    name = "model.layers.0.self_attn.o_proj.weight"
    begin, _ = json.loads(raw[8 : 8 + size])[name]["data_offsets"]
    raw[8 + size + begin : 12 + size + begin] = np.float32(np.nan).tobytes()
    (folder / "model.safetensors").write_bytes(raw)
    with pytest.raises(engine.ModelFileError, match=f"{name} holds numbers that are not finite"):
        engine.load(folder)


def test_too_little_memory_is_told_before_anything_is_allocated(folder, monkeypatch):
    monkeypatch.setattr(backend, "available_memory", lambda: 100_000)
    monkeypatch.setattr(backend, "allocate", lambda size: pytest.fail("allocated"))
    with pytest.raises(engine.NotEnoughMemoryError, match=r"needs .* GB of memory") as caught:
        engine.load(folder)
    assert caught.value.available_bytes == 100_000
    assert caught.value.needed_bytes > 100_000


def test_a_context_too_large_for_the_memory_is_refused(folder, monkeypatch):
    model = engine.load(folder)
    monkeypatch.setattr(backend, "available_memory", lambda: 1000)
    with pytest.raises(engine.NotEnoughMemoryError, match="a context of 4,096 tokens"):
        engine.Session(model)


def test_a_file_that_shrinks_after_loading_is_noticed_before_it_is_read(folder):
    model = engine.load(folder)
    with (folder / "model.safetensors").open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(engine.ModelFileError, match=r"model\.safetensors"):
        engine.Session(model)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"isa": "sse9"}, "no kernel set 'sse9'"),
        ({"isa": "neon"}, "cannot run the kernel set 'neon'"),
        ({"device": "cuda"}, "device 'cuda' is not available"),
        ({"kv_dtype": "f8"}, "kv_dtype must be one of f16, f32, i8"),
        ({"threads": 0}, "threads must be from 1 to 1024, not 0"),
    ],
)
def test_what_this_machine_cannot_do_is_said(folder, arguments, message):
    with pytest.raises(engine.EngineError, match=message):
        engine.load(folder, **arguments)


def test_the_environment_forces_a_kernel_set_and_a_thread_count(folder, monkeypatch):
    monkeypatch.setenv("TERNCHAT_ISA", "scalar")
    monkeypatch.setenv("TERNCHAT_THREADS", "1")
    model = engine.load(folder)
    assert (model.kernel, model.threads) == ("scalar", 1)
    monkeypatch.setenv("TERNCHAT_ISA", "i8mm")
    with pytest.raises(engine.EngineError, match="i8mm"):
        engine.load(folder)
    monkeypatch.delenv("TERNCHAT_ISA")
    monkeypatch.setenv("TERNCHAT_THREADS", "many")
    with pytest.raises(engine.EngineError, match="not 'many'"):
        engine.load(folder)


@pytest.fixture
def many_cores(monkeypatch):
    monkeypatch.setattr(backend, "default_threads", lambda: 16)
    monkeypatch.delenv("TERNCHAT_THREADS", raising=False)


def test_with_many_cores_fewer_threads_write_than_read(folder, many_cores):
    model = engine.load(folder)
    if not backend.describe()["openmp"]:
        assert (model.threads, model.writing_threads) == (1, 1)
        return
    assert (model.threads, model.writing_threads) == (16, backend.WRITING_THREADS)
    few, many = model.writing_kernels, model.kernels
    for tokens, used, idle in [(1, few, many), (8, few, many), (9, many, few), (40, many, few)]:
        before = used.seconds, idle.seconds
        model.hidden(list(range(tokens)), model.new_cache(64))
        assert used.seconds > before[0]
        assert idle.seconds == before[1]
    assert model.kernel_seconds == few.seconds + many.seconds


def test_who_says_how_many_threads_there_are_to_be_gets_them_for_all(
    folder, many_cores, monkeypatch
):
    model = engine.load(folder, threads=12)
    assert model.writing_kernels is model.kernels
    assert model.kernel_seconds == model.kernels.seconds
    monkeypatch.setenv("TERNCHAT_THREADS", "11")
    model = engine.load(folder)
    assert model.writing_kernels is model.kernels


def test_the_number_of_threads_of_a_phase_changes_no_logit(folder, many_cores):
    ids = list(range(30))

    def answered(model):
        cache = model.new_cache(40)
        rows = [model.hidden(part, cache).copy() for part in (ids[:20], ids[20:21], ids[21:])]
        return np.concatenate(rows)

    one, apart = engine.load(folder, threads=1), engine.load(folder)
    np.testing.assert_array_equal(answered(apart), answered(one))


def test_a_model_without_a_tokenizer_loads_and_says_so_when_text_is_needed(folder):
    session = engine.Session(engine.load(folder))
    with pytest.raises(engine.TokenizerError, match=r"tokenizer\.json"):
        next(session.reply([{"role": "user", "content": "Hello"}]))


def test_loading_again_and_again_does_not_pile_up_memory(folder):
    import gc

    import psutil

    process = psutil.Process()
    for _ in range(3):
        engine.load(folder)
    gc.collect()
    before = process.memory_info().rss
    for _ in range(100):
        engine.load(folder).close()
    gc.collect()
    assert process.memory_info().rss - before < 8 << 20

"""How fast a model will be: arithmetic over a measured machine, and the measuring itself."""

import json
import subprocess
import sys
from dataclasses import asdict, replace
from types import SimpleNamespace

import psutil
import pytest

from ternchat.app.core.random_shapes import NAMED_SHAPES
from ternchat.engine import (
    backend,
    measure_speed,
    others_share,
    processor_cache,
    speed_measurement,
)
from ternchat.engine.config import ModelConfig
from ternchat.engine.memory import predict
from ternchat.engine.others_share import OthersShare
from ternchat.engine.speed import MachineSpeed
from ternchat.engine.synthetic import synthetic_model

LAPTOP = MachineSpeed(
    kernel="avx2",
    threads=4,
    read_bytes_per_second=40e9,
    weight_bytes_per_second=30e9,
    screen_bytes_per_second=35e9,
    weights_per_second=200e9,
    layer_seconds=20e-6,
)
SHAPES = {name: ModelConfig.from_dicts(fields, {}, name) for name, fields in NAMED_SHAPES.items()}


def test_a_token_takes_its_bytes_over_the_machines_rates_and_its_layers():
    config = SHAPES["2b4t"]
    memory = predict(config)
    seconds = (memory.weights + memory.kv(512)) / 30e9 + memory.screen / 35e9
    seconds += 30 * 20e-6 + 200 * 2560 * 2 / 40e9
    assert LAPTOP.decode_tokens_per_second(config) == pytest.approx(1 / seconds)
    assert LAPTOP.decode_tokens_per_second(config) == pytest.approx(40.6, rel=0.05)


def test_a_small_head_is_read_whole():
    config = replace(SHAPES["2b4t"], vocab_size=2000)
    assert not predict(config).screen
    slower = replace(LAPTOP, screen_bytes_per_second=1.0)
    expected = LAPTOP.decode_tokens_per_second(config)
    assert slower.decode_tokens_per_second(config) == expected


@pytest.mark.parametrize("name", SHAPES)
def test_a_longer_context_is_slower_and_an_int8_cache_makes_up_for_some_of_it(name):
    config = SHAPES[name]
    short, long = (LAPTOP.decode_tokens_per_second(config, n) for n in (10, 4000))
    assert long < short
    assert long < LAPTOP.decode_tokens_per_second(config, 4000, "i8") < short
    assert LAPTOP.prefill_tokens_per_second(config, 4000) < LAPTOP.prefill_tokens_per_second(
        config, 10
    )


def test_models_are_ranked_by_their_size():
    names = sorted(SHAPES, key=lambda name: LAPTOP.decode_tokens_per_second(SHAPES[name]))
    assert names == ["falcon3-10b", "llama3-8b", "falcon3-1b", "2b4t"] or names == [
        "falcon3-10b",
        "llama3-8b",
        "2b4t",
        "falcon3-1b",
    ]


def test_a_prompt_is_read_at_the_rate_of_its_weights():
    # 2,084,044,800 ternary weights; attention adds little at the beginning
    rate = LAPTOP.prefill_tokens_per_second(SHAPES["2b4t"], 0)
    assert rate == pytest.approx(200e9 / 2_084_044_800)


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), float("inf"), "3", None])
def test_a_rate_that_is_none_is_refused(value):
    with pytest.raises(ValueError, match=r"weight_bytes_per_second = .*; expected a positive"):
        replace(LAPTOP, weight_bytes_per_second=value)


@pytest.mark.parametrize("isa", backend.describe()["kernel_sets"])
def test_a_synthetic_model_computes_what_a_loaded_one_would(isa):
    import numpy as np

    config = replace(measure_speed._TINY, num_hidden_layers=2)
    kernels = backend.choose_kernels(isa, 1)
    model = synthetic_model(config, kernels, kernels)
    logits = model.logits([1, 2, 3])
    assert np.isfinite(logits).all()
    assert (logits.std(-1) > 0).all()
    assert model.memory.weights > 0


def test_the_machine_is_measured_and_printed(monkeypatch, capsys):
    monkeypatch.setattr(measure_speed, "_SECONDS", 0.02)
    monkeypatch.setattr(measure_speed, "_READ_BYTES", 16 << 20)
    monkeypatch.setattr(measure_speed, "_LARGE", replace(measure_speed._LARGE, num_hidden_layers=1))
    monkeypatch.setattr(measure_speed, "last_level_bytes", lambda: 0)
    assert measure_speed.main("", "1") == 0
    speed = MachineSpeed(**json.loads(capsys.readouterr().out))
    assert speed.threads == 1
    assert speed.kernel == backend.describe()["default_kernel"]
    assert 1e8 < speed.weight_bytes_per_second < 1e12
    assert 1e8 < speed.read_bytes_per_second < 1e12
    assert speed.layer_seconds < 0.1
    assert asdict(speed).keys() == asdict(LAPTOP).keys()


@pytest.mark.parametrize(
    "answer", ["", "[]", "{}", "raise SystemExit(1)", 'print(\'{"kernel": "x"}\')']
)
def test_a_measurement_that_fails_is_none(monkeypatch, answer):
    monkeypatch.setattr(
        speed_measurement, "module_command", lambda *_: [sys.executable, "-c", answer]
    )
    assert speed_measurement.measure_in_child() is None


def test_a_kernel_set_that_is_none_is_told_in_one_line(capsys):
    assert measure_speed.main("sse9") == 1
    assert "no kernel set 'sse9'" in capsys.readouterr().err


def test_a_gentle_measurement_lets_others_first():
    code = (
        "import psutil; from ternchat.engine.child_process import let_others_first;"
        "before = psutil.Process().nice(); let_others_first();"
        "print(before, psutil.Process().nice())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    before, after = map(int, done.stdout.split())
    assert after > before or before >= 10
    command = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speed_measurement, "module_command", lambda *words: command.extend(words))
        patch.setattr(speed_measurement, "call", lambda *_: None)
        assert speed_measurement.measure_in_child(threads=2, gently=True) is None
    assert command == ["measure_speed", "", "2", "gently"]


@pytest.mark.parametrize(
    ("seconds_a_token", "read"),
    [(1e-4, measure_speed.CHUNK_TOKENS), (1.0, 4)],
    ids=["fast", "slow"],
)
def test_a_slow_kernel_set_reads_a_few_tokens_only(monkeypatch, seconds_a_token, read):
    class Model:
        tokens = 0

        def new_cache(self, capacity):
            return self

        def truncate(self, length):
            pass

        def hidden(self, ids, cache):
            self.tokens = len(ids)

    model = Model()

    def seconds(work):
        work()
        return model.tokens * seconds_a_token

    monkeypatch.setattr(measure_speed, "_seconds", seconds)
    assert measure_speed._reading(model) == (read, pytest.approx(read * seconds_a_token))


class Processors:
    """Two processors whose counters stand where the test puts them."""

    Error = psutil.Error

    def __init__(self):
        self.own, self.all, self.now = 0.0, 0.0, 0.0

    def Process(self):
        return SimpleNamespace(cpu_times=lambda: SimpleNamespace(user=self.own, system=0.0))

    def cpu_times(self):
        return SimpleNamespace(user=self.all, nice=0.0, system=0.0, steal=0.0, idle=99.0)

    def cpu_count(self):
        return 2


def test_what_others_took_is_what_was_busy_and_not_ours(monkeypatch):
    processors = Processors()
    monkeypatch.setattr(others_share, "psutil", processors)
    monkeypatch.setattr(others_share.time, "perf_counter", lambda: processors.now)
    watch = OthersShare()
    assert watch.share() == 0.0
    processors.now, processors.own, processors.all = 10.0, 12.0, 17.0
    assert watch.share() == pytest.approx(0.25)
    processors.all = 11.0  # counters are coarse: never below nothing
    assert watch.share() == 0.0


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), "x", None])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match="others_share"):
        replace(LAPTOP, others_share=share)


def test_what_is_measured_does_not_fit_the_caches():
    config = measure_speed._larger_than(600 << 20)
    assert 600 << 20 <= predict(config).weights < 620 << 20
    assert measure_speed._larger_than(0) == measure_speed._LARGE


def test_the_largest_caches_of_all_processors_are_added_up(tmp_path, monkeypatch):
    monkeypatch.setattr(processor_cache, "_allowed", lambda: [0, 1, 2, 5])
    caches = [(0, 2, "1024K", "0"), (0, 3, "32768K", "0-1"), (1, 3, "32768K", "0-1")]
    caches += [(2, 3, "96M", "2-3"), (3, 3, "96M", "3-4")]
    for processor, level, size, shared in caches:
        folder = tmp_path / f"cpu{processor}" / "cache" / f"index{level}"
        folder.mkdir(parents=True)
        for name, word in (("level", level), ("size", size), ("shared_cpu_list", shared)):
            (folder / name).write_text(f"{word}\n")
    assert processor_cache.last_level_bytes(tmp_path) == (32 + 96) << 20
    assert processor_cache.last_level_bytes(tmp_path / "none") == processor_cache.USUAL_BYTES

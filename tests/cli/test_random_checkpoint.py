"""Checkpoints of random weights, read back with the safetensors package."""

import json
import shutil

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from ternchat.app.core import random_checkpoint, random_values
from ternchat.app.core.random_checkpoint import NotEnoughDiskError, write_checkpoint
from ternchat.app.core.random_shapes import NAMED_SHAPES, bitnet_config, llama_config
from ternchat.engine.config import ModelConfig

SHAPE = {
    "hidden_size": 24,
    "intermediate_size": 50,
    "layers": 2,
    "heads": 3,
    "kv_heads": 1,
    "vocab_size": 37,
}


def codes(packed):
    """The four codes of each byte, stacked."""
    return np.stack([(packed >> shift) & 3 for shift in (0, 2, 4, 6)])


def test_a_packed_checkpoint_has_the_tensors_of_its_config(tmp_path):
    folder = write_checkpoint(tmp_path / "m", bitnet_config(**SHAPE), dtype="f32")
    tensors = load_file(folder / "model.safetensors")
    assert len(tensors) == 2 + 2 * (4 + 2 * 7)
    assert tensors["model.embed_tokens.weight"].shape == (37, 24)
    assert tensors["model.layers.1.mlp.gate_proj.weight"].shape == (13, 24)
    assert tensors["model.layers.1.mlp.gate_proj.weight"].dtype == np.uint8
    assert tensors["model.layers.1.mlp.down_proj.weight"].shape == (6, 50)
    assert tensors["model.layers.1.self_attn.k_proj.weight_scale"].shape == (1,)


def test_an_untied_model_has_a_head_and_no_sub_norms(tmp_path):
    folder = write_checkpoint(tmp_path / "m", llama_config(**SHAPE), dtype="f32")
    tensors = load_file(folder / "model.safetensors")
    assert tensors["lm_head.weight"].shape == (37, 24)
    assert not [name for name in tensors if "sub_norm" in name]


def test_rows_past_the_end_are_stored_as_code_0_and_no_code_is_3(tmp_path):
    folder = write_checkpoint(tmp_path / "m", bitnet_config(**SHAPE), dtype="f32")
    packed = load_file(folder / "model.safetensors")["model.layers.0.mlp.up_proj.weight"]
    rows = codes(packed).reshape(-1, packed.shape[1])
    assert rows[50:].max() == 0
    assert rows.max() == 2


def test_about_42_percent_of_the_weights_are_zero():
    rng = np.random.default_rng(1)
    packed = np.concatenate(list(random_values.packed_rows(rng, 4096, 1000)))
    shares = np.bincount(codes(packed).ravel(), minlength=4) / (4 * packed.size)
    assert shares == pytest.approx([0.289, 0.422, 0.289, 0], abs=0.002)


@pytest.mark.parametrize(("config", "low", "high"), [(bitnet_config, 0, 1), (llama_config, 1, 9)])
def test_scales_multiply_or_divide_as_the_config_says(tmp_path, config, low, high):
    folder = write_checkpoint(tmp_path / "m", config(**SHAPE), dtype="f32")
    tensors = load_file(folder / "model.safetensors")
    scales = [value[0] for name, value in tensors.items() if name.endswith("_scale")]
    assert len(scales) == 14
    assert all(low < scale < high for scale in scales)


def test_master_weights_are_dense_and_have_no_scale(tmp_path):
    folder = write_checkpoint(tmp_path / "m", bitnet_config(**SHAPE), packed=False, dtype="f32")
    tensors = load_file(folder / "model.safetensors")
    assert tensors["model.layers.0.mlp.gate_proj.weight"].shape == (50, 24)
    assert not [name for name in tensors if name.endswith("_scale")]
    config = json.loads((folder / "config.json").read_text())
    assert config["quantization_config"]["quantization_mode"] == "online"


@pytest.mark.parametrize(("dtype", "stored"), [("bf16", "BF16"), ("f16", "F16"), ("f32", "F32")])
def test_dense_tensors_have_the_asked_for_dtype(tmp_path, dtype, stored):
    folder = write_checkpoint(tmp_path / "m", bitnet_config(**SHAPE), dtype=dtype)
    with safe_open(folder / "model.safetensors", "np") as file:
        assert file.get_slice("model.norm.weight").get_dtype() == stored


def test_bfloat16_is_rounded_half_to_even():
    values = np.array([1.0, 1.00390625, 1.01171875, 1.00390637, -1.00390637], np.float32)
    stored = random_values.store(values, "bf16").tolist()
    assert stored == [0x3F80, 0x3F80, 0x3F82, 0x3F81, 0xBF81]


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    config = bitnet_config(**SHAPE)
    files = [
        (write_checkpoint(tmp_path / name, config, seed=seed) / "model.safetensors").read_bytes()
        for name, seed in (("a", 3), ("b", 3), ("c", 4))
    ]
    assert files[0] == files[1] != files[2]


def test_progress_reaches_the_size_of_the_data(tmp_path):
    calls = []
    folder = write_checkpoint(
        tmp_path / "m", bitnet_config(**SHAPE), progress=lambda *call: calls.append(call)
    )
    done, total = calls[-1]
    header = int.from_bytes((folder / "model.safetensors").read_bytes()[:8], "little")
    assert done == total == (folder / "model.safetensors").stat().st_size - 8 - header


def test_an_interrupted_write_leaves_nothing_behind(tmp_path):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_checkpoint(tmp_path / "m", bitnet_config(**SHAPE), progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_noticed_before_writing(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(random_checkpoint.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(NotEnoughDiskError, match="GB"):
        write_checkpoint(tmp_path / "m", bitnet_config(**SHAPE))
    assert list(tmp_path.iterdir()) == []


def test_a_named_checkpoint_is_written_once(tmp_path, monkeypatch):
    monkeypatch.setitem(random_checkpoint.NAMED_SHAPES, "small", bitnet_config(**SHAPE))
    folder = random_checkpoint.ensure_checkpoint("small", tmp_path)
    written = (folder / "model.safetensors").stat().st_mtime_ns
    assert random_checkpoint.ensure_checkpoint("small", tmp_path) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == written


def test_a_half_removed_checkpoint_is_written_again(tmp_path, monkeypatch):
    monkeypatch.setitem(random_checkpoint.NAMED_SHAPES, "small", bitnet_config(**SHAPE))
    folder = random_checkpoint.ensure_checkpoint("small", tmp_path)
    (folder / "model.safetensors").unlink()
    random_checkpoint.ensure_checkpoint("small", tmp_path)
    assert (folder / "model.safetensors").is_file()


def test_the_shape_of_2b4t_has_the_published_number_of_weights():
    config = ModelConfig.from_dicts(NAMED_SHAPES["2b4t"], {}, "config.json")
    ternary = [spec for spec in config.tensors() if spec.role == "ternary"]
    assert sum(spec.shape[0] * spec.shape[1] for spec in ternary) == 2_084_044_800

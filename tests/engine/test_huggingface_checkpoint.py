import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ternchat.engine.config import ModelConfig
from ternchat.engine.errors import EngineError, ModelFileError, UnsupportedModelError
from ternchat.engine.formats.dtypes import bf16_to_f32
from ternchat.engine.formats.huggingface import (
    HuggingFaceCheckpoint,
    MasterTernary,
    PackedTernary,
)

# 6 * 2 = 12 rows of q_proj, 6 of k_proj and 5 of gate_proj: packed rows are rounded up.
CONFIG = ModelConfig(
    architecture="BitNetForCausalLM",
    hidden_size=8,
    intermediate_size=5,
    num_hidden_layers=2,
    num_attention_heads=2,
    num_key_value_heads=1,
    head_dim=6,
    vocab_size=11,
    max_position_embeddings=16,
    rms_norm_eps=1e-5,
    rope_theta=1e4,
    hidden_act="relu2",
    sub_norms=True,
    tie_word_embeddings=True,
    scale_divides=False,
    eos_token_ids=(1,),
)
LLAMA = dataclasses.replace(
    CONFIG,
    architecture="LlamaForCausalLM",
    hidden_act="silu",
    sub_norms=False,
    tie_word_embeddings=False,
    scale_divides=True,
)
EMBEDDING = "model.embed_tokens.weight"
NORM = "model.layers.1.input_layernorm.weight"
GATE = "model.layers.1.mlp.gate_proj.weight"
QUERY = "model.layers.0.self_attn.q_proj.weight"


def to_bf16(values):
    return (np.asarray(values, np.float32).view(np.uint32) >> 16).astype(np.uint16)


def pack(ternary):
    """Hugging Face's packing, written down from its definition."""
    rows, columns = ternary.shape
    packed_rows = -(-rows // 4)
    packed = np.zeros((packed_rows, columns), np.uint8)
    for row in range(rows):
        packed[row % packed_rows] |= (ternary[row] + 1).astype(np.uint8) << 2 * (row // packed_rows)
    return packed


def unpack(packed, rows):
    codes = [(packed >> shift) & 3 for shift in (0, 2, 4, 6)]
    return np.concatenate(codes).astype(np.int8)[:rows] - 1


def tensors_of(config, packed=True, seed=3):
    """Random tensors for a config as {name: (dtype, array)}, projections packed or bf16."""
    rng = np.random.default_rng(seed)
    tensors = {}
    for spec in config.tensors():
        values = rng.standard_normal(spec.shape).astype(np.float32)
        if spec.role == "ternary" and packed:
            tensors[spec.name] = ("U8", pack(rng.integers(-1, 2, spec.shape)))
            tensors[f"{spec.name}_scale"] = ("BF16", to_bf16([0.125]))
        else:
            tensors[spec.name] = ("BF16", to_bf16(values))
    return tensors


def write_safetensors(path, tensors):
    header, position = {}, 0
    for name, (dtype, array) in tensors.items():
        offsets = [position, position + array.nbytes]
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": offsets}
        position = offsets[1]
    text = json.dumps(header).encode()
    data = b"".join(array.tobytes() for _, array in tensors.values())
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


@pytest.fixture
def open_checkpoint(tmp_path):
    opened = []

    def open_checkpoint(config=CONFIG, tensors=None, **changes):
        """A checkpoint of the tensors with some changed; None in place of a tensor removes it."""
        tensors = (tensors_of(config) if tensors is None else tensors) | changes.pop("change", {})
        present = {name: value for name, value in tensors.items() if value is not None}
        write_safetensors(tmp_path / "model.safetensors", present)
        opened.append(HuggingFaceCheckpoint(tmp_path, config))
        return opened[-1]

    yield open_checkpoint
    for checkpoint in opened:
        checkpoint.close()


def stored(checkpoint, name):
    """All of a matrix as the file holds it."""
    whole = np.empty(checkpoint.stored_shape(name), checkpoint.stored_dtype(name))
    checkpoint.read(name, whole)
    return whole


# ---- What is read ----------------------------------------------------------------------------


@pytest.mark.parametrize("config", [CONFIG, LLAMA])
def test_packed_tensors_are_handed_out_with_their_values(open_checkpoint, config):
    tensors = tensors_of(config)
    checkpoint = open_checkpoint(config, tensors)
    for spec in config.tensors():
        dtype, expected = tensors[spec.name]
        if spec.role == "ternary":
            matrix = checkpoint.ternary(spec.name)
            assert isinstance(matrix, PackedTernary)
            assert (matrix.rows, matrix.columns) == spec.shape
            packed = stored(checkpoint, spec.name)
            assert packed.shape == ((spec.shape[0] + 3) // 4, spec.shape[1])
            np.testing.assert_array_equal(packed, expected)
            assert matrix.scale == (8.0 if config.scale_divides else 0.125)
        elif spec.role == "norm":
            norm = checkpoint.norm(spec.name)
            assert norm.dtype == np.float32
            np.testing.assert_array_equal(norm, bf16_to_f32(expected))
        else:
            dense = checkpoint.dense(spec.name)
            assert (dense.dtype, dtype) == ("bf16", "BF16")
            np.testing.assert_array_equal(dense.array, expected)


def test_the_packing_is_that_of_transformers():
    # the example of transformers.integrations.bitnet.unpack_weights
    packed = np.array([[0b10100001, 0b00011000], [0b10010000, 0b00001010]], np.uint8)
    expected = [[0, -1], [-1, 1], [-1, 1], [-1, 1], [1, 0], [0, -1], [1, -1], [1, -1]]
    assert unpack(packed, 8).tolist() == expected
    np.testing.assert_array_equal(pack(np.array(expected)), packed)


@settings(deadline=None)
@given(st.integers(1, 13), st.integers(1, 5), st.integers(0, 99))
def test_packing_and_unpacking_agree_for_any_number_of_rows(rows, columns, seed):
    ternary = np.random.default_rng(seed).integers(-1, 2, (rows, columns))
    np.testing.assert_array_equal(unpack(pack(ternary), rows), ternary)


@pytest.mark.parametrize(
    ("dtype", "name", "numpy_dtype"),
    [("BF16", "bf16", "<u2"), ("F16", "f16", "<f2"), ("F32", "f32", "<f4")],
)
def test_master_weights_come_as_stored(open_checkpoint, dtype, name, numpy_dtype):
    values = np.arange(40).reshape(5, 8).astype(numpy_dtype)
    checkpoint = open_checkpoint(
        tensors=tensors_of(CONFIG, packed=False),
        change={GATE: (dtype, values), EMBEDDING: (dtype, np.ones((11, 8), numpy_dtype))},
    )
    matrix = checkpoint.ternary(GATE)
    assert isinstance(matrix, MasterTernary)
    assert (matrix.rows, matrix.columns, matrix.dtype) == (5, 8, name)
    np.testing.assert_array_equal(stored(checkpoint, GATE), values)
    two = np.empty((2, 8), numpy_dtype)
    checkpoint.read(GATE, two, first=3)
    np.testing.assert_array_equal(two, values[3:])
    assert checkpoint.dense(EMBEDDING).dtype == name


def test_packed_and_master_projections_may_be_mixed(open_checkpoint):
    weight = ("BF16", to_bf16(np.ones((5, 8))))
    checkpoint = open_checkpoint(change={GATE: weight, f"{GATE}_scale": None})
    assert isinstance(checkpoint.ternary(GATE), MasterTernary)
    assert isinstance(checkpoint.ternary(QUERY), PackedTernary)


def test_a_matrix_at_an_odd_offset_is_copied_rather_than_misread(open_checkpoint):
    tensors = tensors_of(CONFIG)
    mapped = []
    for name in ("a.rotary_emb.inv_freq", "aa.rotary_emb.inv_freq"):
        one_byte = {name: ("U8", np.zeros(1, np.uint8))}
        dense = open_checkpoint(tensors=one_byte | tensors).dense(EMBEDDING)
        assert dense.array.flags.aligned
        np.testing.assert_array_equal(dense.array, tensors[EMBEDDING][1])
        mapped.append(dense.mapped)
    assert set(mapped) == {True, False}  # the header's length alternates


def test_total_bytes_counts_the_tensors_of_the_model(open_checkpoint):
    tensors = tensors_of(CONFIG)
    extra = {"lm_head.weight": ("BF16", np.zeros((11, 8), np.uint16))}
    checkpoint = open_checkpoint(tensors=tensors | extra)
    names = {spec.name for spec in CONFIG.tensors()}
    expected = sum(array.nbytes for name, (_, array) in tensors.items() if name in names)
    assert checkpoint.total_bytes == expected


@pytest.mark.parametrize(
    "scale", [("F32", np.array(0.5, np.float32)), ("BF16", to_bf16(0.5)), ("F16", np.float16(0.5))]
)
def test_a_scale_may_be_a_scalar(open_checkpoint, scale):
    assert open_checkpoint(change={f"{GATE}_scale": scale}).ternary(GATE).scale == 0.5


def test_the_built_in_model_is_sound():
    folder = Path(__file__).parents[2] / "resources" / "fledgling"
    config = ModelConfig.from_folder(folder)
    checkpoint = HuggingFaceCheckpoint(folder, config)
    for spec in config.tensors():
        if spec.role == "ternary":
            matrix = checkpoint.ternary(spec.name)
            assert isinstance(matrix, PackedTernary)
            # a bf16 scale of mean|W| is far from its inverse in this model
            assert 0.001 < matrix.scale < 1
        elif spec.role == "norm":
            checkpoint.norm(spec.name)
    assert checkpoint.dense(EMBEDDING).mapped
    checkpoint.check_unchanged()
    checkpoint.close()


# ---- What is harmless and what is not --------------------------------------------------------


def test_a_head_beside_tied_embeddings_and_rotary_buffers_are_ignored(open_checkpoint):
    open_checkpoint(
        change={
            "lm_head.weight": ("F32", np.zeros((3, 3), np.float32)),
            "model.layers.0.self_attn.rotary_emb.inv_freq": ("F32", np.zeros(3, np.float32)),
        }
    )


@pytest.mark.parametrize(
    "name",
    [
        "model.layers.0.self_attn.q_proj.bias",
        "model.layers.2.input_layernorm.weight",
        "model.layers.0.self_attn.q_norm.weight",
        "lm_head.bias",
        "\x1b[2J",
    ],
)
def test_any_other_tensor_is_refused_by_name(open_checkpoint, name):
    with pytest.raises(ModelFileError, match="is not part of a BitNetForCausalLM") as caught:
        open_checkpoint(change={name: ("F32", np.zeros(3, np.float32))})
    assert repr(name) in str(caught.value)


# ---- What is refused -------------------------------------------------------------------------


def u8(*shape):
    return ("U8", np.zeros(shape, np.uint8))


def f32(*shape):
    return ("F32", np.zeros(shape, np.float32))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({EMBEDDING: None}, "tensor model.embed_tokens.weight is missing; expected .*11, 8"),
        ({GATE: None}, "gate_proj.weight is missing"),
        ({NORM: None}, "input_layernorm.weight is missing"),
        ({f"{GATE}_scale": None}, "gate_proj.weight_scale is missing"),
        ({EMBEDDING: u8(11, 8)}, "embed_tokens.weight has dtype U8; expected BF16, F16 or F32"),
        ({EMBEDDING: ("F64", np.zeros((11, 8)))}, "has dtype F64; expected BF16"),
        ({NORM: ("I8", np.zeros(8, np.int8))}, "has dtype I8; expected BF16, F16 or F32"),
        ({GATE: ("I8", np.zeros((2, 8), np.int8))}, "has dtype I8; expected U8, BF16, F16 or F32"),
        ({EMBEDDING: f32(12, 8)}, r"has shape \[12, 8\]; expected \[11, 8\] from config.json"),
        ({EMBEDDING: f32(8, 11)}, r"has shape \[8, 11\]; expected \[11, 8\]"),
        ({EMBEDDING: f32(0, 8)}, r"has shape \[0, 8\]"),
        ({NORM: f32(1, 8)}, r"has shape \[1, 8\]; expected \[8\]"),
        ({GATE: u8(1, 8)}, r"has shape \[1, 8\]; expected \[2, 8\]"),
        ({GATE: u8(5, 8)}, r"has shape \[5, 8\]; expected \[2, 8\]"),
        ({GATE: u8(2, 8, 1)}, r"has shape \[2, 8, 1\]; expected \[2, 8\]"),
        ({GATE: f32(2, 8), f"{GATE}_scale": None}, r"has shape \[2, 8\]; expected \[5, 8\]"),
        ({f"{GATE}_scale": f32(2)}, r"weight_scale has shape \[2\]; expected \[1\] or \[\]"),
        ({f"{GATE}_scale": f32(1, 1)}, r"weight_scale has shape \[1, 1\]"),
        ({f"{GATE}_scale": f32(0)}, r"weight_scale has shape \[0\]"),
        ({f"{GATE}_scale": u8(1)}, "weight_scale has dtype U8; expected BF16, F16 or F32"),
    ],
)
def test_a_tensor_that_contradicts_the_config_is_refused(open_checkpoint, change, match):
    with pytest.raises(ModelFileError, match=match) as caught:
        open_checkpoint(change=change)
    assert "model.safetensors: tensor " in str(caught.value)


SCALES = [0.0, -0.0, -1.0, np.nan, np.inf, -np.inf, 1e-40, 1e-45]


@pytest.mark.parametrize("scale_divides", [False, True])
@pytest.mark.parametrize("scale", SCALES)
def test_a_scale_that_is_no_positive_normal_number_is_refused(
    open_checkpoint, scale, scale_divides
):
    config = dataclasses.replace(CONFIG, scale_divides=scale_divides)
    value = ("F32", np.array([scale], np.float32))
    with pytest.raises(ModelFileError, match=r"weight_scale is .*; expected a positive finite"):
        open_checkpoint(config, change={f"{GATE}_scale": value})


def test_a_scale_whose_inverse_is_no_normal_number_is_refused(open_checkpoint):
    config = dataclasses.replace(CONFIG, scale_divides=True)
    value = ("F32", np.array([3e38], np.float32))
    with pytest.raises(ModelFileError, match="expected a positive finite scale"):
        open_checkpoint(config, change={f"{GATE}_scale": value})


def test_packed_weights_need_the_config_to_say_what_the_scale_means(open_checkpoint):
    config = dataclasses.replace(CONFIG, quantized=False)
    with pytest.raises(ModelFileError, match=r"config.json has no quantization_config to say"):
        open_checkpoint(config)
    open_checkpoint(config, tensors_of(config, packed=False))


def test_full_precision_weights_with_a_scale_are_not_supported(open_checkpoint):
    with pytest.raises(UnsupportedModelError, match=r"gate_proj.weight is F32 beside a"):
        open_checkpoint(change={GATE: f32(5, 8)})


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_norms_that_are_not_finite_are_refused_when_read(open_checkpoint, value):
    weights = np.ones(8, np.float32)
    weights[6] = value
    checkpoint = open_checkpoint(change={NORM: ("F32", weights)})
    with pytest.raises(ModelFileError, match=f"{NORM} is {value} at 6; expected finite numbers"):
        checkpoint.norm(NORM)


def test_a_file_that_shrinks_is_noticed(open_checkpoint, tmp_path):
    checkpoint = open_checkpoint()
    os.truncate(tmp_path / "model.safetensors", 20)
    with pytest.raises(ModelFileError, match="has changed since it was opened"):
        checkpoint.check_unchanged()


def test_asking_for_a_tensor_in_another_role_is_our_own_mistake(open_checkpoint):
    with pytest.raises(ValueError, match="role ternary"):
        open_checkpoint().dense(GATE)


# ---- Folders ---------------------------------------------------------------------------------


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(ModelFileError, match="absent cannot be opened: no such file"):
        HuggingFaceCheckpoint(tmp_path / "absent", CONFIG)


def test_missing_weights_are_refused(tmp_path):
    with pytest.raises(ModelFileError, match=r"model.safetensors is missing; expected the model's"):
        HuggingFaceCheckpoint(tmp_path, CONFIG)


def test_gguf_is_not_supported_yet(tmp_path):
    with pytest.raises(UnsupportedModelError, match="GGUF"):
        HuggingFaceCheckpoint(tmp_path / "ggml-model-i2_s.gguf", CONFIG)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_in_place_of_the_weights_is_refused(tmp_path):
    os.mkfifo(tmp_path / "model.safetensors")
    with pytest.raises(ModelFileError, match="is a named pipe"):
        HuggingFaceCheckpoint(tmp_path, CONFIG)


def test_a_dangling_link_in_place_of_the_weights_is_refused(tmp_path):
    (tmp_path / "model.safetensors").symlink_to(tmp_path / "gone")
    with pytest.raises(ModelFileError, match=r"model.safetensors cannot be read: no such file"):
        HuggingFaceCheckpoint(tmp_path, CONFIG)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_changed_header_ends_in_sound_tensors_or_a_named_error(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("checkpoint")
    path = folder / "model.safetensors"
    write_safetensors(path, tensors_of(CONFIG))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, 4000))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        checkpoint = HuggingFaceCheckpoint(folder, CONFIG)
    except EngineError:
        return
    for spec in CONFIG.tensors():
        if spec.role == "ternary":
            assert checkpoint.ternary(spec.name).columns == spec.shape[1]
    checkpoint.close()

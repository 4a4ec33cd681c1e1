import copy
import json
import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ternchat.engine.config import ModelConfig
from ternchat.engine.errors import EngineError, ModelFileError, UnsupportedModelError

# microsoft/bitnet-b1.58-2B-4T, without auto_map
MICROSOFT = {
    "architectures": ["BitNetForCausalLM"],
    "bos_token_id": 128000,
    "eos_token_id": 128001,
    "hidden_act": "relu2",
    "hidden_size": 2560,
    "initializer_range": 0.02,
    "intermediate_size": 6912,
    "max_position_embeddings": 4096,
    "model_type": "bitnet",
    "rms_norm_eps": 1e-05,
    "num_attention_heads": 20,
    "num_hidden_layers": 30,
    "num_key_value_heads": 5,
    "rope_theta": 500000.0,
    "tie_word_embeddings": True,
    "torch_dtype": "bfloat16",
    "use_cache": True,
    "vocab_size": 128256,
    "quantization_config": {
        "quant_method": "bitnet",
        "linear_class": "autobitlinear",
        "quantization_mode": "offline",
    },
}
LLAMA = MICROSOFT | {
    "architectures": ["LlamaForCausalLM"],
    "hidden_act": "silu",
    "hidden_size": 3072,
    "num_attention_heads": 12,
    "num_key_value_heads": 4,
    "head_dim": 256,
    "tie_word_embeddings": False,
    "quantization_config": {"quant_method": "bitnet", "modules_to_not_convert": None},
}


def parse(config=MICROSOFT, generation=None, **changes):
    return ModelConfig.from_dicts(config | changes, generation or {}, "models/x/config.json")


def without(config, *names):
    return {name: value for name, value in config.items() if name not in names}


# ---- What is read ----------------------------------------------------------------------------


def test_microsofts_config_is_read():
    config = parse()
    assert config == ModelConfig(
        architecture="BitNetForCausalLM",
        hidden_size=2560,
        intermediate_size=6912,
        num_hidden_layers=30,
        num_attention_heads=20,
        num_key_value_heads=5,
        head_dim=128,
        vocab_size=128256,
        max_position_embeddings=4096,
        rms_norm_eps=1e-5,
        rope_theta=500000.0,
        hidden_act="relu2",
        sub_norms=True,
        tie_word_embeddings=True,
        scale_divides=False,
        quantized=True,
        bos_token_id=128000,
        eos_token_ids=(128001,),
    )
    assert (config.kv_groups, config.q_size, config.kv_size) == (4, 2560, 640)


def test_microsofts_tensors_are_named_in_model_order():
    tensors = parse().tensors()
    assert len(tensors) == 332
    shapes = [(spec.name.removeprefix("model."), spec.role, spec.shape) for spec in tensors]
    prefix = "layers.0."
    assert shapes[:12] == [
        ("embed_tokens.weight", "embedding", (128256, 2560)),
        (prefix + "input_layernorm.weight", "norm", (2560,)),
        (prefix + "self_attn.q_proj.weight", "ternary", (2560, 2560)),
        (prefix + "self_attn.k_proj.weight", "ternary", (640, 2560)),
        (prefix + "self_attn.v_proj.weight", "ternary", (640, 2560)),
        (prefix + "self_attn.attn_sub_norm.weight", "norm", (2560,)),
        (prefix + "self_attn.o_proj.weight", "ternary", (2560, 2560)),
        (prefix + "post_attention_layernorm.weight", "norm", (2560,)),
        (prefix + "mlp.gate_proj.weight", "ternary", (6912, 2560)),
        (prefix + "mlp.up_proj.weight", "ternary", (6912, 2560)),
        (prefix + "mlp.ffn_sub_norm.weight", "norm", (6912,)),
        (prefix + "mlp.down_proj.weight", "ternary", (2560, 6912)),
    ]
    assert shapes[-1] == ("norm.weight", "norm", (2560,))
    assert sum(spec.shape[0] * (spec.shape[1:] or (1,))[0] for spec in tensors) == 2_412_820_480


def test_a_llama_with_bitnet_quantisation_has_no_sub_norms_an_own_head_and_divides():
    config = parse(LLAMA)
    assert (config.hidden_act, config.sub_norms, config.scale_divides) == ("silu", False, True)
    assert config.head_dim == 256
    tensors = config.tensors()
    assert len(tensors) == 1 + 30 * 9 + 2
    assert not [spec for spec in tensors if "sub_norm" in spec.name]
    assert (tensors[-1].name, tensors[-1].role) == ("lm_head.weight", "head")


# The fields that the tools wrote which made these files; Falcon-E's dimensions follow from its
# published sizes: 999 MB of file and 864 million stored numbers have no other solution.
PUBLISHED = {
    "Falcon3-1B-Instruct-1.58bit": {
        "head_dim": 256,
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_attention_heads": 8,
        "num_hidden_layers": 18,
        "num_key_value_heads": 4,
        "rms_norm_eps": 1e-06,
        "rope_scaling": None,
        "rope_theta": 1000042,
        "vocab_size": 131072,
        "max_position_embeddings": 8192,
        "bos_token_id": 11,
        "eos_token_id": 11,
        "is_bitnet_config": True,
        "pretraining_tp": 1,
        "quantization_config": {"quant_method": "bitnet", "modules_to_not_convert": None},
    },
    "Falcon-E-3B-Instruct": {
        "head_dim": 128,
        "hidden_size": 2048,
        "intermediate_size": 13312,
        "num_attention_heads": 16,
        "num_hidden_layers": 32,
        "num_key_value_heads": 2,
        "rms_norm_eps": 1e-05,
        "rope_scaling": None,
        "rope_theta": 500000.0,
        "vocab_size": 32768,
        "max_position_embeddings": 32768,
        "bos_token_id": 1,
        "eos_token_id": 11,
        "is_bitnet_config": True,
        "pretraining_tp": 1,
        "quantization_config": {"quant_method": "bitnet", "modules_to_not_convert": ["lm_head"]},
    },
    "Llama3-8B-1.58-100B-tokens": {
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_attention_heads": 32,
        "num_hidden_layers": 32,
        "num_key_value_heads": 8,
        "rms_norm_eps": 1e-05,
        "rope_interleaved": False,
        "rope_scaling": None,
        "rope_theta": 500000.0,
        "vocab_size": 128256,
        "max_position_embeddings": 8192,
        "bos_token_id": 128000,
        "eos_token_id": 128009,
        "is_bitnet_config": True,
        "pretraining_tp": 1,
        "quantization_config": {
            "quant_method": "bitnet",
            "modules_to_not_convert": None,
            "bits": 2,
        },
    },
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_llama_with_ternary_weights_is_read(name):
    common = {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": False,
        "attention_dropout": 0.0,
        "hidden_act": "silu",
        "initializer_range": 0.02,
        "mlp_bias": False,
        "model_type": "llama",
        "tie_word_embeddings": False,
        "torch_dtype": "bfloat16",
        "use_cache": True,
    }
    config = parse(common | PUBLISHED[name])
    assert config.scale_divides
    assert not config.sub_norms
    assert config.q_size == config.num_attention_heads * config.head_dim


def test_a_head_dim_of_its_own_widens_the_projections():
    config = parse(LLAMA, head_dim=128)
    shapes = {spec.name: spec.shape for spec in config.tensors()}
    assert shapes["model.layers.3.self_attn.q_proj.weight"] == (1536, 3072)
    assert shapes["model.layers.3.self_attn.k_proj.weight"] == (512, 3072)
    assert shapes["model.layers.3.self_attn.o_proj.weight"] == (3072, 1536)


def test_the_form_transformers_5_writes_is_read():
    config = without(MICROSOFT, "rope_theta", "torch_dtype") | {
        "dtype": "float32",
        "rope_parameters": {"rope_theta": 1234.5, "rope_type": "default"},
    }
    assert parse(config).rope_theta == 1234.5


def test_what_transformers_itself_writes_is_read(tmp_path):
    transformers = pytest.importorskip("transformers")
    written = transformers.BitNetConfig(
        vocab_size=300,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        rope_parameters={"rope_type": "default", "rope_theta": 777.0},
        bos_token_id=1,
        eos_token_id=2,
        architectures=["BitNetForCausalLM"],
    )
    written.save_pretrained(tmp_path)
    config = ModelConfig.from_folder(tmp_path)
    assert (config.rope_theta, config.rms_norm_eps, config.vocab_size) == (777.0, 1e-5, 300)
    assert (config.tie_word_embeddings, config.quantized) == (False, False)


def test_absent_key_value_heads_mean_one_for_each_head():
    assert parse(without(MICROSOFT, "num_key_value_heads")).num_key_value_heads == 20


def test_an_absent_or_plain_linear_class_divides_by_the_scale():
    quantization = {"quant_method": "bitnet"}
    assert parse(quantization_config=quantization).scale_divides
    assert parse(quantization_config=quantization | {"linear_class": "bitlinear"}).scale_divides


def test_bitnet_without_quantization_config_has_master_weights():
    assert not parse(without(MICROSOFT, "quantization_config")).quantized


def test_ends_are_collected_from_both_files():
    generation = {"bos_token_id": 7, "eos_token_id": [128009, 128001]}
    config = parse(generation=generation)
    assert config.eos_token_ids == (128001, 128009)
    assert config.bos_token_id == 128000
    assert parse(generation=generation, bos_token_id=None).bos_token_id == 7
    assert parse(eos_token_id=None).eos_token_ids == ()


def test_the_built_in_model_is_read():
    folder = os.path.join(os.path.dirname(__file__), "../../resources/fledgling")
    config = ModelConfig.from_folder(folder)
    assert (config.bos_token_id, config.eos_token_ids) == (0, (1, 2))


# ---- What is not supported -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"architectures": ["Qwen3ForCausalLM"]}, "'Qwen3ForCausalLM' is not supported; supported: "
         "BitNetForCausalLM, and LlamaForCausalLM with BitNet"),
        ({"architectures": ["LlamaForCausalLM"], "quantization_config": None}, "LlamaForCausalLM "
         "without a quantization_config is not supported"),
        ({"quantization_config": {"quant_method": "gptq"}}, "quant_method is 'gptq'.*: bitnet"),
        ({"quantization_config": {"bits": 2}}, "quant_method is None"),
        ({"hidden_act": "gelu"}, "hidden_act is 'gelu'.*supported: relu2 or silu"),
        ({"hidden_act": ["silu"]}, "hidden_act"),
        ({"attention_bias": True}, "attention_bias is True"),
        ({"mlp_bias": True}, "mlp_bias is True"),
        ({"rope_scaling": {"type": "linear", "factor": 2.0}}, "rope_scaling is .*linear"),
        ({"rope_scaling": {"rope_type": "llama3"}}, "rope_scaling is .*llama3"),
        ({"rope_parameters": {"rope_type": "yarn", "rope_theta": 1e4}}, "rope_parameters is"),
        ({"rope_parameters": {"full_attention": {"rope_theta": 1e4}}}, "rope_parameters is"),
        ({"partial_rotary_factor": 0.5}, "partial_rotary_factor is 0.5"),
    ],
)  # fmt: skip
def test_what_the_engine_cannot_run_is_named_with_what_it_can(changes, match):
    with pytest.raises(UnsupportedModelError, match=match) as caught:
        parse(**changes)
    assert str(caught.value).startswith("models/x/config.json")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"use_rms_norm": True}, "use_rms_norm is True"),
        ({"linear_class": "newbitlinear"}, "linear_class is 'newbitlinear'"),
        ({"quantization_mode": "sideways"}, "quantization_mode is 'sideways'"),
        ({"modules_to_not_convert": ["lm_head", "model.layers.0.mlp"]}, "'model.layers.0.mlp'"),
    ],
)
def test_unknown_quantisation_is_named(changes, match):
    with pytest.raises(UnsupportedModelError, match=match):
        parse(quantization_config=MICROSOFT["quantization_config"] | changes)


@pytest.mark.parametrize("kept", [None, [], ["lm_head"], ["lm_head.weight"]])
def test_an_unquantised_head_is_no_exception(kept):
    parse(quantization_config={"quant_method": "bitnet", "modules_to_not_convert": kept})


# ---- What is impossible ----------------------------------------------------------------------

INTEGERS = (
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "head_dim",
    "vocab_size",
    "max_position_embeddings",
)


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize(
    "value", [0, -1, 1 << 31, 10**400, 2560.0, "2560", True, [2560], {}], ids=lambda v: repr(v)[:9]
)
def test_dimensions_that_are_no_sensible_whole_numbers_are_refused(name, value):
    with pytest.raises(ModelFileError, match=f"{name} is .*; expected a whole number from 1 to"):
        parse(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("rms_norm_eps", value) for value in (0, -1e-5, 1.0, "1e-5", True, None, [1e-5])),
        *(("rope_theta", value) for value in (0, -1.0, 1e13, 10**400, "1e4", False, None)),
        *((name, value) for name in ("rms_norm_eps", "rope_theta") for value in
          (float("nan"), float("inf"), -float("inf"))),
    ],
)  # fmt: skip
def test_senseless_constants_are_refused(name, value):
    with pytest.raises(ModelFileError, match=f"{name} is (.*; expected a number from|missing)"):
        parse(**{name: value})


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"num_attention_heads": 21, "num_key_value_heads": 7}, "hidden_size is 2560; expected a "
         "multiple of num_attention_heads 21"),
        ({"num_key_value_heads": 3}, "num_key_value_heads is 3; expected a divisor of .* 20"),
        ({"num_key_value_heads": 40}, "num_key_value_heads is 40; expected a divisor of .* 20"),
        ({"hidden_size": 20 * 127}, "each attention head has 127 dimensions; expected an even"),
        ({"head_dim": 64 + 1}, "each attention head has 65 dimensions"),
        ({"num_attention_heads": 4096, "num_key_value_heads": 1, "head_dim": 4096}, "4096 heads of "
         "4096 dimensions"),
        ({"architectures": None}, "architectures is missing"),
        ({"architectures": "BitNetForCausalLM"}, "expected a list of one name"),
        ({"architectures": []}, "expected a list of one name"),
        ({"architectures": [3]}, "expected a list of one name"),
        ({"hidden_act": None}, "hidden_act is missing"),
        ({"tie_word_embeddings": 1}, "tie_word_embeddings is 1; expected true or false"),
        ({"quantization_config": "bitnet"}, "quantization_config is 'bitnet'; expected an object"),
        ({"rope_scaling": "linear"}, "rope_scaling is 'linear'; expected an object"),
        ({"eos_token_id": 128256}, "eos_token_id is 128256; expected token ids below vocab_size"),
        ({"eos_token_id": [1, -1]}, "eos_token_id is .1, -1.; expected token ids"),
        ({"eos_token_id": "2"}, "eos_token_id is '2'"),
        ({"bos_token_id": 1.0}, "bos_token_id is 1.0"),
    ],
)  # fmt: skip
def test_contradictions_are_refused(changes, match):
    with pytest.raises(ModelFileError, match=match) as caught:
        parse(**changes)
    assert str(caught.value).startswith("models/x/config.json: ")


def test_ends_outside_the_vocabulary_are_refused_in_either_file():
    with pytest.raises(ModelFileError, match=r"models/x/generation_config.json: eos_token_id is"):
        parse(generation={"eos_token_id": 128256})


@pytest.mark.parametrize("name", sorted(set(MICROSOFT) & set(INTEGERS) - {"num_key_value_heads"}))
def test_missing_dimensions_are_named(name):
    with pytest.raises(ModelFileError, match=f"{name} is missing"):
        parse(without(MICROSOFT, name))


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(sorted(MICROSOFT)), junk, st.sampled_from([MICROSOFT, LLAMA]))
def test_any_value_in_any_field_ends_in_a_config_or_a_named_error(name, value, config):
    config = copy.deepcopy(config)
    config[name] = value
    try:
        parsed = ModelConfig.from_dicts(config, {"eos_token_id": value}, "config.json")
    except EngineError:
        return
    assert parsed.q_size == parsed.num_attention_heads * parsed.head_dim


# ---- Files -----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(MICROSOFT))
    return tmp_path


def refused(folder, match, error=ModelFileError):
    started = time.process_time()
    with pytest.raises(error, match=match):
        ModelConfig.from_folder(folder)
    assert time.process_time() - started < 2


def test_a_folder_is_read_with_and_without_generation_config(folder):
    assert ModelConfig.from_folder(folder).eos_token_ids == (128001,)
    (folder / "generation_config.json").write_text('{"eos_token_id": [128001, 128009]}')
    assert ModelConfig.from_folder(str(folder)).eos_token_ids == (128001, 128009)


def test_a_missing_folder_is_refused(tmp_path):
    refused(tmp_path / "absent", "absent cannot be opened: no such file.*; expected a folder with")


def test_a_missing_config_is_refused(tmp_path):
    refused(tmp_path, "config.json cannot be read: no such file")


def test_a_file_in_place_of_the_folder_is_refused(folder):
    refused(folder / "config.json", "config.json is a file; expected a folder")


def test_gguf_is_not_supported_yet(tmp_path):
    refused(
        tmp_path / "model.gguf",
        "in GGUF format, which this version cannot read yet",
        UnsupportedModelError,
    )


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "not valid JSON"),
        (b"null", "expected a JSON object"),
        (b"[" * 10_000 + b"]" * 10_000, "nested too deeply"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested too deeply"),
        (b'{"hidden_size": 1, "hidden_size": 2}', "the key 'hidden_size' occurs twice"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        ("{}".encode("utf-16"), "byte order mark"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"hidden_act": "\\ud83d"}', "half of a surrogate pair"),
        (b'{"rope_theta": 1e999}', "'1e999' is not a finite number"),
        (b'{"rope_theta": NaN}', "'NaN' is not a finite number|NaN"),
        (b'{"rope_theta": -Infinity}', "Infinity"),
        (b'{"hidden_size": ' + b"9" * 5000 + b"}", "not valid JSON"),
    ],
)
def test_damaged_json_is_refused(folder, content, match):
    for name in ("config.json", "generation_config.json"):
        (folder / name).write_bytes(content)
        refused(folder, f"{name}.*{match}")


def test_a_hundred_megabytes_are_not_even_read(folder):
    with (folder / "config.json").open("wb") as file:
        file.write(b'{"a": "')
        file.truncate(100_000_000)
    refused(folder, "has 100,000,000 bytes; expected at most 1,000,000")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_refused_without_waiting(folder):
    (folder / "config.json").unlink()
    os.mkfifo(folder / "config.json")
    refused(folder, "is a named pipe; expected a regular file")


def test_a_folder_in_place_of_the_config_is_refused(folder):
    (folder / "config.json").unlink()
    (folder / "config.json").mkdir()
    refused(folder, "config.json is a folder; expected a regular file")

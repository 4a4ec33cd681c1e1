"""The config.json of public ternary models, for checkpoints of random weights."""

from typing import Any

_COMMON = {"rms_norm_eps": 1e-5, "rope_theta": 500000.0, "torch_dtype": "bfloat16"}
_BITNET = {
    "architectures": ["BitNetForCausalLM"],
    "model_type": "bitnet",
    "hidden_act": "relu2",
    "max_position_embeddings": 4096,
    "tie_word_embeddings": True,
    "quantization_config": {"quant_method": "bitnet", "linear_class": "autobitlinear"},
}
_LLAMA = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_act": "silu",
    "max_position_embeddings": 8192,
    "tie_word_embeddings": False,
    "quantization_config": {"quant_method": "bitnet", "linear_class": "bitlinear"},
}


def bitnet_config(**fields: Any) -> dict[str, Any]:
    """A BitNet config.json: squared ReLU, sub-norms, tied head, scales that multiply.

    `fields` are Hugging Face's, with `layers`, `heads` and `kv_heads` for the three long names.
    """
    return {**_COMMON, **_BITNET, **_renamed(fields)}


def llama_config(**fields: Any) -> dict[str, Any]:
    """A Llama config.json with BitNet quantisation: SiLU, untied head, scales that divide."""
    renamed = _renamed(fields)
    head_dim = renamed["hidden_size"] // renamed["num_attention_heads"]
    return {**_COMMON, **_LLAMA, "head_dim": head_dim, **renamed}


def _renamed(fields: dict[str, Any]) -> dict[str, Any]:
    long_names = {
        "layers": "num_hidden_layers",
        "heads": "num_attention_heads",
        "kv_heads": "num_key_value_heads",
    }
    return {long_names.get(name, name): value for name, value in fields.items()}


_FALCON3 = {"rms_norm_eps": 1e-6, "rope_theta": 1000042.0, "eos_token_id": 11, "kv_heads": 4}

# fmt: off
NAMED_SHAPES: dict[str, dict[str, Any]] = {
    "2b4t": bitnet_config(
        hidden_size=2560, intermediate_size=6912, layers=30, heads=20, kv_heads=5,
        vocab_size=128256, bos_token_id=128000, eos_token_id=128001,
    ),
    "llama3-8b": llama_config(
        hidden_size=4096, intermediate_size=14336, layers=32, heads=32, kv_heads=8,
        vocab_size=128256, bos_token_id=128000, eos_token_id=128009,
    ),
    "falcon3-1b": llama_config(
        hidden_size=2048, intermediate_size=8192, layers=18, heads=8, vocab_size=131072, **_FALCON3
    ),
    "falcon3-10b": llama_config(
        hidden_size=3072, intermediate_size=23040, layers=40, heads=12, vocab_size=131080,
        max_position_embeddings=32768, **_FALCON3,
    ),
}
# fmt: on

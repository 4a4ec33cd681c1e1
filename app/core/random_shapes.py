"""The config.json of public ternary models, for checkpoints of random weights."""

from typing import Any


def bitnet_config(
    *,
    hidden_size: int,
    intermediate_size: int,
    layers: int,
    heads: int,
    kv_heads: int,
    vocab_size: int,
    **other: Any,
) -> dict[str, Any]:
    """A BitNet config.json: squared ReLU, sub-norms, tied head, scales that multiply."""
    return {
        "architectures": ["BitNetForCausalLM"],
        "model_type": "bitnet",
        "hidden_act": "relu2",
        "hidden_size": hidden_size,
        "intermediate_size": intermediate_size,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": kv_heads,
        "vocab_size": vocab_size,
        "max_position_embeddings": 4096,
        "rms_norm_eps": 1e-5,
        "rope_theta": 500000.0,
        "tie_word_embeddings": True,
        "torch_dtype": "bfloat16",
        "quantization_config": {"quant_method": "bitnet", "linear_class": "autobitlinear"},
        **other,
    }


def llama_config(
    *,
    hidden_size: int,
    intermediate_size: int,
    layers: int,
    heads: int,
    kv_heads: int,
    vocab_size: int,
    **other: Any,
) -> dict[str, Any]:
    """A Llama config.json with BitNet quantisation: SiLU, untied head, scales that divide."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "hidden_size": hidden_size,
        "intermediate_size": intermediate_size,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": kv_heads,
        "head_dim": hidden_size // heads,
        "vocab_size": vocab_size,
        "max_position_embeddings": 8192,
        "rms_norm_eps": 1e-5,
        "rope_theta": 500000.0,
        "tie_word_embeddings": False,
        "torch_dtype": "bfloat16",
        "quantization_config": {"quant_method": "bitnet", "linear_class": "bitlinear"},
        **other,
    }


NAMED_SHAPES: dict[str, dict[str, Any]] = {
    "2b4t": bitnet_config(
        hidden_size=2560,
        intermediate_size=6912,
        layers=30,
        heads=20,
        kv_heads=5,
        vocab_size=128256,
        bos_token_id=128000,
        eos_token_id=128001,
    ),
    "llama3-8b": llama_config(
        hidden_size=4096,
        intermediate_size=14336,
        layers=32,
        heads=32,
        kv_heads=8,
        vocab_size=128256,
        bos_token_id=128000,
        eos_token_id=128009,
    ),
    "falcon3-1b": llama_config(
        hidden_size=2048,
        intermediate_size=8192,
        layers=18,
        heads=8,
        kv_heads=4,
        vocab_size=131072,
        rms_norm_eps=1e-6,
        rope_theta=1000042.0,
        eos_token_id=11,
    ),
    "falcon3-10b": llama_config(
        hidden_size=3072,
        intermediate_size=23040,
        layers=40,
        heads=12,
        kv_heads=4,
        vocab_size=131080,
        max_position_embeddings=32768,
        rms_norm_eps=1e-6,
        rope_theta=1000042.0,
        eos_token_id=11,
    ),
}

"""The shape and the constants of a model, as its config.json states them."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ternchat.engine.errors import ModelFileError, UnsupportedModelError
from ternchat.engine.formats.files import exists, model_folder
from ternchat.engine.formats.json_fields import Fields
from ternchat.engine.formats.json_file import read_json, shown

ARCHITECTURES = ("BitNetForCausalLM", "LlamaForCausalLM")
ACTIVATIONS = ("relu2", "silu")
MAX_CONFIG_BYTES = 1_000_000

CAPABILITIES: frozenset[str] = frozenset({"jinja-templates", "sharded"})
"""What this engine can do beyond one config.json: "jinja-templates" (any chat template), "sharded"
(weights in several files), "gguf". The catalogue offers models by these words."""

Role = Literal["embedding", "head", "norm", "ternary"]


@dataclass(frozen=True)
class TensorSpec:
    """A tensor the model needs; a ternary one is (out, in) whatever its packing."""

    name: str
    role: Role
    shape: tuple[int, ...]


@dataclass(frozen=True)
class ModelConfig:
    """What distinguishes one model from another, under the names Hugging Face uses.

    Attributes:
        sub_norms: whether RMSNorms stand before o_proj and down_proj.
        scale_divides: whether a stored weight_scale is 1/mean|W| rather than mean|W|.
        quantized: whether config.json has a quantization_config at all.
    """

    architecture: str
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    head_dim: int
    vocab_size: int
    max_position_embeddings: int
    rms_norm_eps: float
    rope_theta: float
    hidden_act: str
    sub_norms: bool
    tie_word_embeddings: bool
    scale_divides: bool
    quantized: bool = True
    bos_token_id: int | None = None
    eos_token_ids: tuple[int, ...] = ()

    @classmethod
    def from_folder(cls, path: str | os.PathLike[str]) -> "ModelConfig":
        """The configuration of the model in a Hugging Face folder."""
        folder = model_folder(path)
        generation_path = folder / "generation_config.json"
        generation: dict[str, Any] = {}
        if exists(generation_path):
            generation = read_json(generation_path, MAX_CONFIG_BYTES)
        config = read_json(folder / "config.json", MAX_CONFIG_BYTES)
        return cls.from_dicts(config, generation, str(folder / "config.json"))

    @classmethod
    def from_dicts(
        cls, config: dict[str, Any], generation: dict[str, Any], source: str
    ) -> "ModelConfig":
        """The configuration in the contents of config.json and generation_config.json."""
        fields = Fields(config, source)
        architecture = _architecture(fields)
        quantization = _quantization(fields, architecture)
        for name in ("attention_bias", "mlp_bias"):
            if fields.flag(name):
                raise fields.unsupported(name, "projections without biases")
        if fields.flag("rope_interleaved"):
            raise fields.unsupported("rope_interleaved", "rotary pairs half a head apart")
        hidden_act = fields.required("hidden_act")
        if hidden_act not in ACTIVATIONS:
            raise fields.unsupported("hidden_act", " or ".join(ACTIVATIONS))
        hidden_size = fields.integer("hidden_size", 1 << 17)
        heads = fields.integer("num_attention_heads", 1 << 12)
        kv_heads = fields.integer("num_key_value_heads", 1 << 12, default=heads)
        if heads % kv_heads:
            raise fields.wrong("num_key_value_heads", f"a divisor of num_attention_heads {heads}")
        if fields.get("head_dim") is None and hidden_size % heads:
            raise fields.wrong("hidden_size", f"a multiple of num_attention_heads {heads}")
        head_dim = fields.integer("head_dim", 1 << 12, default=hidden_size // heads)
        if head_dim % 2:
            raise ModelFileError(
                f"{source}: each attention head has {head_dim} dimensions;"
                " expected an even number (rotary embedding turns pairs)"
            )
        if heads * head_dim > 1 << 17:
            raise ModelFileError(
                f"{source}: {heads} heads of {head_dim} dimensions are"
                f" {heads * head_dim:,} in all; expected at most {1 << 17:,}"
            )
        vocab_size = fields.integer("vocab_size", 1 << 22)
        generation_source = str(Path(source).with_name("generation_config.json"))
        bos_ids, eos_ids = [], []
        for part in (fields, Fields(generation, generation_source)):
            bos_ids += part.token_ids("bos_token_id", vocab_size)
            eos_ids += part.token_ids("eos_token_id", vocab_size)
        return cls(
            architecture=architecture,
            hidden_size=hidden_size,
            intermediate_size=fields.integer("intermediate_size", 1 << 20),
            num_hidden_layers=fields.integer("num_hidden_layers", 1 << 10),
            num_attention_heads=heads,
            num_key_value_heads=kv_heads,
            head_dim=head_dim,
            vocab_size=vocab_size,
            max_position_embeddings=fields.integer("max_position_embeddings", 1 << 24),
            rms_norm_eps=fields.number("rms_norm_eps", 1e-12, 0.1),
            rope_theta=_rope_theta(fields),
            hidden_act=hidden_act,
            sub_norms=architecture == "BitNetForCausalLM",
            tie_word_embeddings=fields.flag("tie_word_embeddings"),
            scale_divides=quantization.get("linear_class") != "autobitlinear",
            quantized=bool(quantization),
            bos_token_id=bos_ids[0] if bos_ids else None,
            eos_token_ids=tuple(dict.fromkeys(eos_ids)),
        )

    @property
    def kv_groups(self) -> int:
        """Query heads that share one key and value head."""
        return self.num_attention_heads // self.num_key_value_heads

    @property
    def q_size(self) -> int:
        """Width of all query heads together."""
        return self.num_attention_heads * self.head_dim

    @property
    def kv_size(self) -> int:
        """Width of all key heads together, and of all value heads."""
        return self.num_key_value_heads * self.head_dim

    def tensors(self) -> tuple[TensorSpec, ...]:
        """Every tensor a checkpoint must hold, in the order the model uses them."""
        hidden = self.hidden_size
        specs = [TensorSpec("model.embed_tokens.weight", "embedding", (self.vocab_size, hidden))]
        for layer in range(self.num_hidden_layers):
            specs += self._layer_tensors(f"model.layers.{layer}")
        specs.append(TensorSpec("model.norm.weight", "norm", (hidden,)))
        if not self.tie_word_embeddings:
            specs.append(TensorSpec("lm_head.weight", "head", (self.vocab_size, hidden)))
        return tuple(specs)

    def _layer_tensors(self, prefix: str) -> list[TensorSpec]:
        hidden, ffn = self.hidden_size, self.intermediate_size

        def norm(name: str, size: int) -> TensorSpec:
            return TensorSpec(f"{prefix}.{name}.weight", "norm", (size,))

        def ternary(name: str, rows: int, columns: int) -> TensorSpec:
            return TensorSpec(f"{prefix}.{name}.weight", "ternary", (rows, columns))

        return [
            norm("input_layernorm", hidden),
            ternary("self_attn.q_proj", self.q_size, hidden),
            ternary("self_attn.k_proj", self.kv_size, hidden),
            ternary("self_attn.v_proj", self.kv_size, hidden),
            *([norm("self_attn.attn_sub_norm", self.q_size)] if self.sub_norms else []),
            ternary("self_attn.o_proj", hidden, self.q_size),
            norm("post_attention_layernorm", hidden),
            ternary("mlp.gate_proj", ffn, hidden),
            ternary("mlp.up_proj", ffn, hidden),
            *([norm("mlp.ffn_sub_norm", ffn)] if self.sub_norms else []),
            ternary("mlp.down_proj", hidden, ffn),
        ]


def _architecture(fields: Fields) -> str:
    names = fields.required("architectures")
    if not isinstance(names, list) or len(names) != 1 or not isinstance(names[0], str):
        raise fields.wrong("architectures", "a list of one name")
    if names[0] not in ARCHITECTURES:
        raise UnsupportedModelError(
            "{source}: the architecture {found} is not supported;"
            " supported: BitNetForCausalLM, and LlamaForCausalLM with BitNet quantisation",
            source=fields.source,
            found=shown(names[0]),
        )
    return names[0]


def _quantization(fields: Fields, architecture: str) -> dict[str, Any]:
    quantization = fields.section("quantization_config")
    if not quantization.values:
        if architecture != "BitNetForCausalLM":
            raise UnsupportedModelError(
                "{source}: {architecture} without a quantization_config is not supported:"
                ' its weights are not ternary; supported: quant_method "bitnet"',
                source=fields.source,
                architecture=architecture,
            )
        return {}
    supported = {
        "quant_method": ("bitnet",),
        "linear_class": (None, "bitlinear", "autobitlinear"),
        "quantization_mode": (None, "offline", "online"),
    }
    for name, values in supported.items():
        if quantization.get(name) not in values:
            raise quantization.unsupported(name, " or ".join(filter(None, values)))
    if quantization.flag("use_rms_norm"):
        raise quantization.unsupported("use_rms_norm", "false")
    kept = quantization.get("modules_to_not_convert") or []
    if not isinstance(kept, list):
        raise quantization.wrong("modules_to_not_convert", "a list of module names")
    for module in kept:
        if module not in ("lm_head", "lm_head.weight"):
            raise UnsupportedModelError(
                f"{quantization.source}: modules_to_not_convert names {shown(module)},"
                " which is not supported; only lm_head may be left unquantised"
            )
    return quantization.values


def _rope_theta(fields: Fields) -> float:
    # transformers 4 writes rope_theta and rope_scaling, transformers 5 rope_parameters
    for name in ("rope_parameters", "rope_scaling"):
        rope = fields.section(name)
        kind = rope.get("rope_type") or rope.get("type") or "default"
        if kind != "default" or any(isinstance(value, dict) for value in rope.values.values()):
            raise fields.unsupported(name, 'rope_type "default"')
        if rope.get("partial_rotary_factor") not in (None, 1):
            raise rope.unsupported("partial_rotary_factor", "1")
    if fields.get("partial_rotary_factor") not in (None, 1):
        raise fields.unsupported("partial_rotary_factor", "1")
    parameters = fields.section("rope_parameters")
    if parameters.get("rope_theta") is None:
        parameters = fields
    return parameters.number("rope_theta", 1.0, 1e12)

"""How fast a model will be on a machine, told from its configuration and a measured machine."""

import math
from dataclasses import dataclass

from ternchat.engine.config import ModelConfig
from ternchat.engine.memory import kv_bytes_per_token, predict

TYPICAL_POSITION = 512
"""Tokens that stand before the one being decoded, where nothing else is said."""

_DISTURBED_FROM = 0.2
_EXACT_ROWS = 200  # of the head, scored in full behind its screen


@dataclass(frozen=True)
class MachineSpeed:
    """What engine/calibration.py measured with one kernel set and number of threads.

    Attributes:
        read_bytes_per_second: the best sequential read of memory.
        weight_bytes_per_second: packed matrices, with keys and values in their usual share,
            decoding one token.
        screen_bytes_per_second: the screen of a head.
        weights_per_second: ternary weights times tokens, reading a prompt.
        layer_seconds: what a layer costs besides its bytes.
        others_share: of the processors, what other programs took meanwhile, from 0 to 1.
    """

    kernel: str
    threads: int
    read_bytes_per_second: float
    weight_bytes_per_second: float
    screen_bytes_per_second: float
    weights_per_second: float
    layer_seconds: float
    others_share: float = 0.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            is_rate = isinstance(value, (int, float)) and math.isfinite(value) and value > 0
            if name not in ("kernel", "others_share") and not is_rate:
                raise ValueError(f"{name} = {value!r}; expected a positive finite number")
        if not isinstance(self.others_share, (int, float)) or not 0 <= self.others_share <= 1:
            raise ValueError(f"others_share = {self.others_share!r}; expected a number from 0 to 1")

    @property
    def is_disturbed(self) -> bool:
        """Whether so much else ran that the machine can do better than this."""
        return self.others_share > _DISTURBED_FROM

    def decode_tokens_per_second(
        self, config: ModelConfig, position: int = TYPICAL_POSITION, kv_dtype: str = "f16"
    ) -> float:
        """Tokens generated per second when `position` tokens stand before."""
        memory = predict(config, kv_dtype)
        kv = position * kv_bytes_per_token(config, kv_dtype)
        seconds = (memory.weights + kv) / self.weight_bytes_per_second
        seconds += config.num_hidden_layers * self.layer_seconds
        if memory.screen:
            exact = _EXACT_ROWS * memory.head / config.vocab_size
            seconds += memory.screen / self.screen_bytes_per_second
            seconds += exact / self.read_bytes_per_second
        else:
            seconds += memory.head / self.read_bytes_per_second
        return 1 / seconds

    def prefill_tokens_per_second(
        self, config: ModelConfig, position: int = TYPICAL_POSITION
    ) -> float:
        """Tokens of a prompt read per second, on average up to `position`."""
        weights = sum(
            spec.shape[0] * spec.shape[1] for spec in config.tensors() if spec.role == "ternary"
        )
        attention = position * config.num_hidden_layers * config.q_size  # half of it, twice
        return self.weights_per_second / (weights + 4 * attention)

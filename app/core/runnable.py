"""Whether this build's engine can run a model, judged from its configuration alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from ternchat.engine.config import ModelConfig

# The engine's capabilities in words that follow "This version cannot".
_IN_WORDS = {
    "jinja-templates": "use chat templates other than BitNet's yet.",
    "sharded": "read weights that are split over several files yet.",
    "gguf": "read GGUF files yet.",
}


@dataclass(frozen=True)
class Verdict:
    """Yes, or no with the reason.

    Attributes:
        runs: whether the engine can run the model.
        reason: a sentence that says why not; "" when it can.
        config: the configuration, where it could be understood.
    """

    runs: bool
    reason: str = ""
    config: ModelConfig | None = None


def verdict_of(
    config: Mapping[str, Any], needs: Collection[str] = (), source: str = "config.json"
) -> Verdict:
    """The verdict on the fields of a config.json, and on what a model needs beyond them."""
    # Here and not above: the engine brings NumPy along, and the window must open before that.
    from ternchat.engine import config as engine_config
    from ternchat.engine.errors import EngineError

    try:
        parsed = engine_config.ModelConfig.from_dicts(dict(config), {}, source)
    except EngineError as error:
        return Verdict(False, _sentence(str(error)))
    return _with_needs(parsed, needs)


def folder_verdict(folder: Path, needs: Collection[str] = ()) -> Verdict:
    """The verdict on a folder that has at least a config.json."""
    from ternchat.engine import config as engine_config
    from ternchat.engine.errors import EngineError

    try:
        parsed = engine_config.ModelConfig.from_folder(folder)
    except EngineError as error:
        return Verdict(False, _sentence(str(error).replace(f"{folder}/", "")))
    return _with_needs(parsed, needs)


def _with_needs(config: ModelConfig, needs: Collection[str]) -> Verdict:
    from ternchat.engine.config import CAPABILITIES

    for need in needs:
        if need not in CAPABILITIES:
            what = _IN_WORDS.get(need, f"do what this model needs ({need}) yet.")
            return Verdict(False, f"This version cannot {what}", config)
    return Verdict(True, config=config)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."

"""Whether this build's engine can run a model, judged from its configuration alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .language import sentence
from .told import told
from .translatable import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from ternchat.engine.config import ModelConfig

# What the engine may lack, in words.
_IN_WORDS = {
    "jinja-templates": QT_TRANSLATE_NOOP(
        "Sentence", "This version cannot use chat templates other than BitNet's yet."
    ),
    "sharded": QT_TRANSLATE_NOOP(
        "Sentence", "This version cannot read weights that are split over several files yet."
    ),
    "gguf": QT_TRANSLATE_NOOP("Sentence", "This version cannot read GGUF files yet."),
}
_OTHER = QT_TRANSLATE_NOOP("Sentence", "This version cannot do what this model needs ({need}) yet.")


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
        return Verdict(False, _sentence(told(error)))
    return _with_needs(parsed, needs)


def folder_verdict(folder: Path, needs: Collection[str] = ()) -> Verdict:
    """The verdict on a folder that has at least a config.json."""
    from ternchat.engine import config as engine_config
    from ternchat.engine.errors import EngineError

    try:
        parsed = engine_config.ModelConfig.from_folder(folder)
    except EngineError as error:
        return Verdict(False, _sentence(told(error).replace(f"{folder}/", "")))
    return _with_needs(parsed, needs)


def _with_needs(config: ModelConfig, needs: Collection[str]) -> Verdict:
    from ternchat.engine.config import CAPABILITIES

    for need in needs:
        if need not in CAPABILITIES:
            return Verdict(False, sentence(_IN_WORDS.get(need, _OTHER), need=need), config)
    return Verdict(True, config=config)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."

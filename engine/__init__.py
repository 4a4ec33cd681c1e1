"""Loads ternary language models and generates text. Knows no Qt.

model = load("path/to/a/hugging-face/folder")
for step in Session(model).reply([{"role": "user", "content": "Hello!"}]):
    print(step.text, end="")
"""

from ternchat.engine.config import ModelConfig
from ternchat.engine.errors import (
    ContextFullError,
    EngineError,
    LoadCancelled,
    ModelFileError,
    NotEnoughMemoryError,
    TemplateError,
    TokenizerError,
    UnsupportedModelError,
)
from ternchat.engine.loader import load
from ternchat.engine.memory import MemoryUse
from ternchat.engine.model import Model
from ternchat.engine.sampler import SamplingParams
from ternchat.engine.session import Outcome, Session, Step
from ternchat.engine.timing import Timings

__all__ = [
    "ContextFullError",
    "EngineError",
    "LoadCancelled",
    "MemoryUse",
    "Model",
    "ModelConfig",
    "ModelFileError",
    "NotEnoughMemoryError",
    "Outcome",
    "SamplingParams",
    "Session",
    "Step",
    "TemplateError",
    "Timings",
    "TokenizerError",
    "UnsupportedModelError",
    "load",
]

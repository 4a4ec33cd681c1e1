"""Loads ternary language models and generates text. Knows no Qt.

model = load("path/to/a/hugging-face/folder")
for step in Session(model).reply([{"role": "user", "content": "Hello!"}]):
    print(step.text, end="")
"""

from ternchat.engine.answer import Outcome, Step
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
from ternchat.engine.kv_store import KVStore
from ternchat.engine.loader import load
from ternchat.engine.memory import MemoryUse
from ternchat.engine.model import ForwardCancelled, Model
from ternchat.engine.prefix_pool import PrefixPool
from ternchat.engine.prompt import Prompt
from ternchat.engine.sampler import SamplingParams
from ternchat.engine.session import Session
from ternchat.engine.timing import Timings

__all__ = [
    "ContextFullError",
    "EngineError",
    "ForwardCancelled",
    "KVStore",
    "LoadCancelled",
    "MemoryUse",
    "Model",
    "ModelConfig",
    "ModelFileError",
    "NotEnoughMemoryError",
    "Outcome",
    "PrefixPool",
    "Prompt",
    "SamplingParams",
    "Session",
    "Step",
    "TemplateError",
    "Timings",
    "TokenizerError",
    "UnsupportedModelError",
    "load",
]

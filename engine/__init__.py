"""Loads ternary language models and generates text. Knows no Qt.

model = load("path/to/a/hugging-face/folder")
for step in Session(model).reply([{"role": "user", "content": "Hello!"}]):
    print(step.text, end="")
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_MODULES = {
    "answer": ("Outcome", "Step"),
    "config": ("ModelConfig",),
    "kv_store": ("KVStore",),
    "loader": ("load",),
    "memory": ("MemoryUse",),
    "model": ("ForwardCancelled", "Model"),
    "prefix_pool": ("PrefixPool",),
    "prompt": ("Prompt",),
    "sampler": ("SamplingParams",),
    "session": ("Session",),
    "timing": ("Timings",),
}
_PLACES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """A name of the engine's face, imported now: a child process needs one module, not NumPy."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES.get(name, 'errors')}"), name)

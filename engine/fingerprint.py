"""A model's identity: what its keys and values depend on."""

import os
from hashlib import blake2b
from pathlib import Path

from ternchat.engine import backend
from ternchat.engine.kv_block import KEY_BYTES
from ternchat.engine.model import Model

_LAYOUT = 1  # of engine/kv_cache.py; another layout is another number
_SAMPLES, _SAMPLE_BYTES = 32, 1 << 14
_WEIGHTS = (".safetensors", ".gguf")


def fingerprint(model: Model) -> bytes:
    """A hash of model files, kernel set, program and cache layout.

    Reading whole files would take as long as loading: their sizes, times and samples of what is in
    them have to do.
    """
    config = model.config
    digest = blake2b(digest_size=KEY_BYTES)
    digest.update(repr((_LAYOUT, model.kernel, backend.build_stamp(), model.kv_dtype)).encode())
    digest.update(repr(config).encode())
    for path in sorted(model.path.iterdir()):
        if path.suffix.lower() in _WEIGHTS:
            _add_file(digest, path)
    return digest.digest()


def _add_file(digest: "blake2b", path: Path) -> None:
    with path.open("rb") as file:
        stat = os.fstat(file.fileno())
        digest.update(repr((path.name, stat.st_size, stat.st_mtime_ns)).encode())
        for sample in range(_SAMPLES):
            file.seek(stat.st_size * sample // _SAMPLES)
            digest.update(file.read(_SAMPLE_BYTES))

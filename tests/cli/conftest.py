"""Runs the real program as a user would."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import bitnet_config

PROGRAM = [sys.executable, "-m", "ternchat.app"]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    """Variables of a user without a display and without settings of Ternchat."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TERNCHAT_", "QT_"))
        and name not in ("DISPLAY", "WAYLAND_DISPLAY", "COLUMNS")
    }
    return {**kept, "HOME": str(tmp_path / "home"), "XDG_DATA_HOME": str(tmp_path / "share")}


@pytest.fixture
def ternchat(environment, tmp_path) -> Run:
    """Runs the program to its end: arguments, what stdin says, further variables."""

    def run(*arguments: str | Path, stdin: str | bytes = "", **variables: str):
        data = stdin.encode() if isinstance(stdin, str) else stdin
        result = subprocess.run(
            [*PROGRAM, *map(str, arguments)],
            input=data,
            capture_output=True,
            timeout=120,
            cwd=tmp_path,
            env={**environment, **variables},
        )
        return subprocess.CompletedProcess(
            result.args, result.returncode, result.stdout.decode(), result.stderr.decode()
        )

    return run


@pytest.fixture
def fledgling_copy(tmp_path) -> Path:
    """A copy of the built-in model, to be damaged."""
    source = ModelStore(DataPaths.from_option(tmp_path)).built_in.path
    return Path(shutil.copytree(source, tmp_path / "copy"))


@pytest.fixture(scope="session")
def endless_model(tmp_path_factory) -> Path:
    """A model of random weights with Fledgling's tokenizer: it talks until it is stopped."""
    built_in = ModelStore(DataPaths.from_option(None)).built_in.path
    config = bitnet_config(
        hidden_size=512,
        intermediate_size=1408,
        layers=6,
        heads=8,
        kv_heads=2,
        vocab_size=4096,
        bos_token_id=0,
        eos_token_id=1,
        tie_word_embeddings=False,  # tied, random weights repeat one word
    )
    folder = write_checkpoint(tmp_path_factory.mktemp("models") / "endless", config)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(built_in / name, folder)
    return folder

"""What all tests share."""

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from download_help import Scene
    from hub.server import HubServer

# Before Qt is imported: tests of widgets need no screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Before huggingface_hub is imported, by us or by the reference implementation.
os.environ.update(HF_HUB_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1", HF_HUB_DISABLE_XET="1")


@pytest.fixture
def hub() -> "Iterator[HubServer]":
    """A model hub of our own on 127.0.0.1."""
    from hub.server import HubServer

    with HubServer() as server:
        yield server


@pytest.fixture
def scene(hub: "HubServer", tmp_path: "Path") -> "Iterator[Scene]":
    """The hub with the model acme/tiny, and a data folder without models."""
    from download_help import Scene

    with Scene.of(hub, tmp_path / "data") as scene:
        yield scene

"""What all tests share."""

import os
from collections.abc import Iterator

import pytest
from hub.server import HubServer

# Before Qt is imported: tests of widgets need no screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Before huggingface_hub is imported, by us or by the reference implementation.
os.environ.update(HF_HUB_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1", HF_HUB_DISABLE_XET="1")


@pytest.fixture
def hub() -> Iterator[HubServer]:
    """A model hub of our own on 127.0.0.1."""
    with HubServer() as server:
        yield server

"""What the tests of downloads share: a small model on our hub."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from download_help import Scene, make_files
from hub.server import HubServer

from ternchat.app.core.hub import Hub
from ternchat.app.core.hub_address import HubOptions
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.paths import DataPaths


@pytest.fixture
def scene(hub: HubServer, tmp_path: Path) -> Iterator[Scene]:
    """A hub with the model acme/tiny, and a data folder without models."""
    hub.add("acme/tiny", make_files())
    client = Hub(HubOptions(hub.url))
    yield Scene(hub, client, ModelStore(DataPaths.from_option(tmp_path / "data")))
    client.close()

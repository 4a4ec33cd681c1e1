"""A model fetched in the real program, from a hub on this computer."""

from importlib import resources

import pytest

pytestmark = pytest.mark.e2e


def test_a_model_is_picked_fetched_and_answers(play, hub, tmp_path):
    folder = resources.files("ternchat.resources") / "fledgling"
    hub.add("acme/bird", {file.name: file.read_bytes() for file in folder.iterdir()})
    play("models.a_model_is_picked_fetched_and_answers", hub.url, "acme/bird")
    assert (tmp_path / "data" / "models" / "bird" / "ternchat-model.json").is_file()

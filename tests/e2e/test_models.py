"""Models in the real program: from a hub on this computer, the shared cache, and a folder."""

import shutil
from importlib import resources

import huggingface_hub
import pytest

from ternchat.app.core.model_record import ModelRecord

pytestmark = pytest.mark.e2e


def test_a_model_is_picked_fetched_and_answers(play, hub, tmp_path):
    folder = resources.files("ternchat.resources") / "fledgling"
    hub.add("acme/bird", {file.name: file.read_bytes() for file in folder.iterdir()})
    play("models.a_model_is_picked_fetched_and_answers", hub.url, "acme/bird")
    assert (tmp_path / "data" / "models" / "bird" / "ternchat-model.json").is_file()


def test_a_model_of_the_shared_cache_is_used_in_place_and_answers(play, robot, hub, tmp_path):
    folder = resources.files("ternchat.resources") / "fledgling"
    hub.add("acme/bird", {file.name: file.read_bytes() for file in folder.iterdir()})
    cache = robot.home / ".cache" / "huggingface" / "hub"
    huggingface_hub.snapshot_download("acme/bird", endpoint=hub.url, cache_dir=cache, token=False)
    play("models.a_model_of_the_shared_cache_is_used_in_place_and_answers", "acme/bird")
    record = ModelRecord.read(tmp_path / "data" / "models" / "bird")
    assert record.tested
    assert record.location.is_relative_to(cache)


def test_a_folder_is_imported_tried_and_answers(play, tmp_path):
    source = resources.files("ternchat.resources") / "fledgling"
    folder = shutil.copytree(str(source), tmp_path / "birdie")
    play("models.a_folder_is_imported_tried_and_answers", str(folder))
    assert ModelRecord.read(tmp_path / "data" / "models" / "birdie").tested

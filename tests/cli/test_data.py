"""Where data lies and how models are found."""

import os
from pathlib import Path

import pytest

from ternchat.app.core.model_store import ModelNotFoundError, ModelStore
from ternchat.app.core.paths import DataFolderError, DataPaths


@pytest.fixture
def paths(tmp_path):
    return DataPaths.from_option(tmp_path / "data")


def test_everything_lies_below_the_data_folder(paths, tmp_path):
    assert paths.root == tmp_path / "data"
    assert paths.models == paths.root / "models"
    assert paths.database == paths.root / "chats.db"
    assert paths.settings == paths.root / "settings.toml"
    assert paths.logs == paths.root / "logs"
    assert paths.cache == paths.root / "cache"


def test_a_relative_data_folder_survives_a_change_of_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    paths = DataPaths.from_option("data")
    monkeypatch.chdir("/")
    assert paths.root == tmp_path / "data"


def test_the_usual_place_belongs_to_the_program():
    assert DataPaths.from_option(None).root.name == "ternchat"


def test_nothing_is_made_before_it_is_asked_for(paths):
    assert not paths.root.exists()
    paths.create()
    assert paths.models.is_dir()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permission bits")
def test_only_the_user_can_read_the_data(paths):
    paths.create()
    assert paths.root.stat().st_mode & 0o077 == 0


def test_a_file_in_the_place_of_the_data_folder_is_named(tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(DataFolderError, match="data"):
        DataPaths.from_option(tmp_path / "data").create()


def test_the_built_in_model_is_found_without_a_data_folder(paths):
    model = ModelStore(paths).resolve("fledgling")
    assert model == ModelStore(paths).built_in
    assert (model.path / "config.json").is_file()


def test_a_catalogue_name_means_the_folder_below_models(paths):
    (paths.models / "2b4t").mkdir(parents=True)
    model = ModelStore(paths).resolve("2b4t")
    assert model.path == paths.models / "2b4t"
    assert model.title == "BitNet b1.58 2B4T"


def test_a_catalogue_model_that_is_not_there_says_how_to_get_it(paths):
    with pytest.raises(ModelNotFoundError, match="models pull 2b4t"):
        ModelStore(paths).resolve("2b4t")


def test_any_folder_below_models_goes_by_its_name(paths):
    (paths.models / "mine").mkdir(parents=True)
    assert ModelStore(paths).resolve("mine").path == paths.models / "mine"


def test_a_path_means_itself(paths, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("elsewhere", "./elsewhere", str(tmp_path / "elsewhere")):
        model = ModelStore(paths).resolve(name)
        assert model.path == tmp_path / "elsewhere"
        assert model.title == "elsewhere"


def test_a_tilde_means_the_home_folder(paths, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "m").mkdir()
    assert ModelStore(paths).resolve("~/m").path == tmp_path / "m"


@pytest.mark.parametrize("name", ["", "nowhere", "/no/where", "a\0b", "~nobody-of-that-name/x"])
def test_a_name_that_leads_nowhere_is_an_error_with_the_name(paths, name):
    with pytest.raises(ModelNotFoundError):
        ModelStore(paths).resolve(name)


def test_a_file_is_left_to_the_engine_to_refuse(paths, tmp_path):
    (tmp_path / "x.gguf").write_bytes(b"GGUF")
    assert ModelStore(paths).resolve(tmp_path / "x.gguf").path == Path(tmp_path / "x.gguf")

"""Every command looks for models where the window keeps them: in the folder of the settings."""

import json
import shutil

import pytest

from ternchat.app.core.settings import Settings
from ternchat.app.core.settings_file import SettingsFile, look_at


@pytest.fixture
def elsewhere(tmp_path, fledgling_copy):
    """A models folder of the settings, with one model in it."""
    folder = tmp_path / "big disk" / "models"
    shutil.copytree(fledgling_copy, folder / "bird")
    SettingsFile(tmp_path / "data" / "settings.toml").save(Settings(models_folder=str(folder)))
    return folder


@pytest.fixture
def run(ternchat, tmp_path):
    return lambda *arguments, **more: ternchat(*arguments, "--data-dir", tmp_path / "data", **more)


def test_models_lists_and_shows_what_lies_there(run, elsewhere):
    assert "bird " in run("models").stdout
    assert run("models", "path").stdout == f"{elsewhere}\n"
    shown = json.loads(run("models", "show", "bird", "--json").stdout)
    assert shown["folder"] == str(elsewhere / "bird")


def test_a_model_is_pulled_to_there(run, elsewhere, hub, tmp_path, fledgling_copy):
    hub.add("acme/tiny", {path.name: path.read_bytes() for path in fledgling_copy.iterdir()})
    done = run("models", "pull", "acme/tiny", "--endpoint", hub.url)
    assert done.returncode == 0, done.stderr
    assert (elsewhere / "tiny" / "ternchat-model.json").is_file()
    assert not (tmp_path / "data" / "models").exists()


def test_chat_answers_with_a_model_from_there(run, elsewhere):
    done = run("chat", "--model", "bird", "--max-tokens", "2", stdin="Hello!")
    assert done.returncode == 0, done.stderr


def test_bench_measures_a_model_from_there(run, elsewhere):
    work = ("--prompt-tokens", "8", "--new-tokens", "2", "--json")
    done = run("bench", "--model", "bird", *work)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"] == "bird"


def test_doctor_names_that_folder_and_finds_the_model(run, elsewhere):
    said = run("doctor", "--model", "bird").stdout
    assert f"models           {elsewhere}\n" in said
    assert f"model            {elsewhere / 'bird'}\n" in said


def test_a_damaged_settings_file_is_told_and_left_for_the_window_to_set_aside(run, tmp_path):
    path = tmp_path / "data" / "settings.toml"
    path.parent.mkdir()
    path.write_text("models_folder = ")
    done = run("models", "path")
    assert done.stdout == f"{tmp_path}/data/models\n"
    assert done.stderr.startswith(f"ternchat: The settings in {path} are damaged (")
    assert [file.name for file in path.parent.iterdir()] == ["settings.toml"]


def test_looking_at_settings_gives_what_the_window_would_use(tmp_path):
    path = tmp_path / "settings.toml"
    assert look_at(path).settings == Settings()
    SettingsFile(path).save(Settings(zoom=120, models_folder="/m"))
    assert look_at(path).settings == Settings(zoom=120, models_folder="/m")

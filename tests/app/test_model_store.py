"""Installed models: how they are listed, described and remembered."""

import os
from dataclasses import replace

import pytest

from ternchat.app.core.model_record import FILE_NAME, ModelRecord, RecordedFile
from ternchat.app.core.model_store import BUILT_IN, ModelNotFoundError, ModelStore
from ternchat.app.core.paths import DataPaths

RECORD = ModelRecord(
    name="tiny",
    title="Tiny",
    repository="acme/tiny",
    revision="main",
    commit="a" * 40,
    licence="mit",
    files=(RecordedFile("config.json", 2, "0" * 64, "0a1b2c3d"),),
    installed_at="2026-11-27T12:00:00Z",
)


@pytest.fixture
def store(tmp_path):
    return ModelStore(DataPaths.from_option(tmp_path / "data"))


def install(store, name, record=None):
    folder = store.folder / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    if record is not None:
        record.write(folder)
    return folder


def test_without_a_models_folder_there_is_the_built_in_model(store):
    assert [model.name for model in store.installed()] == [BUILT_IN]


def test_the_list_has_the_built_in_model_first_and_then_goes_by_title(store):
    install(store, "zeta", replace(RECORD, name="zeta", title="alpha"))
    install(store, "2b4t")
    install(store, ".downloads")
    (store.folder / "empty").mkdir()
    (store.folder / "file.txt").write_text("")
    titles = [model.title for model in store.installed()]
    assert titles == ["Fledgling", "alpha", "BitNet b1.58 2B4T"]


def test_hidden_folders_are_no_models(store):
    install(store, ".downloads")
    assert store.find(".downloads") is None


def test_a_linked_model_is_used_where_it_lies(store, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "model.safetensors").write_bytes(b"x" * 100)
    install(store, "tiny", replace(RECORD, location=elsewhere))
    assert store.resolve("tiny").path == elsewhere
    details = store.details("tiny")
    assert (details.linked, details.size_bytes) == (True, 100)


def test_details_say_size_and_origin(store):
    folder = install(store, "tiny", RECORD)
    details = store.details("tiny")
    assert details.record == RECORD
    assert details.size_bytes == 2 + (folder / FILE_NAME).stat().st_size
    assert not details.linked
    with pytest.raises(ModelNotFoundError, match="no model named 'none' is installed"):
        store.details("none")


def test_the_last_use_is_remembered_also_of_the_built_in_model(store):
    install(store, "tiny")
    assert store.details("tiny").last_used is None
    for name in ("tiny", BUILT_IN):
        store.mark_used(name)
        assert store.details(name).last_used is not None
    assert [model.name for model in store.installed()] == [BUILT_IN, "tiny"]


def test_a_path_or_an_unknown_name_leaves_no_mark(store, tmp_path):
    for name in ("none", str(tmp_path), "../x"):
        store.mark_used(name)
    assert not store.folder.exists()


def test_a_models_folder_that_cannot_be_written_does_not_stop_anybody(store):
    store.folder.parent.mkdir(parents=True)
    store.folder.write_text("a file where the folder should be")
    store.mark_used(BUILT_IN)
    assert store.details(BUILT_IN).last_used is None


def test_a_new_name_never_hides_another_model(store):
    install(store, "tiny")
    assert store.free_name("other") == "other"
    assert store.free_name("tiny") == "tiny-2"
    assert store.free_name("2b4t") == "2b4t-2"
    assert store.free_name(BUILT_IN) == f"{BUILT_IN}-2"


def test_a_record_comes_back_as_it_was_written(tmp_path):
    for record in (RECORD, replace(RECORD, location=tmp_path, tested=True)):
        record.write(tmp_path)
        assert ModelRecord.read(tmp_path) == record


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        lambda text: text.replace(b'"config.json"', b'"../../x"'),
        lambda text: text.replace(b'"0a1b2c3d"', b'"xyzw0000"'),
        lambda text: text.replace(b'"mit"', b"7"),
        lambda text: text.replace(b'"location": null', b'"location": "relative"'),
        lambda text: text.replace(b'"format": 1', b'"format": 2'),
        lambda text: text.replace(b'"block_bytes": 0', b'"block_bytes": -1'),
        lambda text: text.replace(b'"size_bytes": 2', b'"size_bytes": -2'),
    ],
)
def test_a_damaged_record_counts_as_none(tmp_path, damage):
    RECORD.write(tmp_path)
    path = tmp_path / FILE_NAME
    path.write_bytes(damage(path.read_bytes()) if callable(damage) else damage)
    assert ModelRecord.read(tmp_path) is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permission bits")
def test_marks_of_use_are_private(store):
    install(store, "tiny")
    store.mark_used("tiny")
    assert (store.folder / ".used").stat().st_mode & 0o077 == 0

"""Weights in several files: found by their index, which cannot lead anywhere else."""

import json
import os

import numpy as np
import pytest

from ternchat import engine
from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import llama_config
from ternchat.engine.errors import ModelFileError
from ternchat.engine.formats.weight_files import WeightFiles

SHAPE = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "layers": 2,
    "heads": 4,
    "kv_heads": 2,
    "vocab_size": 300,
}
INDEX = "model.safetensors.index.json"


@pytest.fixture
def whole(tmp_path):
    return write_checkpoint(tmp_path / "whole", llama_config(**SHAPE), seed=8)


@pytest.fixture
def sharded(whole, cut_into_shards):
    cut_into_shards(whole, 3)
    return whole


def index_of(folder):
    return json.loads((folder / INDEX).read_text())


def write_index(folder, index):
    (folder / INDEX).write_text(json.dumps(index))


def refused(folder, match):
    with pytest.raises(ModelFileError, match=match) as caught:
        WeightFiles(folder)
    assert len(str(caught.value)) < 500


# ---- What is read ----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_a_model_in_several_files_gives_the_logits_of_one_file(whole, cut_into_shards, count):
    model = engine.load(whole)
    expected = model.logits([1, 2, 3])
    model.close()
    files = cut_into_shards(whole, count)
    assert not (whole / "model.safetensors").exists()
    assert all((whole / name).exists() for name in files)
    model = engine.load(whole)
    np.testing.assert_array_equal(model.logits([1, 2, 3]), expected)
    model.close()


def test_progress_counts_all_files(sharded):
    seen = []
    engine.load(sharded, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]


def test_a_whole_file_comes_before_an_index(whole):
    write_index(whole, {"weight_map": {"a": "../../etc/passwd"}})
    files = WeightFiles(whole)
    assert files.path.name == "model.safetensors"
    files.close()


def test_files_may_be_links_as_in_hugging_faces_cache(sharded, tmp_path):
    blobs = tmp_path / "blobs"
    blobs.mkdir()
    for path in sharded.glob("model-*.safetensors"):
        path.rename(blobs / path.name)
        path.symlink_to(os.path.relpath(blobs / path.name, sharded))
    files = WeightFiles(sharded)
    assert "lm_head.weight" in files
    files.close()


def test_a_file_that_shrinks_is_noticed(sharded):
    files = WeightFiles(sharded)
    path = sharded / "model-00002-of-00003.safetensors"
    os.truncate(path, path.stat().st_size - 1)
    with pytest.raises(ModelFileError, match=r"model-00002-of-00003.safetensors has changed"):
        files.check_unchanged()
    files.close()


# ---- Missing and too many --------------------------------------------------------------------


def test_a_folder_without_weights_names_both_forms(tmp_path):
    refused(tmp_path, rf"model.safetensors is missing; expected .*named by {INDEX}")


def test_a_missing_file_is_named(sharded):
    (sharded / "model-00002-of-00003.safetensors").unlink()
    refused(sharded, r"model-00002-of-00003.safetensors is missing; .*index.json says that it hold")


def test_a_file_the_index_does_not_know_is_named(sharded):
    (sharded / "model-00001-of-00002.safetensors").write_bytes(b"left over")
    refused(sharded, r"model-00001-of-00002.safetensors is not named by .*the files of two models")


def test_other_files_in_the_folder_do_no_harm(sharded):
    for name in ("consolidated.safetensors", "model-notes.txt", "optimizer.bin"):
        (sharded / name).write_bytes(b"x")
    WeightFiles(sharded).close()


def test_a_tensor_that_its_file_lacks_is_named(sharded):
    index = index_of(sharded)
    index["weight_map"]["model.extra.weight"] = "model-00001-of-00003.safetensors"
    write_index(sharded, index)
    refused(sharded, r"model-00001-of-00003.safetensors lacks tensor 'model.extra.weight'")


def test_a_tensor_the_index_does_not_name_is_named(sharded):
    index = index_of(sharded)
    del index["weight_map"]["lm_head.weight"]
    write_index(sharded, index)
    refused(sharded, r"of-00003.safetensors holds tensor 'lm_head.weight', which .* expects nowher")


def test_a_tensor_in_another_file_than_the_index_says_is_named(sharded):
    index = index_of(sharded)
    index["weight_map"]["lm_head.weight"] = "model-00003-of-00003.safetensors"
    write_index(sharded, index)
    refused(sharded, r"holds tensor 'lm_head.weight', which .* expects in model-00003-of-00003")


def test_a_tensor_the_model_needs_and_the_index_lacks_is_named(sharded, cut_into_shards):
    config = json.loads((sharded / "config.json").read_text())
    (sharded / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    with pytest.raises(ModelFileError, match=r"index.json: tensor model.layers.2\.\S+ is missing"):
        engine.load(sharded)


def test_a_damaged_file_among_several_is_named(sharded):
    path = sharded / "model-00003-of-00003.safetensors"
    os.truncate(path, path.stat().st_size - 4)
    refused(sharded, r"model-00003-of-00003.safetensors has .* cut off")


# ---- Hostile indexes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../model.safetensors",
        "../../../../etc/passwd",
        "/etc/passwd",
        "/model.safetensors",
        "sub/model.safetensors",
        "sub\\model.safetensors",
        "C:\\model.safetensors",
        "C:model.safetensors",
        "\\\\server\\share\\model.safetensors",
        "..",
        ".",
        "",
        ".safetensors",
        "-rf.safetensors",
        "model.safetensors\0",
        "model.safetensors ",
        "model.safetensors\n",
        "model.safetensors:stream",
        "model\u202e.safetensors",
        "mödel.safetensors",
        "model.bin",
        "model.gguf",
        "https://example.org/model.safetensors",
        "~/model.safetensors",
        "$HOME.safetensors",
        "x" * 300 + ".safetensors",
        None,
        3,
        ["model.safetensors"],
        {"file": "model.safetensors"},
    ],
)
def test_a_file_name_that_could_leave_the_folder_is_refused_unopened(sharded, tmp_path, name):
    (tmp_path / "model.safetensors").write_bytes(b"a file beside the folder")
    index = index_of(sharded)
    index["weight_map"]["lm_head.weight"] = name
    write_index(sharded, index)
    refused(sharded, "the file of tensor 'lm_head.weight' is .*; expected the name of a .safeten")


@pytest.mark.parametrize("value", [None, [], {}, 3, "model.safetensors", [["a", "b"]]])
def test_an_index_without_a_map_is_refused(sharded, value):
    write_index(sharded, {"weight_map": value})
    refused(sharded, "weight_map is .*; expected an object of tensors and files")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "not valid JSON"),
        (b"[]", "expected a JSON object"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"weight_map": {"a": "x.safetensors", "a": "y.safetensors"}}', "occurs twice"),
        (b'{"weight_map": {"\\ud800": "x.safetensors"}}', "half of a surrogate pair"),
        (b"\xff\xfe", "byte order mark"),
    ],
)
def test_a_damaged_index_is_refused(sharded, content, match):
    (sharded / INDEX).write_bytes(content)
    refused(sharded, f"{INDEX}.*{match}")


def test_an_index_of_too_many_files_is_refused(sharded):
    write_index(sharded, {"weight_map": {f"t{i}": f"{i}.safetensors" for i in range(1001)}})
    refused(sharded, "names 1,001 files; expected at most 1,000")


def test_a_huge_index_is_not_even_read(sharded):
    with (sharded / INDEX).open("r+b") as file:
        file.truncate(1 << 40)
    refused(sharded, "expected at most 16,000,000")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_among_the_files_is_refused_without_waiting(sharded):
    path = sharded / "model-00001-of-00003.safetensors"
    path.unlink()
    os.mkfifo(path)
    refused(sharded, "is a named pipe")

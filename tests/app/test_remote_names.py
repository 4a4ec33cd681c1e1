"""Names from elsewhere never become a path that leads anywhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ternchat.app.core import remote_names


@pytest.mark.parametrize(
    "name",
    [
        "config.json",
        "model-00001-of-00002.safetensors",
        "LICENSE",
        "Modèle.txt",
        "a" * 200,
        "console.txt",
        "community.md",
    ],
)
def test_ordinary_file_names_are_safe(name):
    assert remote_names.is_safe_file_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "/etc/passwd",
        "a\\b",
        "C:x",
        "\\\\host\\share",
        "CON",
        "con.json",
        "nul.txt ",
        "NUL .txt",
        "com1",
        "LPT9.tar.gz",
        "COM²",
        "conin$",
        "config.json.",
        "config.json ",
        " config.json",
        ".hidden",
        "-rf",
        "a\0b",
        "a\nb",
        "a\x1b[31m",
        "a\u202egnp.exe",
        "a\u200b",
        "a\ud800",
        "e\u0301.txt",
        "a" * 201,
        "é" * 101,
        "a?b",
        "a*b",
        "a|b",
        'a"b',
        None,
        3,
    ],
)
def test_a_name_that_is_a_path_a_device_or_a_trap_is_not_safe(name):
    assert not remote_names.is_safe_file_name(name)


@given(st.text(max_size=40))
def test_a_safe_name_stays_in_its_folder(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    if remote_names.is_safe_file_name(text):
        assert (folder / text).resolve().parent == folder.resolve()


@given(st.text(max_size=60))
def test_a_model_can_be_named_after_anything(text):
    assert remote_names.is_model_name(remote_names.model_name(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("tiiuae/Falcon-E-3B-Instruct", "falcon-e-3b-instruct"),
        ("Älter Wein!", "alter-wein"),
        ("aux", "model-aux"),
        ("", "model"),
        ("../..", "model"),
    ],
)
def test_the_name_of_a_model_is_short_and_plain(text, name):
    assert remote_names.model_name(text) == name


@pytest.mark.parametrize("name", ["acme/tiny", "a/b", "HF1BitLLM/Llama3-8B-1.58-100B-tokens"])
def test_repositories_are_owner_and_name(name):
    assert remote_names.is_repository(name)


@pytest.mark.parametrize(
    "name", ["tiny", "a/b/c", "../x", "a/..", "a/b--c", "a/b c", "a/", "/b", "a/b.", "a/b?x", 3]
)
def test_anything_else_is_no_repository(name):
    assert not remote_names.is_repository(name)


@pytest.mark.parametrize("name", ["main", "v1.0", "refs/pr/3", "a" * 40])
def test_revisions_are_branches_tags_and_commits(name):
    assert remote_names.is_revision(name)


@pytest.mark.parametrize("name", ["", "../x", "a//b", "a b", "/x", "x/", "a?b", "x/../y", "x/.y"])
def test_anything_else_is_no_revision(name):
    assert not remote_names.is_revision(name)


def test_hashes_are_lower_case_hexadecimal_of_the_right_length():
    assert remote_names.is_sha256("0" * 64)
    assert remote_names.is_commit("a" * 40)
    for wrong in ("0" * 63, "A" * 64, "../" + "0" * 61, "0" * 64 + "\n", None):
        assert not remote_names.is_sha256(wrong)

"""The catalogue: complete, true to its own figures, and clear about what this build can run."""

import math
from importlib import resources

import pytest

from ternchat.app.core import runnable
from ternchat.app.core.catalogue import Catalogue, CatalogueError
from ternchat.app.core.runnable import verdict_of
from ternchat.engine import config as engine_config
from ternchat.engine.config import ModelConfig

CATALOGUE = Catalogue.load()
REMOTE = [entry for entry in CATALOGUE.entries if not entry.built_in]
EXPECTED = {
    "fledgling": "",
    "2b4t": "microsoft/bitnet-b1.58-2B-4T",
    "2b4t-masters": "microsoft/bitnet-b1.58-2B-4T-bf16",
    "falcon-e-1b": "tiiuae/Falcon-E-1B-Instruct",
    "falcon-e-3b": "tiiuae/Falcon-E-3B-Instruct",
    "falcon3-1b": "tiiuae/Falcon3-1B-Instruct-1.58bit",
    "falcon3-3b": "tiiuae/Falcon3-3B-Instruct-1.58bit",
    "falcon3-7b": "tiiuae/Falcon3-7B-Instruct-1.58bit",
    "falcon3-10b": "tiiuae/Falcon3-10B-Instruct-1.58bit",
    "llama3-8b": "HF1BitLLM/Llama3-8B-1.58-100B-tokens",
}


def weights(config: ModelConfig, packed: bool) -> tuple[int, int]:
    """Parameters and bytes of a checkpoint of this shape."""
    parameters = size_bytes = 0
    for spec in config.tensors():
        count = math.prod(spec.shape)
        parameters += count
        if spec.role == "ternary" and packed:
            size_bytes += (spec.shape[0] + 3) // 4 * spec.shape[1] + 2
        else:
            size_bytes += 2 * count
    return parameters, size_bytes


def test_every_promised_model_is_there():
    assert {entry.name: entry.repository for entry in CATALOGUE.entries} == EXPECTED


def test_the_built_in_model_comes_first():
    assert [entry.name for entry in CATALOGUE.entries if entry.built_in] == ["fledgling"]
    assert CATALOGUE.entries[0].built_in


@pytest.mark.parametrize("entry", REMOTE, ids=lambda entry: entry.name)
def test_size_and_parameters_are_those_of_the_configuration(entry):
    config = ModelConfig.from_dicts(dict(entry.config), {}, entry.name)
    parameters, size_bytes = weights(config, packed=entry.variant_of is None)
    assert entry.parameters == parameters
    assert entry.size_bytes == pytest.approx(size_bytes, rel=1e-4)


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.name)
def test_a_person_can_choose_by_words(entry):
    for text in (entry.summary, *entry.good_at, *entry.bad_at):
        assert 10 <= len(text) <= 120
    assert entry.summary.endswith(".")
    assert entry.languages
    assert entry.licence_url.startswith("https://")


def test_a_variant_names_the_entry_it_belongs_to():
    for entry in CATALOGUE.entries:
        assert entry.variant_of is None or CATALOGUE.find(entry.variant_of) is not None


def test_no_checksum_is_pinned_that_nobody_has_seen_on_the_live_hub():
    assert [entry.name for entry in CATALOGUE.entries if entry.checksums] == []


def test_bitnet_runs_in_this_build():
    assert CATALOGUE.find("2b4t").verdict().runs
    assert CATALOGUE.find("fledgling").verdict().runs


def test_what_this_build_cannot_run_says_what_it_lacks_and_which_version_will(monkeypatch):
    monkeypatch.setattr(engine_config, "CAPABILITIES", frozenset())
    verdict = CATALOGUE.find("falcon-e-3b").verdict()
    assert not verdict.runs
    assert verdict.reason == (
        "This version cannot use chat templates other than BitNet's yet. Ternchat 0.2 will."
    )


def test_what_the_engine_has_learnt_is_offered(monkeypatch):
    monkeypatch.setattr(engine_config, "CAPABILITIES", frozenset({"jinja-templates"}))
    assert CATALOGUE.find("falcon-e-3b").verdict().runs


def test_a_need_nobody_has_words_for_is_still_a_sentence():
    verdict = verdict_of(dict(CATALOGUE.find("2b4t").config), ["telepathy"])
    assert verdict.reason == "This version cannot do what this model needs (telepathy) yet."
    assert verdict.config is not None


def test_a_configuration_the_engine_refuses_is_refused_with_its_reason():
    verdict = verdict_of({"architectures": ["GPT2LMHeadModel"]})
    assert (verdict.runs, verdict.config) == (False, None)
    assert "GPT2LMHeadModel" in verdict.reason
    assert verdict.reason.endswith(".")


def test_the_verdict_on_a_folder_reads_its_config(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    assert "architectures is missing" in runnable.folder_verdict(tmp_path).reason


def test_an_entry_is_found_by_its_repository_whatever_the_case():
    assert CATALOGUE.of_repository("Microsoft/BitNet-b1.58-2B-4T").name == "2b4t"
    assert CATALOGUE.of_repository("acme/tiny") is None
    assert CATALOGUE.of_repository("") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format = ", "not valid TOML"),
        ("format = 2", "format 2; expected 1"),
        ("format = 1", "lists no models"),
        ("format = 1\nmodels = []", "lists no models"),
        ("format = 1\nmodels = [3]", "model \\?"),
        ("format = 1\n[[models]]\nname = 3", "3 as name"),
    ],
)
def test_a_damaged_catalogue_says_where(text, message):
    with pytest.raises(CatalogueError, match=message):
        Catalogue.from_text(text)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('repository = "../etc"', "repository"),
        ("size_bytes = -1", "size_bytes"),
        ("parameters = true", "parameters"),
        ('good_at = "all"', "good_at"),
        ('files = [{ name = "../x" }]', "files"),
        ('files = [{ name = "x", sha256 = "ABC" }]', "files"),
        ('figures = "guessed"', "figures"),
        ('colour = "red"', "colour"),
    ],
)
def test_a_wrong_field_of_an_entry_is_named(line, field):
    key = line.split(" =")[0]
    good = {
        "name": '"x"',
        "title": '"X"',
        "summary": '"A model."',
        "licence": '"MIT"',
        "licence_url": '"https://example.org"',
        "languages": '["English"]',
        "good_at": "[]",
        "bad_at": "[]",
        "repository": '"acme/x"',
    }
    lines = [f"{name} = {value}" for name, value in good.items() if name != key]
    text = "\n".join(["format = 1", "[[models]]", *lines, line, "[models.config]", "a = 1"])
    with pytest.raises(CatalogueError, match=f"model x has .* as {field}"):
        Catalogue.from_text(text)


def test_two_models_of_one_name_are_refused():
    text = (resources.files("ternchat.resources") / "catalogue.toml").read_text()
    table = "[[models]]" + text.split("[[models]]")[1]
    with pytest.raises(CatalogueError, match="two models named fledgling"):
        Catalogue.from_text(f"format = 1\n{table}\n{table}")

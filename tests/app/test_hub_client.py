"""Addresses, privacy, and what is asked before anything large is fetched."""

import subprocess
import sys

import pytest
from download_help import WEIGHTS, Scene
from hub.faults import Corrupt

from ternchat.app.core.catalogue import Catalogue
from ternchat.app.core.download import DownloadRequest
from ternchat.app.core.hub_address import (
    AddressError,
    HubOptions,
    RepositoryRef,
    check_address,
    parse_repository,
)
from ternchat.app.core.inspection import inspect
from ternchat.app.core.proxy import Proxy
from ternchat.app.core.transfer_errors import TransferError
from ternchat.app.core.transfer_faults import Fault

TINY = RepositoryRef("acme/tiny")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acme/tiny", RepositoryRef("acme/tiny")),
        (" acme/tiny ", RepositoryRef("acme/tiny")),
        ("acme/tiny@v1.0", RepositoryRef("acme/tiny", "v1.0")),
        ("https://huggingface.co/acme/tiny", RepositoryRef("acme/tiny")),
        ("https://huggingface.co/acme/tiny/", RepositoryRef("acme/tiny")),
        ("huggingface.co/acme/tiny", RepositoryRef("acme/tiny")),
        ("hf.co/acme/tiny", RepositoryRef("acme/tiny")),
        ("hf://acme/tiny@main", RepositoryRef("acme/tiny")),
        ("https://huggingface.co/acme/tiny/tree/dev", RepositoryRef("acme/tiny", "dev")),
        ("https://huggingface.co/acme/tiny/tree/dev/sub", RepositoryRef("acme/tiny", "dev")),
        ("https://huggingface.co/acme/tiny/tree/refs%2Fpr%2F7", None),
        ("https://huggingface.co/a/b/tree/refs/pr/7", RepositoryRef("a/b", "refs/pr/7")),
        ("https://huggingface.co/a/b/blob/main/config.json", RepositoryRef("a/b")),
        ("https://huggingface.co/a/b/resolve/v2/x.bin?download=true", RepositoryRef("a/b", "v2")),
        ("https://mirror.example/acme/tiny", RepositoryRef("acme/tiny")),
    ],
)
def test_a_person_may_name_a_model_in_many_ways(text, expected):
    found = parse_repository(text, "https://mirror.example")
    assert found == (expected or RepositoryRef("acme/tiny", "refs/pr/7"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tiny",
        "acme/tiny/x",
        "../etc",
        "acme/..",
        "acme/tiny@../x",
        "https://evil.example/acme/tiny",
        "https://huggingface.co/datasets/acme/tiny",
        "https://huggingface.co/spaces/acme/tiny",
        "https://huggingface.co/",
        "ftp://huggingface.co/acme/tiny",
        "https://huggingface.co/acme/tiny/tree/..%2F..",
        "file:///etc/passwd",
        "https://[::bad/x/y",
    ],
)
def test_what_names_no_model_is_refused_in_words(text):
    with pytest.raises(AddressError) as error_info:
        parse_repository(text)
    assert len(str(error_info.value)) > 20


@pytest.mark.parametrize(
    "url", ["https://huggingface.co", "http://127.0.0.1:8000", "http://[::1]/", "http://localhost"]
)
def test_https_and_this_computer_are_safe(url):
    check_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://huggingface.co",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "ftp://localhost",
        "file:///etc/passwd",
        "",
        "//huggingface.co",
    ],
)
def test_everything_else_is_not(url):
    with pytest.raises(AddressError, match="https only"):
        check_address(url)


def test_options_come_from_the_command_line_then_from_the_hubs_own_variables(monkeypatch):
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    assert HubOptions.of() == HubOptions("https://huggingface.co", Proxy(), False)
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert HubOptions.of() == HubOptions("https://mirror.example", Proxy(), True)
    assert HubOptions.of("https://other.example").endpoint == "https://other.example"


@pytest.mark.parametrize(
    "options",
    [
        {"endpoint": "http://mirror.example"},
        {"endpoint": "https://name:password@mirror.example"},
        {"endpoint": "https://"},
        {"endpoint": "https://mirror.example/?x=1"},
    ],
)
def test_an_endpoint_that_cannot_be_is_refused(options):
    with pytest.raises(AddressError):
        HubOptions(**options)


def test_inspecting_reads_the_small_files_and_says_yes_or_no(scene: Scene):
    found = inspect(scene.client, TINY)
    assert found.verdict.runs
    assert found.verdict.config.hidden_size == 64
    assert found.model.total_bytes == sum(file.size_bytes for file in found.model.files)
    assert scene.hub.bodies(WEIGHTS) == []
    scene.hub.add("acme/tiny", scene.files | {"config.json": b'{"architectures": ["GPT2"]}'})
    assert "GPT2" in inspect(scene.client, TINY).verdict.reason


def test_inspecting_what_is_no_model_says_what_it_is(scene: Scene):
    scene.hub.add("acme/tiny", {"model.gguf": b"GGUF", "README.md": b""})
    found = inspect(scene.client, TINY)
    assert found.model is None
    assert found.verdict.reason == (
        "acme/tiny holds its weights as GGUF, which this version cannot read."
    )


def test_a_small_file_that_is_not_the_announced_one_is_not_believed(scene: Scene):
    scene.hub.at_bytes("config.json", Corrupt(0))
    with pytest.raises(TransferError, match=r"config\.json is not the file") as error_info:
        inspect(scene.client, TINY)
    assert error_info.value.fault is Fault.CHANGED


def test_a_request_for_a_repository_of_the_catalogue_goes_by_its_name_there():
    catalogue = Catalogue.load()
    ref = RepositoryRef("microsoft/bitnet-b1.58-2B-4T")
    assert DownloadRequest.for_repository(ref, catalogue).name == "2b4t"
    other = DownloadRequest.for_repository(RepositoryRef("acme/2B4T", "v1"), catalogue)
    assert (other.name, other.title) == ("2b4t-acme-v1", "2B4T (v1)")
    with pytest.raises(ValueError, match="cannot be the name"):
        DownloadRequest("../x", "X", "acme/x")


ASK = """
import os, sys
import ternchat.app.core.hub as hub, ternchat.app.core.download
assert "huggingface_hub" not in sys.modules and "numpy" not in sys.modules
from ternchat.app.core.hub_address import HubOptions, RepositoryRef
client = hub.Hub(HubOptions(sys.argv[1]))
assert "huggingface_hub" not in sys.modules
client.model(RepositoryRef("acme/tiny"))
from huggingface_hub import constants
print(constants.HF_HUB_DISABLE_TELEMETRY, constants.HF_HUB_DISABLE_XET, os.environ["DO_NOT_TRACK"])
"""


def test_asking_the_hub_is_one_request_that_tells_it_nothing_else(scene: Scene, tmp_path):
    hidden = ("HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK", "HF_HUB_DISABLE_XET")
    environment = {"HF_TOKEN": "hf_secret", "HOME": str(tmp_path), "PATH": ""}
    assert not set(hidden) & set(environment)
    result = subprocess.run(
        [sys.executable, "-c", ASK, scene.hub.url],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
    )
    assert result.stderr == ""
    assert result.stdout == "True True 1\n"
    (asked,) = scene.hub.requests
    assert asked.path.startswith("/api/models/acme/tiny")
    assert "authorization" not in asked.headers
    assert "torch" not in asked.headers["user-agent"]

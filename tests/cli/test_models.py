"""`ternchat models` as a person at a terminal and as a script uses it."""

import hashlib
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys

import huggingface_hub
import pytest
from download_help import WEIGHTS, make_files
from hub.faults import Corrupt, Drop, Slow, Status

from ternchat.app.core import machine, speed_store
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.paths import DataPaths
from ternchat.engine.speed import MachineSpeed

NAMES = ("fledgling", "2b4t", "falcon-e-3b", "llama3-8b")


@pytest.fixture
def built_in(tmp_path):
    return ModelStore(DataPaths.from_option(tmp_path)).built_in.path


@pytest.fixture
def real_files(built_in):
    """Fledgling as it would lie on a hub: a model that really runs."""
    names = ("config.json", "tokenizer.json", "tokenizer_config.json", WEIGHTS)
    return {name: (built_in / name).read_bytes() for name in names} | {"LICENSE": b"MIT"}


@pytest.fixture
def models(ternchat, hub, tmp_path, real_files):
    """Runs `ternchat models` against our hub."""
    hub.add("acme/tiny", real_files)

    def run(*arguments, **more):
        data = ("--data-dir", tmp_path / "data", "--endpoint", hub.url)
        return ternchat("models", *arguments, *data, HF_HUB_CACHE=str(tmp_path / "hf"), **more)

    return run


def test_the_list_shows_what_is_here_and_what_can_be_had(models):
    result = models()
    assert result.returncode == 0
    assert result.stderr == ""
    for name in NAMES:
        assert f"{name} " in result.stdout
    rows = json.loads(models("list", "--json").stdout)
    assert rows[0] == {
        "name": "fledgling",
        "state": "built in",
        "size_bytes": rows[0]["size_bytes"],
        "title": "Fledgling",
    }


def test_a_repository_is_pulled_chatted_with_verified_and_removed(models, ternchat, tmp_path):
    result = models("pull", "acme/tiny")
    assert result.returncode == 0, result.stderr
    checksum, ready, tried = result.stdout.splitlines()
    weights = tmp_path / "data" / "models" / "tiny" / WEIGHTS
    assert checksum == f"sha256 {hashlib.sha256(weights.read_bytes()).hexdigest()}  {WEIGHTS}"
    assert ready == f"tiny is ready: {tmp_path}/data/models/tiny"
    assert re.match(r"Tried on this computer: It gives (the same )?16 tokens", tried)
    assert "tiny: trying it" in result.stderr
    assert json.loads(models("show", "tiny", "--json").stdout)["tested"] == (
        "answers on this computer"
    )
    assert "is not in the catalogue" in result.stderr
    assert "tiny: downloading, " in result.stderr
    assert "\x1b" not in result.stderr
    data = ("--data-dir", tmp_path / "data")
    chat = ternchat("chat", *data, "--model", "tiny", "--max-tokens", "3", stdin="Hello!")
    assert chat.returncode == 0, chat.stderr
    assert models("verify", "tiny").stdout == "tiny: every file is what it was\n"
    assert "restore tiny" in models("remove", "tiny").stdout
    assert ternchat("chat", *data, "--model", "tiny", stdin="Hello!").returncode == 1
    assert models("restore", "tiny").stdout == "tiny is back.\n"
    models("remove", "tiny")
    assert "are free again" in models("remove", "--now", "tiny").stdout
    assert models("remove", "--now", "tiny").returncode == 1
    assert models("restore").stdout == ""


def without_embedding(weights: bytes) -> bytes:
    """The same weights, but every token means nothing."""
    size = int.from_bytes(weights[:8], "little")
    first, end = json.loads(weights[8 : 8 + size])["model.embed_tokens.weight"]["data_offsets"]
    start = 8 + size
    return weights[: start + first] + bytes(end - first) + weights[start + end :]


def test_a_model_that_fails_its_test_is_kept_but_said_to_be_unfit(models, hub, real_files):
    hub.add("acme/tiny", real_files | {WEIGHTS: without_embedding(real_files[WEIGHTS])})
    result = models("pull", "acme/tiny")
    assert (result.returncode, result.stdout) == (1, "")
    last = result.stderr.splitlines()[-1]
    assert last.startswith("ternchat: tiny: Every file is right, but trying it failed: ")
    assert "Its results are all alike: the file is damaged." in last
    assert re.search(r"^tiny +unfit ", models().stdout, re.MULTILINE)
    assert "tested       unfit: it failed its test" in models("show", "tiny").stdout
    assert models("verify", "tiny").returncode == 0


def test_a_pull_that_was_killed_goes_on(models, hub, tmp_path, real_files):
    hub.at_bytes(WEIGHTS, Drop(1_000_000), Status(404))
    first = models("pull", "acme/tiny")
    assert first.returncode == 1
    assert first.stderr.splitlines()[-1].startswith("ternchat: tiny: ")
    assert "% here" in models().stdout
    assert models("pull", "tiny").returncode == 0
    assert hub.bodies(WEIGHTS)[-1].range == f"bytes=1000000-{len(real_files[WEIGHTS]) - 1}"


def test_a_damaged_model_is_found_and_repaired(models, tmp_path):
    models("pull", "acme/tiny")
    path = tmp_path / "data" / "models" / "tiny" / WEIGHTS
    good = path.read_bytes()
    path.write_bytes(b"!" + good[1:])
    result = models("verify")
    assert result.returncode == 1
    assert f"{WEIGHTS} in " in result.stderr
    assert models("verify", "--repair").returncode == 0
    assert path.read_bytes() == good


def test_show_tells_about_the_catalogue_the_installed_and_the_hub(models, real_files):
    catalogue = models("show", "2b4t").stdout
    assert "BitNet b1.58 2B4T" in catalogue
    assert "with 4,096 tokens of context" in catalogue
    found = json.loads(models("show", "acme/tiny", "--json").stdout)
    assert (found["runs"], found["installed"], found["licence"]) == ("yes", "no", "mit")
    (checksum,) = found["sha256"]
    assert checksum == f"{hashlib.sha256(real_files[WEIGHTS]).hexdigest()}  {WEIGHTS}"
    assert re.fullmatch(r"[\d.]+ [MGT]B free", found["disk after"])
    models("pull", "acme/tiny")
    shown = json.loads(models("show", "tiny", "--json").stdout)
    assert shown["installed"] == "yes"
    assert any(line.endswith(WEIGHTS) for line in shown["sha256"])


def test_show_says_how_fast_a_model_will_be_once_this_computer_was_measured(models, tmp_path):
    assert "speed" not in json.loads(models("show", "2b4t", "--json").stdout)
    speed = MachineSpeed("avx2", 2, 20e9, 15e9, 15e9, 2e11, 1e-5)
    speed_store.save(tmp_path / "data" / "cache", machine.cpu_name(), speed)
    shown = json.loads(models("show", "2b4t", "--json").stdout)
    assert re.fullmatch(r"about [\d.]+ tokens/s on this computer", shown["speed"])


def test_what_lies_in_the_shared_cache_is_listed_and_pulled_without_a_download(
    models, hub, tmp_path, real_files
):
    for name, config in (("acme/tiny", {}), ("acme/gpt", {"architectures": ["GPT2LMHeadModel"]})):
        changed = json.loads(real_files["config.json"]) | config
        hub.add(name, real_files | {"config.json": json.dumps(changed).encode()})
        huggingface_hub.snapshot_download(
            name, endpoint=hub.url, cache_dir=tmp_path / "hf", token=False
        )
    listed = models().stdout
    assert re.search(r"^acme/tiny +in the cache +\S+ MB +tiny$", listed, re.MULTILINE)
    assert "acme/gpt" not in listed
    hub.requests.clear()
    assert models("pull", "acme/tiny", "--offline").returncode == 0
    assert hub.requests == []
    assert re.search(r"^tiny +linked ", models().stdout, re.MULTILINE)
    assert "acme/tiny" not in models().stdout


def test_show_says_why_a_repository_cannot_be_used(models, hub, real_files):
    config = json.loads(real_files["config.json"]) | {"architectures": ["GPT2LMHeadModel"]}
    hub.add("acme/gpt", real_files | {"config.json": json.dumps(config).encode()})
    result = models("show", "acme/gpt")
    assert result.returncode == 0
    assert "runs         no: " in result.stdout
    assert "GPT2LMHeadModel" in result.stdout
    assert hub.bodies(WEIGHTS) == []


def test_a_folder_is_imported(models, built_in, tmp_path):
    source = shutil.copytree(built_in, tmp_path / "Mine")
    result = models("import", source)
    ready, tried = result.stdout.splitlines()
    assert ready == f"mine is ready: {source}"
    assert tried.startswith("Tried on this computer: It gives the ")
    assert "tested       answers on this computer" in models("show", "mine").stdout
    assert "linked" in models().stdout
    assert models("path", "mine").stdout == f"{source}\n"
    result = models("import", source, "--copy", "--name", "other")
    assert result.stdout.startswith(f"other is ready: {tmp_path}/data/models/other\nTried on")
    assert models("path").stdout == f"{tmp_path}/data/models\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("pull", "fledgling"), "comes with the program"),
        (("pull", "no/such"), "the hub knows no no/such (401)"),
        (("pull", "../etc"), "names no repository"),
        (("pull", "https://evil.example/a/b"), "is not a model hub that is set here"),
        (("pull", "acme/tiny", "--offline"), "connections are switched off"),
        (("show", "nowhere"), "names no repository"),
        (("verify", "nowhere"), "no model named 'nowhere' is installed"),
        (("remove", "fledgling"), "belongs to the program"),
        (("remove", "nowhere"), "no model named 'nowhere' is installed"),
        (("restore", "nowhere"), "no deleted model named 'nowhere'"),
        (("import", "/no/where"), "there is nothing at /no/where"),
        (("path", "nowhere"), "there is no model named 'nowhere'"),
    ],
)
def test_what_cannot_be_done_is_one_line_on_stderr_and_exit_1(models, arguments, words):
    result = models(*arguments)
    assert result.returncode == 1
    assert words.lower() in result.stderr.lower()
    assert result.stderr.splitlines()[-1].startswith("ternchat: ")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "arguments", [("frobnicate",), ("pull",), ("show",), ("import",), ("remove",), ("list", "x")]
)
def test_wrong_use_exits_with_2(models, arguments):
    assert models(*arguments).returncode == 2


def test_damaged_files_never_become_a_model(models, hub, tmp_path):
    hub.always("bytes", WEIGHTS, Corrupt(100))
    result = models("pull", "acme/tiny")
    assert result.returncode == 1
    assert "does not have the hash" in result.stderr
    assert not (tmp_path / "data" / "models" / "tiny").exists()


def command(hub, tmp_path, *arguments):
    data = ["--data-dir", str(tmp_path / "data"), "--endpoint", hub.url]
    return [sys.executable, "-m", "ternchat.app", "models", *arguments, *data]


def test_ctrl_c_stops_a_pull_with_everything_kept(models, hub, tmp_path, environment):
    hub.at_bytes(WEIGHTS, Slow(100_000, 0.05))
    child = subprocess.Popen(
        command(hub, tmp_path, "pull", "acme/tiny"), stderr=subprocess.PIPE, env=environment
    )
    with child:
        for line in child.stderr:
            if re.search(rb"downloading, [1-9]", line):
                child.send_signal(signal.SIGINT)
                break
        rest = child.stderr.read().decode()
    assert child.returncode == 130
    assert "`ternchat models pull tiny` goes on" in rest
    hub.requests.clear()
    assert models("pull", "tiny").returncode == 0
    assert int(hub.bodies(WEIGHTS)[0].range.split("=")[1].split("-")[0]) > 200_000


@pytest.mark.skipif(os.name == "nt", reason="needs a terminal of POSIX")
def test_a_terminal_gets_a_bar_that_is_drawn_over_itself(models, hub, tmp_path, environment):
    hub.at_bytes(WEIGHTS, Slow(400_000, 0.08))
    main, child_end = pty.openpty()
    child = subprocess.Popen(
        command(hub, tmp_path, "pull", "acme/tiny"),
        stderr=child_end,
        stdout=subprocess.PIPE,
        env={**environment, "COLUMNS": "100"},
    )
    os.close(child_end)
    drawn = b""
    with child, os.fdopen(main, "rb", buffering=0) as terminal:
        while True:
            try:
                piece = terminal.read(4096)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            drawn += piece
    text = drawn.decode()
    assert child.returncode == 0
    assert "█" in text
    assert "MB/s" in text
    assert " left" in text
    assert text.endswith("\r\x1b[K")


def test_files_of_noise_are_no_model_but_are_what_the_hub_has(models, hub, tmp_path):
    # The engine is not asked to load it: the record and the checksums are what counts here.
    hub.add("acme/noise", make_files())
    result = models("pull", "acme/noise")
    assert result.returncode == 1
    assert "chat template" in result.stderr

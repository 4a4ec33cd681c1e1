"""Access tokens at the terminal: asked for without echo, read, never an argument or an output."""

import os
import pty
import subprocess
import sys

import pytest
from download_help import WEIGHTS

SECRET = "hf_" + "s3cret" * 5


@pytest.fixture
def models(ternchat, hub, tmp_path, fledgling_copy):
    """Runs `ternchat models` against a hub on which acme/gated wants a token."""
    files = {path.name: path.read_bytes() for path in fledgling_copy.iterdir()}
    hub.add("acme/gated", files, gated=True, token=SECRET)

    def run(*arguments, **more):
        data = ("--data-dir", tmp_path / "data", "--endpoint", hub.url)
        done = ternchat("models", *arguments, *data, HF_HUB_CACHE=str(tmp_path / "hf"), **more)
        assert SECRET not in done.stdout + done.stderr
        return done

    return run


def test_without_a_token_it_is_said_what_is_missing(models, hub):
    done = models("pull", "acme/gated", HF_TOKEN=SECRET)
    assert done.returncode == 1
    assert "accepted its terms" in done.stderr
    assert "--token asks for one" in done.stderr
    assert all("authorization" not in asked.headers for asked in hub.requests)


def test_a_token_is_read_from_a_file_from_standard_input_or_from_a_named_variable(models, tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{SECRET}\n")
    ways = (
        {"arguments": ("--token-file", file)},
        {"arguments": ("--token-file", "-"), "stdin": f"{SECRET}\n"},
        {"arguments": ("--token-env", "MY_TOKEN"), "MY_TOKEN": SECRET},
    )
    for way in ways:
        done = models("pull", "acme/gated", *way.pop("arguments"), **way)
        assert done.returncode == 0, done.stderr
        models("remove", "--now", "gated")


def test_a_gated_repository_is_looked_at_and_a_damaged_model_repaired_with_it(models, tmp_path):
    token = ("--token-env", "MY_TOKEN")
    shown = models("show", "acme/gated", *token, MY_TOKEN=SECRET)
    assert "terms        must be accepted first" in shown.stdout
    models("pull", "acme/gated", *token, MY_TOKEN=SECRET)
    path = tmp_path / "data" / "models" / "gated" / WEIGHTS
    good = path.read_bytes()
    path.write_bytes(b"!" + good[1:])
    done = models("verify", "gated", "--repair", *token, MY_TOKEN=SECRET)
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == good


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--token-file", "-"), "no access token was given"),
        (("--token-file", "/no/file"), "No such file"),
        (("--token-env", "NOT_THERE"), "the environment has no variable NOT_THERE"),
        (("--token",), "there is no terminal to ask at"),
    ],
)
def test_a_token_that_is_not_there_is_said_in_one_line(models, arguments, words):
    done = models("pull", "acme/gated", *arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_token_is_for_one_model_and_comes_from_one_place(models):
    several = models("pull", "acme/gated", "acme/other", "--token")
    assert several.returncode == 2
    assert "an access token is for one model" in several.stderr
    assert models("verify", "--repair", "--token").returncode == 2
    twice = models("pull", "acme/gated", "--token", "--token-file", "-")
    assert twice.returncode == 2


def test_a_terminal_is_asked_and_shows_nothing_of_the_answer(models, hub, tmp_path, environment):
    main, side = pty.openpty()
    command = [sys.executable, "-m", "ternchat.app", "models", "pull", "acme/gated", "--token"]
    child = subprocess.Popen(
        [*command, "--data-dir", str(tmp_path / "data"), "--endpoint", hub.url],
        **dict.fromkeys(("stdin", "stdout", "stderr"), side),
        env=environment,
        start_new_session=True,
    )
    os.close(side)
    said, answered = b"", False
    with child, os.fdopen(main, "r+b", buffering=0) as terminal:
        while True:
            try:
                piece = terminal.read(4096)
            except OSError:  # the other end is closed
                break
            said += piece
            if b"(it is not shown): " in said and not answered:
                answered = True
                terminal.write(SECRET.encode() + b"\n")
    assert child.returncode == 0, said.decode()
    assert answered
    assert SECRET.encode() not in said
    assert b"Access token for acme/gated" in said

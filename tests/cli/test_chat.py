"""`ternchat chat` as a program: pipes, exit codes, errors, interruption."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from ternchat.engine import backend

from .conftest import PROGRAM

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals and terminals")


def is_one_line(text):
    """Whether the text is a single sentence for a person."""
    return text.count("\n") == 1 and text.startswith("ternchat: ") and "Traceback" not in text


def test_a_pipe_is_answered_once(ternchat):
    result = ternchat("chat", "--seed", "1", stdin="What is your name?\nAnd what can you do?")
    assert result.returncode == 0
    assert result.stdout.strip()
    assert result.stdout == result.stdout.lstrip()
    assert result.stdout.endswith("\n")
    assert result.stderr == ""


@pytest.mark.parametrize("stdin", ["", " \n\t\n", "\ufeff"])
def test_an_empty_pipe_is_a_wrong_use(ternchat, stdin):
    result = ternchat("chat", stdin=stdin)
    assert result.returncode == 2
    assert is_one_line(result.stderr)


def test_bytes_that_are_no_text_are_still_a_message(ternchat):
    result = ternchat("chat", "--max-tokens", "3", stdin=b"Hello \xff\xfe\x00\x1b[31m")
    assert result.returncode == 0
    assert result.stderr == ""


def test_the_same_seed_gives_the_same_answer(ternchat):
    answers = [
        ternchat("chat", "--seed", seed, "--temperature", "1", stdin="Tell me a story.").stdout
        for seed in ("5", "5", "6")
    ]
    assert answers[0] == answers[1] != answers[2]


def test_a_stop_text_ends_the_answer_before_it(ternchat):
    whole = ternchat("chat", "--temperature", "0", stdin="What is your name?").stdout
    word = whole.split()[2]
    cut = ternchat("chat", "--temperature", "0", "--stop", word, stdin="What is your name?").stdout
    assert word not in cut
    assert whole.startswith(cut.rstrip())


def test_a_system_message_changes_the_answer(ternchat):
    plain = ternchat("chat", "--temperature", "0", stdin="Hello").stdout
    told = ternchat(
        "chat", "--temperature", "0", "--system", "You are a poet.", stdin="Hello"
    ).stdout
    assert plain != told


def test_output_that_cannot_be_shown_does_not_end_the_answer(ternchat, endless_model):
    result = ternchat(
        *("chat", "--model", endless_model, "--seed", "1", "--max-tokens", "200"),
        stdin="x",
        PYTHONIOENCODING="ascii",
        PYTHONUTF8="0",
    )
    assert result.returncode == 0
    assert result.stderr == ""


@pytest.mark.parametrize("name", ["nowhere", "/no/such/folder", "2b4t"])
def test_a_model_that_is_not_there_is_named(ternchat, name):
    result = ternchat("chat", "--model", name, stdin="x")
    assert result.returncode == 1
    assert is_one_line(result.stderr)
    assert name in result.stderr


def test_an_empty_folder_is_no_model(ternchat, tmp_path):
    (tmp_path / "empty").mkdir()
    result = ternchat("chat", "--model", tmp_path / "empty", stdin="x")
    assert result.returncode == 1
    assert is_one_line(result.stderr)
    assert "config.json" in result.stderr


def test_a_gguf_file_is_not_supported_yet(ternchat, tmp_path):
    (tmp_path / "model.gguf").write_bytes(b"GGUF" + bytes(100))
    result = ternchat("chat", "--model", tmp_path / "model.gguf", stdin="x")
    assert result.returncode == 1
    assert is_one_line(result.stderr)


def test_a_truncated_file_is_named(ternchat, fledgling_copy):
    weights = fledgling_copy / "model.safetensors"
    os.truncate(weights, weights.stat().st_size // 2)
    result = ternchat("chat", "--model", fledgling_copy, stdin="x")
    assert result.returncode == 1
    assert is_one_line(result.stderr)
    assert "model.safetensors" in result.stderr


def test_an_unknown_architecture_is_named_with_what_is_supported(ternchat, fledgling_copy):
    config = json.loads((fledgling_copy / "config.json").read_text())
    config["architectures"] = ["Gpt5\x1b[31mForCausalLM"]
    (fledgling_copy / "config.json").write_text(json.dumps(config))
    result = ternchat("chat", "--model", fledgling_copy, stdin="x")
    assert result.returncode == 1
    assert is_one_line(result.stderr)
    assert "BitNetForCausalLM" in result.stderr
    assert "\x1b" not in result.stderr


def test_a_message_that_does_not_fit_is_an_error(ternchat):
    result = ternchat("chat", stdin="word " * 1000)
    assert result.returncode == 1
    assert is_one_line(result.stderr)
    assert "context" in result.stderr


def test_a_context_longer_than_the_models_is_an_error(ternchat):
    result = ternchat("chat", "--context", "100000", stdin="x")
    assert result.returncode == 1
    assert is_one_line(result.stderr)


def test_a_kernel_set_the_processor_lacks_is_refused(ternchat):
    lacking = [
        name for name in backend.KERNEL_SETS if name not in backend.describe()["kernel_sets"]
    ]
    result = ternchat("chat", "--isa", lacking[0], stdin="x")
    assert result.returncode == 1
    assert is_one_line(result.stderr)
    assert lacking[0] in result.stderr


def test_wrong_arguments_are_a_wrong_use(ternchat):
    result = ternchat("chat", "--temperature", "hot", stdin="x")
    assert result.returncode == 2
    assert "hot" in result.stderr
    assert "Traceback" not in result.stderr


@posix
def test_a_reader_that_goes_away_is_no_error(environment, endless_model):
    child = start(environment, "chat", "--model", endless_model, "--seed", "1")
    child.stdin.write(b"Hello")
    child.stdin.close()
    child.stdout.read(1)
    child.stdout.close()
    assert child.wait(timeout=60) == 141
    assert child.stderr.read() == b""
    child.stderr.close()


@posix
def test_ctrl_c_stops_a_pipe_s_answer(environment, endless_model):
    child = start(environment, "chat", "--model", endless_model, "--seed", "1")
    child.stdin.write(b"Hello")
    child.stdin.close()
    child.stdout.read(1)
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=10) == 130
    assert child.stderr.read() == b""
    child.stdout.close()
    child.stderr.close()


def start(environment: dict[str, str], *arguments: str | Path) -> subprocess.Popen[bytes]:
    """The program, running, with pipes on all sides."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*PROGRAM, *map(str, arguments)], stdin=pipe, stdout=pipe, stderr=pipe, env=environment
    )

"""What the command line accepts and refuses."""

from pathlib import Path

import pytest

from ternchat.app.cli import arguments
from ternchat.app.core import random_shapes


def test_no_arguments_mean_the_window_with_defaults():
    assert arguments.parse([]) == arguments.Options()


@pytest.mark.parametrize(
    "argv",
    [
        ["--data-dir", "d", "--model", "m", "--offline", "--endpoint", "https://h.example", "chat"],
        ["chat", "--data-dir", "d", "--model", "m", "--offline", "--endpoint", "https://h.example"],
        ["--data-dir", "d", "--offline", "chat", "--model", "m", "--endpoint", "https://h.example"],
    ],
)
def test_common_options_count_before_and_after_the_command(argv):
    options = arguments.parse(argv)
    assert options.data_dir == Path("d")
    assert options.model == "m"
    assert options.offline
    assert options.endpoint == "https://h.example"


@pytest.mark.parametrize("command", [[], ["chat"], ["bench"], ["doctor"]])
def test_every_entry_point_takes_the_common_options(command):
    argv = [*command, "--data-dir", "d", "--model", "m", "--offline", "--endpoint", "https://h"]
    argv += ["--proxy", "none"]
    assert arguments.parse(argv).model == "m"


def test_sampling_options_reach_the_chat():
    argv = [
        "chat",
        "--temperature",
        "0",
        "--top-k",
        "0",
        "--seed",
        "7",
        "--stop",
        "a",
        "--stop",
        "b",
    ]
    chat = arguments.parse(argv).chat
    assert (chat.temperature, chat.top_k, chat.seed, chat.stop) == (0.0, 0, 7, ("a", "b"))


@pytest.mark.parametrize(
    "argv",
    [
        ["frobnicate"],
        ["--frobnicate"],
        ["chat", "--temp", "1"],
        ["chat", "--temperature", "nan"],
        ["chat", "--temperature", "-1"],
        ["chat", "--top-p", "0"],
        ["chat", "--top-p", "1.5"],
        ["chat", "--top-k", "-1"],
        ["chat", "--seed", "x"],
        ["chat", "--max-tokens", "0"],
        ["chat", "--stop", ""],
        ["--threads", "0"],
        ["--threads", "1.5"],
        ["--isa", "sse9"],
        ["--model", ""],
        ["--data-dir", ""],
        ["--endpoint", "ftp://h"],
        ["--endpoint", "huggingface.co"],
        ["bench", "--random", "gpt5"],
        ["bench", "--random", "2b4t", "--model", "fledgling"],
        ["bench", "--new-tokens", "1"],
        ["doctor", "--json"],
    ],
)
def test_wrong_arguments_exit_with_2_and_no_traceback(argv, capsys):
    with pytest.raises(SystemExit) as exit_info:
        arguments.parse(argv)
    assert exit_info.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_version_is_printed(capsys):
    with pytest.raises(SystemExit) as exit_info:
        arguments.parse(["--version"])
    assert exit_info.value.code == 0
    assert capsys.readouterr().out.startswith("ternchat 0.")


def test_every_named_shape_can_be_asked_for():
    assert set(arguments.RANDOM_SHAPES) == set(random_shapes.NAMED_SHAPES)

"""Starts the robot: Debian's Python in a session bus of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path

import pytest

from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import bitnet_config

ROBOT = Path(__file__).parent / "robot.py"
PYTHON = "/usr/bin/python3"  # the one pyatspi is installed for
TOOLS = ("Xvfb", "dbus-run-session", "xdotool", "import")
TIMEOUT_SECONDS = 150


def missing():
    """What the robot needs and does not find here."""
    lacking = [tool for tool in TOOLS if shutil.which(tool) is None]
    if not Path(PYTHON).exists():
        return [*lacking, PYTHON]
    probe = subprocess.run(
        [PYTHON, "-c", "import gi.repository.Atspi, pyatspi"], capture_output=True, check=False
    )
    return lacking if probe.returncode == 0 else [*lacking, "pyatspi"]


@pytest.fixture(scope="session")
def robot_is_possible():
    lacking = missing()
    if lacking and os.environ.get("CI") == "true":
        pytest.fail(f"the end-to-end tests need {', '.join(lacking)}")
    if lacking:
        pytest.skip(f"needs {', '.join(lacking)}")


@pytest.fixture(scope="session")
def slow_model(tmp_path_factory):
    """A model of random weights that is in no hurry and does not know when to end."""
    folder = tmp_path_factory.mktemp("models") / "slow"
    config = bitnet_config(
        hidden_size=1024,
        intermediate_size=2816,
        layers=12,
        heads=8,
        kv_heads=2,
        vocab_size=4096,
        bos_token_id=0,
        eos_token_id=1,
        tie_word_embeddings=False,  # tied, random weights repeat one word
    )
    write_checkpoint(folder, config)
    built_in = resources.files("ternchat.resources") / "fledgling"
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((built_in / name).read_bytes())
    return folder


@pytest.fixture
def play(robot_is_possible, tmp_path):
    """Play a scenario of robot.py with the program and a fresh data folder."""

    def play(name, *args):
        program = [sys.executable, "-m", "ternchat.app", "--data-dir", str(tmp_path / "data")]
        # The accessibility bus has its socket in there, named after the screen: that of an earlier
        # robot with the same number would take ours along when it ends.
        with tempfile.TemporaryDirectory(prefix="run-") as runtime:
            done = subprocess.run(
                ["dbus-run-session", "--", PYTHON, str(ROBOT), name, json.dumps(program), *args],
                env={**os.environ, "XDG_RUNTIME_DIR": runtime},
                capture_output=True,
                text=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stderr

    return play

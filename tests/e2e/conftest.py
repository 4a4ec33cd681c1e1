"""Starts the robot: Debian's Python in a session bus of its own, one for each file of tests."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import resources
from pathlib import Path

import pytest
from needed import need

from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import bitnet_config

ROBOT = Path(__file__).parent / "robot.py"
PYTHON = "/usr/bin/python3"  # the one pyatspi is installed for
TOOLS = ("Xvfb", "dbus-run-session", "xdotool", "xclip", "import")
# What would make the program look and behave like this machine's desktop.
DESKTOPS_OWN = ("QT_", "XDG_", "DESKTOP_SESSION", "KDE_", "GNOME_", "GTK_", "WAYLAND_", "TERNCHAT_")


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
    need(not lacking, ", ".join(lacking))


class Robot:
    """Plays scenarios on a desktop of its own."""

    def __init__(self, process, folder):
        self._process, self._folder = process, folder

    @property
    def home(self):
        """The home folder of whoever sits there."""
        return self._folder / "home"

    def play(self, scenario, data, args=(), options=(), fresh=True):
        """Let a scenario be played, with the program on that data folder."""
        command = [sys.executable, "-m", "ternchat.app", "--data-dir", str(data)]
        request = {
            **{"scenario": scenario, "command": command, "options": options, "args": args},
            **{"log": str(self._folder / "program.log"), "pictures": str(self._folder)},
            "fresh": fresh,
        }
        print(json.dumps(request), file=self._process.stdin, flush=True)
        error = self._answer()["error"]
        if error:
            pytest.fail(f"{error}\nThe program said:\n{self._log('program.log')}", pytrace=False)

    def begin(self):
        """Wait for the desktop."""
        assert self._answer()["ready"]

    def leave(self):
        """End the program and the desktop; both have to leave quietly."""
        self._process.stdin.close()
        assert self._process.wait(30) == 0, self._log("robot.log")

    def _answer(self):
        for line in self._process.stdout:
            if line.startswith("{"):  # the accessibility bus talks, too
                return json.loads(line)
        pytest.fail(self._log("robot.log"), pytrace=False)

    def _log(self, name):
        log = self._folder / name
        return log.read_text(errors="replace")[-4000:] if log.exists() else ""


@contextmanager
def robot_on_a_desktop(folder, *options) -> Iterator[Robot]:
    # The accessibility bus has its socket in there, named after the screen: that of an earlier
    # robot with the same number would take ours along when it ends.
    with (
        tempfile.TemporaryDirectory(prefix="run-") as runtime,
        (folder / "robot.log").open("ab") as log,
    ):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(DESKTOPS_OWN)}
        home = folder / "home"
        home.mkdir()
        process = subprocess.Popen(
            ["dbus-run-session", "--", PYTHON, str(ROBOT), *options],
            env={**kept, "XDG_RUNTIME_DIR": runtime, "HOME": str(home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            robot = Robot(process, folder)
            robot.begin()
            yield robot
            robot.leave()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(10)
            process.stdin.close()
            process.stdout.close()


@pytest.fixture(scope="module")
def robot(robot_is_possible, tmp_path_factory):
    """The robot of this file of tests; its program leaves with the last of them."""
    with robot_on_a_desktop(tmp_path_factory.mktemp("robot")) as robot:
        yield robot


@pytest.fixture
def another_robot(robot_is_possible, tmp_path_factory):
    """A robot for this test alone, on a desktop that nothing has happened to."""
    with robot_on_a_desktop(tmp_path_factory.mktemp("robot")) as robot:
        yield robot


@pytest.fixture(scope="module")
def robot_with_windows(robot_is_possible, tmp_path_factory):
    """A robot on a desktop with a window manager, where windows are moved, hidden and covered."""
    need(shutil.which("jwm"), "jwm")
    folder = tmp_path_factory.mktemp("robot")
    with robot_on_a_desktop(folder, "--window-manager") as robot:
        yield robot


@pytest.fixture
def play(robot, tmp_path):
    """Play a scenario that starts the program by itself, on a fresh data folder."""

    def play(scenario, *args):
        robot.play(scenario, tmp_path / "data", args)

    return play


@pytest.fixture(scope="module")
def share(robot):
    """Play scenarios that find the program running, in the state the one before has left."""
    return partial(robot.play, fresh=False)


END_TOKENS = (1, 2)  # <|end_of_text|> and <|eot_id|> in Fledgling's vocabulary


@pytest.fixture(scope="session")
def slow_model(tmp_path_factory):
    """A model of random weights that is in no hurry and does not know when to end."""
    folder = tmp_path_factory.mktemp("models") / "slow"
    config = bitnet_config(
        hidden_size=768,
        intermediate_size=2048,
        layers=8,
        heads=6,
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
    make_unlikely(folder / "model.safetensors", END_TOKENS)
    return folder


def make_unlikely(weights, tokens):
    """Take the tokens' rows of the head away: they are never among the likeliest."""
    data = bytearray(weights.read_bytes())
    begin = 8 + int.from_bytes(data[:8], "little")
    head = json.loads(data[8:begin])["lm_head.weight"]
    first, last = head["data_offsets"]
    row = (last - first) // head["shape"][0]
    for token in tokens:
        at = begin + first + token * row
        data[at : at + row] = bytes(row)
    weights.write_bytes(data)

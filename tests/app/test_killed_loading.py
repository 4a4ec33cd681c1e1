"""A model that takes the program down while it is loaded, from start to start."""

import json
import shutil
import signal
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

FLEDGLING = Path(str(resources.files("ternchat.resources") / "fledgling"))

# The program as it is, but for an engine that dies where it reports the first bytes of a model
# named "bird"; as long as it is told to.
PROGRAM = """
import json, os, signal, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from ternchat import engine
from ternchat.app.cli import arguments
from ternchat.app.context import AppContext
from ternchat.app.core.paths import DataPaths

real_load = engine.load

def deadly_load(path, *, progress, **options):
    def fatal(done, total):
        os.kill(os.getpid(), signal.SIGKILL)
    return real_load(path, progress=fatal if path.name == "bird" else progress, **options)

mode, root = sys.argv[1:]
if mode == "deadly":
    engine.load = deadly_load
paths = DataPaths.from_option(root)
paths.create()
app = QApplication([])
context = AppContext.build(app, paths, arguments.parse(["--data-dir", root]))
strip = context.window.page.errors
told = {}

def look():
    told["told"] = [strip.title.text(), strip.text.text(), strip.advice.text()]
    told["way on"] = strip.models.isVisible()
    strip.models.click()
    told["models are shown"] = context.window.models.isVisible()

def send():
    if strip.isVisible():
        look()
    context.controller.send("Hello")
    quiet.start(20)

def end():
    if context.controller.quiet:
        told["answered by"] = context.controller.model_in_use
        app.quit()

quiet = QTimer()
quiet.timeout.connect(end)
context.manager.overview_changed.connect(send)
context.window.show()
app.exec()
assert context.close()
print(json.dumps(told))
"""


def run(root, mode):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, mode, str(root)],
        env={"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin", "HOME": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def root(tmp_path):
    """A data folder with a model of its own, which was used last."""
    from ternchat.app.core.model_store import ModelStore
    from ternchat.app.core.paths import DataPaths

    paths = DataPaths.from_option(tmp_path)
    shutil.copytree(FLEDGLING, paths.models / "bird")
    ModelStore(paths).mark_used("bird")
    return tmp_path


def test_after_two_deaths_in_loading_another_model_answers_and_the_window_says_why(root):
    for _ in range(2):
        done = run(root, "deadly")
        assert done.returncode == -signal.SIGKILL, done.stderr
    done = run(root, "deadly")  # it would die again, if it tried
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["told"] == [
        "bird will not be loaded by itself",
        "Loading it ended the program twice in a row.",
        "Fledgling answers. To try it again, choose it on the models page.",
    ]
    assert told["way on"]
    assert told["models are shown"]
    assert told["answered by"] == "fledgling"


def test_one_death_is_no_pattern(root):
    assert run(root, "deadly").returncode == -signal.SIGKILL
    done = run(root, "healthy")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"answered by": "bird"}
    assert run(root, "deadly").returncode == -signal.SIGKILL
    done = run(root, "healthy")  # in a row: the count began anew
    assert json.loads(done.stdout) == {"answered by": "bird"}

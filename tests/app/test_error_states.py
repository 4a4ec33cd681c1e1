"""Each thing that can go wrong, brought about for real, as a person gets to see it.

Every case ends in a title, what happened, what to do, and details to copy. A lost GPU is not among
them: nothing here computes on one yet.
"""

import os
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from hub.faults import Corrupt, Status
from hub.proxy import Proxy as RunningProxy

from ternchat import engine
from ternchat.app.core.database.opening import open_chats
from ternchat.app.core.hub import Hub
from ternchat.app.core.hub_address import HubOptions
from ternchat.app.core.model_card import ModelCard
from ternchat.app.core.model_import import import_model
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.model_surroundings import Surroundings
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.problem import Problem
from ternchat.app.core.progress import State
from ternchat.app.core.proxy import Proxy
from ternchat.app.views.error_strip import ErrorStrip
from ternchat.app.views.main_window import MainWindow
from ternchat.app.views.model_card_view import ModelCardView
from ternchat.engine import backend
from ternchat.engine.errors import UnsupportedModelError

FLEDGLING = Path(str(resources.files("ternchat.resources") / "fledgling"))
WEIGHTS = "model.safetensors"


def closed_port(scene):
    scene.client = Hub(HubOptions("http://127.0.0.1:1"))
    return scene.run()


def behind_a_proxy(scene):
    with RunningProxy(password="sesame") as proxy:
        scene.client = Hub(HubOptions(scene.hub.url, proxy=Proxy.of(f"http://{proxy.address}")))
        return scene.run()


def with_api_answering(*status):
    def run(scene):
        scene.hub.always("api", "", Status(*status))
        return scene.run()

    return run


def with_corrupt_bytes(scene):
    scene.hub.always("bytes", WEIGHTS, Corrupt(5000))
    return scene.run()


DOWNLOADS = {
    "no disk": (lambda scene: scene.run(free_bytes=lambda _folder: 100_000), "no_disk"),
    "bad hash": (with_corrupt_bytes, "bad_hash"),
    "no network": (closed_port, "no_network"),
    "proxy auth": (behind_a_proxy, "proxy_auth"),
    "HF 401": (with_api_answering(401, {"X-Error-Code": "GatedRepo"}), "gated"),
    "HF 404": (with_api_answering(404, {"X-Error-Code": "RepoNotFound"}), "model_gone"),
    "HF 429": (with_api_answering(429), "rate_limited"),
}


def not_enough_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(backend, "available_memory", lambda: 1_000_000)
    engine.load(FLEDGLING)


def unsupported_cpu(tmp_path, monkeypatch):
    able = backend.describe()["kernel_sets"]
    engine.load(FLEDGLING, isa=next(name for name in backend.KERNEL_SETS if name not in able))


def model_file_gone(tmp_path, monkeypatch):
    folder = Path(shutil.copytree(FLEDGLING, tmp_path / "model"))
    (folder / WEIGHTS).unlink()
    engine.load(folder)


def damaged_model_file(tmp_path, monkeypatch):
    folder = Path(shutil.copytree(FLEDGLING, tmp_path / "model"))
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-100])
    engine.load(folder)


def gguf(tmp_path, monkeypatch):
    (tmp_path / "m.gguf").write_bytes(b"GGUF" + bytes(100))
    engine.load(tmp_path / "m.gguf")


def no_extension(tmp_path, monkeypatch):
    raise ImportError("ternchat.ext._kernels: cannot open shared object file")


ENGINE = {
    "no RAM": (not_enough_memory, "no_memory", "GB of memory"),
    "unsupported CPU": (unsupported_cpu, "processor", "cannot run the kernel set"),
    "model file gone": (model_file_gone, "model_file", WEIGHTS),
    "model file damaged": (damaged_model_file, "model_file", WEIGHTS),
    "a format that cannot be read": (gguf, "unsupported", "GGUF"),
    "engine missing": (no_extension, "installation", "_kernels"),
}


@pytest.fixture
def copied(qapp):
    """What a press of Copy details puts on the clipboard."""

    def press(button):
        qapp.clipboard().clear()
        button.click()
        return qapp.clipboard().text()

    return press


def assert_said(title, text, advice, code, report):
    """Three different sentences, and everything again in the details."""
    words = [label.text() for label in (title, text, advice)]
    assert all(label.isVisible() for label in (title, text, advice))
    assert len(set(words)) == 3
    assert all(word.strip() for word in words)
    assert not words[0].endswith(".")
    assert all(word.endswith((".", "!", "?", "…")) for word in words[1:])
    assert "Traceback" not in "".join(words)
    assert all(word in report for word in words[::2])
    assert f"[{code}]" in report


@pytest.mark.parametrize("case", DOWNLOADS)
def test_a_failed_download_says_on_its_card_what_happened_and_what_to_do(
    scene, theme, qtbot, copied, case
):
    run, code = DOWNLOADS[case]
    last = run(scene)[-1]
    assert last.state is State.FAILED
    view = ModelCardView(theme, ModelCard("tiny", "Tiny", repository="acme/tiny"))
    qtbot.addWidget(view)
    view.show()
    view.show_card(view.card.with_progress(last), Surroundings(hub=scene.hub.url))
    note = view.problem
    assert note.isVisible()
    assert last.problem.code == code
    assert_said(note.title, note.text, note.advice, code, copied(note.copy))


@pytest.fixture
def strip(theme, qtbot):
    strip = ErrorStrip(theme)
    qtbot.addWidget(strip)
    return strip


def shown(strip, problem, copied):
    strip.show_problem(problem)
    strip.details_button.click()
    assert strip.details.toPlainText().startswith(f"[{problem.code}]")
    assert_said(strip.title, strip.text, strip.advice, problem.code, copied(strip.copy))


@pytest.mark.parametrize("case", ENGINE)
def test_what_the_engine_refuses_is_said_in_the_strip(strip, tmp_path, monkeypatch, copied, case):
    work, code, words = ENGINE[case]
    with pytest.raises(Exception, match=words) as caught:
        work(tmp_path, monkeypatch)
    problem = Problem.of(caught.value)
    assert problem.code == code
    shown(strip, problem, copied)
    assert strip.models.isVisible() is (code not in ("processor", "installation"))


GGUF_ANSWER = (
    "is in GGUF format, which this version cannot read yet; look for the same model as a folder"
    " with config.json, model.safetensors and tokenizer.json"
)


@pytest.fixture
def gguf_file(tmp_path):
    path = tmp_path / "downloads" / "ggml-model-i2_s.gguf"
    path.parent.mkdir()
    path.write_bytes(b"GGUF\3\0\0\0" + bytes(100))
    return path


def import_by_dialog(window, path):
    window.models.ask_import(str(path))


def import_by_drop(window, path):
    window.drop.dropped.emit([str(path)])


@pytest.mark.parametrize("way", [import_by_dialog, import_by_drop])
@pytest.mark.parametrize("place", ["the file", "its folder"])
def test_a_gguf_file_gets_the_same_answer_by_dialog_and_drop(
    theme, controller, runner, conversation, chats, status, qtbot, gguf_file, tmp_path, way, place
):
    window = MainWindow(theme, controller, conversation, chats, status)
    qtbot.addWidget(window)
    window.show()
    store = ModelStore(DataPaths.from_option(tmp_path / "data"))
    answers = []

    def import_from(path, copy):
        answers.append(list(import_model(store, Path(path), copy=copy))[-1].problem)

    window.models.import_requested.connect(import_from)
    if way is import_by_dialog or place == "its folder":
        window.body.toggle_models()  # there a dropped folder is meant as a model
    way(window, gguf_file if place == "the file" else gguf_file.parent)
    if place == "its folder":
        window.models.question.link.click()
    (problem,) = answers
    assert window.models.isVisible()
    assert not window.models.question.isVisible()
    expected = Problem.of(UnsupportedModelError(f"{gguf_file.name} {GGUF_ANSWER}"))
    assert problem.text == expected.text
    assert (problem.title, problem.advice) == (expected.title, expected.advice)


@pytest.mark.parametrize("place", ["file", "folder"])
def test_a_gguf_file_gets_the_same_answer_from_the_engine(gguf_file, place):
    with pytest.raises(UnsupportedModelError) as caught:
        engine.load(gguf_file if place == "file" else gguf_file.parent)
    assert str(caught.value) == f"{gguf_file.name} {GGUF_ANSWER}"


@pytest.mark.parametrize("words", [("models", "import"), ("chat", "--model"), ("bench", "--model")])
def test_a_gguf_file_gets_the_same_answer_from_every_command(gguf_file, tmp_path, words):
    done = subprocess.run(
        [sys.executable, "-m", "ternchat.app", *words, str(gguf_file)],
        env=os.environ | {"TERNCHAT_DATA_DIR": str(tmp_path), "HOME": str(tmp_path)},
        input="Hello",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert f"{gguf_file.name} {GGUF_ANSWER}" in done.stderr


def test_an_engine_that_breaks_off_is_said_below_the_answer_that_failed(
    strip, controller, heard, idle, copied
):
    controller.send("fail")
    idle()
    problem = heard.problems[-1]
    assert problem.code == "unexpected"
    assert problem.text == "It was to fail."
    shown(strip, problem, copied)


def test_a_damaged_database_is_rescued_and_that_is_said(strip, tmp_path, copied):
    path = tmp_path / "chats.db"
    opened = open_chats(path)
    chat = opened.store.create_chat("Rain")
    opened.close()
    content = bytearray(path.read_bytes())
    content[4096:8192] = bytes(4096)
    path.write_bytes(content)
    opened = open_chats(path)
    problem = opened.outcome.problem
    opened.close()
    assert chat.title
    assert problem is not None
    strip.show_problem(problem)
    assert [bool(label.text()) for label in (strip.title, strip.text, strip.advice)] == [True] * 3
    strip.details_button.click()
    assert problem.title in copied(strip.copy)

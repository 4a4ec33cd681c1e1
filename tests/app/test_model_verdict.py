"""Whether a model can be run is judged by its template too, and nothing of that stays behind."""

import json
import shutil
from importlib import resources
from pathlib import Path

import psutil
import pytest

from ternchat.app.workers.model_verdict import full_verdict

ENDS_SECONDS = 30
STRANGE = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"


@pytest.fixture
def folder(tmp_path):
    source = str(resources.files("ternchat.resources") / "fledgling")
    return Path(shutil.copytree(source, tmp_path / "copy"))


def with_template(folder, text):
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"chat_template": text}))
    return folder


def test_a_template_in_a_sandbox_leaves_no_process_behind(folder):
    before = set(psutil.Process().children())
    assert full_verdict(with_template(folder, STRANGE)).runs
    left = set(psutil.Process().children()) - before
    _, alive = psutil.wait_procs(left, ENDS_SECONDS)  # it is killed, and its end not waited for
    assert not alive


def test_a_template_that_cannot_be_used_is_the_reason(folder):
    verdict = full_verdict(with_template(folder, "{% for"))
    assert not verdict.runs
    assert "chat template" in verdict.reason
    assert str(folder) not in verdict.reason

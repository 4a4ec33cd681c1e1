"""Sixteen tokens that show whether a model works on this computer."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from ternchat import engine
from ternchat.app.core.random_checkpoint import write_checkpoint
from ternchat.app.core.random_shapes import bitnet_config
from ternchat.engine import backend, self_test, self_test_report
from ternchat.engine.self_test import check
from ternchat.engine.self_test_report import Kind, Report, run_self_test

FLEDGLING = Path(__file__).parents[2] / "resources" / "fledgling"
SETS = backend.describe()["kernel_sets"]


@pytest.fixture
def fledgling(tmp_path):
    """A copy of Fledgling that a test may damage."""
    return Path(shutil.copytree(FLEDGLING, tmp_path / "fledgling"))


@pytest.fixture
def stranger(tmp_path):
    """A model that nobody has stored a reference of."""
    config = bitnet_config(
        hidden_size=64, intermediate_size=96, layers=2, heads=4, kv_heads=2, vocab_size=4096
    )
    folder = write_checkpoint(tmp_path / "stranger", config)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(FLEDGLING / name, folder / name)
    return folder


# ---- With a reference ------------------------------------------------------------------------


@pytest.mark.parametrize("isa", SETS)
def test_fledgling_gives_its_reference_with_every_kernel_set(isa):
    report = check(FLEDGLING, isa, 1)
    assert report == Report(
        True, "It gives the 16 tokens that it is known to give.", Kind.REFERENCE, isa
    )


@pytest.mark.filterwarnings("ignore")  # transformers' and torch's own
def test_fledglings_reference_is_what_transformers_says():
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    reference = json.loads((FLEDGLING / "self_test.json").read_text())
    ids = torch.tensor([reference["prompt_ids"]])
    with torch.no_grad(), torch.compiler.set_stance("force_eager"):
        model = transformers.AutoModelForCausalLM.from_pretrained(FLEDGLING, dtype=torch.float32)
        torch.nn.Module.float(model.eval())
        for _ in range(16):
            token = model(ids).logits[0, -1].argmax()
            ids = torch.cat([ids, token.reshape(1, 1)], -1)
    assert ids[0, len(reference["prompt_ids"]) :].tolist() == reference["token_ids"]


def test_another_token_than_the_references_is_named(fledgling):
    path = fledgling / "self_test.json"
    reference = json.loads(path.read_text())
    right = reference["token_ids"][5]
    reference["token_ids"][5] = 7
    path.write_text(json.dumps(reference))
    report = check(fledgling)
    assert not report.passed
    assert report.text.startswith(f"Token 6 of 16 is {right}, not 7: its file is damaged")


def test_a_damaged_model_does_not_give_its_reference(fledgling):
    path = fledgling / "model.safetensors"
    raw = bytearray(path.read_bytes())
    size = int.from_bytes(raw[:8], "little")
    spans = json.loads(raw[8 : 8 + size])
    begin, end = spans["model.embed_tokens.weight"]["data_offsets"]
    middle = 8 + size + (begin + end) // 2
    raw[middle : middle + 100_000] = bytes(100_000)
    path.write_bytes(raw)
    report = check(fledgling)
    assert not report.passed
    assert report.kind is Kind.REFERENCE


@pytest.mark.parametrize(
    "content", ["{", "{}", '{"prompt_ids": [1], "token_ids": []}', '{"prompt_ids": [99999]}']
)
def test_a_reference_that_is_none_is_an_error(fledgling, content):
    (fledgling / "self_test.json").write_text(content)
    with pytest.raises(engine.ModelFileError, match=r"self_test\.json"):
        check(fledgling)


# ---- Without one -----------------------------------------------------------------------------


def test_a_model_without_a_reference_is_compared_between_kernel_sets(stranger):
    report = check(stranger)
    others = [name for name in SETS if name != report.kernel]
    assert report.passed
    assert report.kind is (Kind.CONSISTENCY if others else Kind.SINGLE)
    assert "not known" in report.text or "nothing to compare" in report.text


def test_one_kernel_set_alone_says_so(stranger, monkeypatch):
    monkeypatch.setattr(backend, "describe", lambda: {"kernel_sets": ["scalar"]})
    report = check(stranger, "scalar")
    assert (report.passed, report.kind) == (True, Kind.SINGLE)
    assert "nothing to compare" in report.text


def change_logits(monkeypatch, change):
    true = engine.Model.logits

    def logits(model, ids):
        return change(model, true(model, ids))

    monkeypatch.setattr(engine.Model, "logits", logits)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _model, logits: np.where(logits > 0, np.nan, logits), "not all numbers"),
        (lambda _model, logits: np.full_like(logits, 3.0), "all alike"),
        (lambda _model, logits: -logits, "change from one time to the next"),
    ],
)
def test_results_that_cannot_be_right_are_named(stranger, monkeypatch, change, words):
    change_logits(monkeypatch, change)
    report = check(stranger)
    assert report.passed is False
    assert words in report.text


@pytest.mark.skipif(len(SETS) < 2, reason="one kernel set cannot disagree with itself")
def test_kernel_sets_that_disagree_are_named(stranger, monkeypatch):
    def change(model, logits):
        return logits if model.kernel == SETS[-1] else logits + 0.2 * np.roll(logits, 1)

    change_logits(monkeypatch, change)
    report = check(stranger, SETS[-1])
    assert report.passed is False
    assert report.text.startswith(f"The kernel sets {SETS[-1]} and {SETS[-2]} differ by ")


# ---- In a process of its own -----------------------------------------------------------------


def test_the_test_runs_in_a_process_of_its_own():
    report = run_self_test(FLEDGLING, threads=1)
    assert report.passed
    assert report.kind is Kind.REFERENCE


def test_what_the_engine_refuses_fails_the_test_in_its_words(fledgling):
    (fledgling / "model.safetensors").unlink()
    report = run_self_test(fledgling)
    assert report.passed is False
    assert "model.safetensors is missing" in report.text


def test_too_little_memory_is_no_failure(fledgling, monkeypatch, capsys):
    monkeypatch.setattr(backend, "available_memory", lambda: 1000)
    assert self_test.main(str(fledgling)) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["passed"] is None
    assert report["text"].startswith("It was not tested: the model in ")


def child_that(monkeypatch, code):
    monkeypatch.setattr(self_test_report, "module_command", lambda *_: [sys.executable, "-c", code])


def test_a_crash_ends_the_child_and_not_the_program(monkeypatch):
    child_that(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGILL)")
    report = run_self_test(FLEDGLING)
    assert report == Report(False, "The test was ended by the system (signal 4).")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise SystemExit('no such thing')", "The test broke off: no such thing."),
        ("print('{}')", "The test broke off: exit code 0."),
        ("print('[1]')", "The test broke off"),
        ('print(\'{"kind": "other", "passed": true, "text": ""}\')', "broke off"),
    ],
)
def test_an_answer_that_is_none_fails_the_test(monkeypatch, code, words):
    child_that(monkeypatch, code)
    report = run_self_test(FLEDGLING)
    assert report.passed is False
    assert words in report.text


def test_a_cancelled_test_is_none(monkeypatch):
    child_that(monkeypatch, "input()" if sys.platform == "win32" else "import time; time.sleep(99)")
    report = run_self_test(FLEDGLING, is_cancelled=lambda: True)
    assert report == Report(None, "The test was cancelled.")

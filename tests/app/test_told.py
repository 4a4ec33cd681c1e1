"""What the engine says, in another language."""

import json
import re
import shutil
from importlib import resources
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QTranslator

from ternchat.app.core import language
from ternchat.app.core.problem import Problem
from ternchat.app.core.runnable import folder_verdict
from ternchat.app.core.told import told
from ternchat.app.views.language import QtLanguage
from ternchat.app.workers.model_verdict import full_verdict
from ternchat.engine.config import ModelConfig
from ternchat.engine.errors import ContextFullError, EngineError, ModelFileError, Words
from ternchat.engine.self_test_report import run_self_test
from ternchat.engine.tokenizer import SMALL_FILE_BYTES, Tokenizer

from .test_error_states import ENGINE

FLEDGLING = Path(str(resources.files("ternchat.resources") / "fledgling"))


class Speaker(QTranslator):
    """Says every text in a way of its own: in brackets, where no other is given."""

    def __init__(self, say=lambda text: f"[{text}]"):
        super().__init__()
        self._say = say

    def translate(self, _context, text, _comment=None, count=-1):
        return self._say(text)

    def isEmpty(self):
        return False


@pytest.fixture
def speak(qapp):
    """Lets the program speak another language."""
    installed = []

    def use(*say):
        installed.append(Speaker(*say))
        qapp.installTranslator(installed[-1])
        language.set_language(QtLanguage())

    yield use
    for translator in installed:
        qapp.removeTranslator(translator)
    language.set_language(language.English())


@pytest.fixture
def brackets(speak):
    speak()


@pytest.fixture(scope="module")
def collected(collect_texts):
    """All texts that the tool for translators finds."""
    return {(text.context, text.source) for text in collect_texts.texts()}


@pytest.mark.parametrize("case", [case for case in ENGINE if case != "engine missing"])
def test_what_the_engine_refuses_is_told_in_the_person_s_language(
    brackets, tmp_path, monkeypatch, case
):
    work, _code, words = ENGINE[case]
    with pytest.raises(EngineError, match=words) as refused:  # its own words stay English
        work(tmp_path, monkeypatch)
    text = Problem.of(refused.value).text
    assert re.fullmatch(r"\[.*\]\.", text, re.DOTALL), text


@pytest.fixture
def changed_copy(tmp_path):
    """A copy of the built-in model with another value in one of its files."""

    def copy(file, **values):
        folder = Path(shutil.copytree(FLEDGLING, tmp_path / "model"))
        if values:
            path = folder / file
            path.write_text(json.dumps(json.loads(path.read_text()) | values))
        else:
            (folder / file).unlink()
        return folder

    return copy


@pytest.mark.parametrize(
    ("file", "values", "words"),
    [
        ("config.json", {"architectures": ["GPT2LMHeadModel"]}, "architecture 'GPT2LMHeadModel'"),
        ("config.json", {"hidden_act": "gelu"}, "hidden_act is 'gelu'"),
        ("config.json", {"hidden_size": -1}, "hidden_size is -1"),
        ("tokenizer_config.json", {"chat_template": ""}, "the chat template is empty"),
        ("tokenizer_config.json", {"chat_template": "{% if %}"}, "is not valid Jinja"),
        (
            "tokenizer_config.json",
            {"chat_template": "{{ raise_exception('no') }}"},
            "refuses this conversation",
        ),
    ],
)
def test_why_a_model_cannot_be_run_is_told_in_the_person_s_language(
    brackets, changed_copy, file, values, words
):
    reason = full_verdict(changed_copy(file, **values)).reason
    assert words in reason
    assert re.fullmatch(r"\[.*\]\.", reason, re.DOTALL), reason


@pytest.mark.parametrize("size", [1, SMALL_FILE_BYTES], ids=["here", "in a process"])
def test_why_a_tokenizer_cannot_be_used_is_told_in_the_person_s_language(
    brackets, changed_copy, size
):
    folder = changed_copy("tokenizer.json", model={"type": "Unigram", "filling": "x" * size})
    with pytest.raises(EngineError) as refused:
        Tokenizer.from_folder(folder, ModelConfig.from_folder(folder))
    assert "tokenizer.json: the model is 'Unigram'; expected byte-level BPE" in str(refused.value)
    assert re.fullmatch(r"\[.*\]\.", Problem.of(refused.value).text)


def test_what_this_version_lacks_is_told_in_the_person_s_language(brackets):
    for need in ("sharded", "time travel"):
        verdict = folder_verdict(FLEDGLING, [need])
        assert verdict.runs or re.fullmatch(r"\[.*\]", verdict.reason)
    assert not folder_verdict(FLEDGLING, ["time travel"]).runs


def test_words_of_the_engine_have_numbers_as_in_the_person_s_country(brackets):
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    try:
        assert "[the prompt has 12.345 tokens" in told(ContextFullError(12345, 4096))
        inside = Words("{size} GB of {what}", size=1.5, what=Words("a place"))
        assert told(inside) == "[1,50 GB of [a place]]"
    finally:
        QLocale.setDefault(before)
    assert str(ContextFullError(12345, 4096)).startswith("the prompt has 12,345 tokens")


@pytest.mark.parametrize("wrong", ["{path!", "{other} fehlt", "{0} fehlt", "{path.nothing} fehlt"])
def test_a_translation_that_names_other_values_costs_the_translation_only(speak, wrong):
    speak(lambda _text: wrong)
    assert told(ModelFileError("{path} is missing", path="/x")) == "/x is missing"


def test_a_sentence_without_a_form_and_values_with_braces_stay_as_they_are(brackets):
    assert told(ModelFileError("{x} is {y}")) == "{x} is {y}"
    assert told(ModelFileError("{path} is missing", path="{0.__class__}")) == (
        "[{0.__class__} is missing]"
    )
    assert told(OSError("gone")) == "gone"


def test_what_a_self_test_found_is_told_in_the_person_s_language(brackets, tmp_path):
    reports = [run_self_test(FLEDGLING), run_self_test(tmp_path)]  # each from a child process
    assert [report.passed for report in reports] == [True, False]
    assert reports[0].text == "It gives the 16 tokens that it is known to give."
    assert told(reports[0].words) == "[It gives the 16 tokens that it is known to give.]"
    text = told(reports[1].words)
    assert re.fullmatch(r"\[It cannot be loaded: \[.*\]\.\]", text), text


@pytest.mark.parametrize(
    "words",
    [
        Words("It is so."),
        Words("{path} has {found} bytes", path="{x}", found=3),
        Words("{what}: {why}", what=Words("{size} GB", size=1.5), why="so"),
    ],
)
def test_words_come_through_another_process_as_they_were(words):
    again = Words.from_data(json.loads(json.dumps(words.data())))
    assert str(again) == str(words)


@pytest.mark.parametrize(
    "data",
    [
        *(None, 7, "x", [], {}, {"form": 7, "values": {}}, {"form": "x", "values": []}),
        {"form": "{a.b}", "values": {"a": "x"}},
        {"form": "{a!r}", "values": {"a": "x"}},
        {"form": "{a:>1000000000}", "values": {"a": "x"}},
        {"form": "{0}", "values": {"a": "x"}},
        {"form": "{a} {b}", "values": {"a": "x"}},
        {"form": "{a", "values": {"a": "x"}},
        {"form": "{a}", "values": {"a": None}},
        {"form": "{a}", "values": {"a": [1]}},
        {"form": "{a}", "values": {"a": {"form": "{b}", "values": {}}}},
    ],
)
def test_what_are_no_words_of_another_process_is_not_believed(data):
    assert Words.from_data(data) is None


def test_words_within_words_end_somewhere():
    data = {"form": "x", "values": {}}
    for _ in range(1000):
        data = {"form": "{a}", "values": {"a": data}}
    assert Words.from_data(data) is None


def test_every_form_of_the_engine_is_collected_for_translators(collected):
    forms = {source for context, source in collected if context == "Engine"}
    assert len(forms) > 40
    assert forms >= {
        "{what} needs {needed} GB of memory, but only {free} GB are free",
        "{source}: the chat template refuses this conversation: {message}",
        "{path} is missing; texts need it",
        "Its results are all alike: the file is damaged.",
    }
    for form in forms:  # each comes through a process
        values = dict.fromkeys(re.findall(r"\{(\w+)\}", form), "x")
        assert Words.from_data({"form": form, "values": values}) is not None, form

"""Titles, problems in words, numbers of the engine: no Qt."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from ternchat.app.core.conversation import Message, Role, title_of
from ternchat.app.core.model_store import InstalledModel
from ternchat.app.core.problem import Problem
from ternchat.app.core.statistics import Statistics
from ternchat.app.core.turn import Batch, Ending, ModelFacts, Phase, Progress
from ternchat.app.core.wording import (
    context_text,
    kernel_text,
    memory_text,
    phase_text,
    rate_text,
    size_text,
)

FACTS = ModelFacts(InstalledModel("m", "M", Path("m")), "avx2", 2, 4096, 500_000_000, 300_000_000)


def timings(tokens, seconds):
    return SimpleNamespace(
        new_tokens=tokens,
        decode_seconds=seconds,
        prefill_tokens_per_second=100.0,
        decode_tokens_per_second=(tokens - 1) / seconds if seconds else None,
    )


def test_a_model_s_leading_blanks_are_kept_but_not_shown():
    text = " \n Rain."
    assert Message(1, 1, None, Role.ASSISTANT, text).shown_text == "Rain."
    assert Message(1, 1, None, Role.USER, text).shown_text == text


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello!", "Hello!"),
        ("  two\nlines ", "two lines"),
        ("word " * 20, "word word word word word word word word word…"),
        ("x" * 60, "x" * 48 + "…"),
    ],
)
def test_a_title_is_made_of_the_first_words(text, title):
    assert title_of(text) == title


def test_problems_are_known_by_the_name_of_their_class_or_a_base():
    base = type("EngineError", (Exception,), {})
    full = type("ContextFullError", (base,), {})
    problem = Problem.of(full("the prompt has 300 tokens"))
    assert problem.title == "This is more than the model can read"
    assert problem.chat_full
    assert problem.text == "The prompt has 300 tokens."
    assert Problem.of(type("NewError", (base,), {})("x")).title == "The engine cannot do this"
    assert Problem.of(FileNotFoundError(2, "gone")).title == "A file cannot be read"


def test_an_unknown_error_has_words_and_details_too():
    try:
        raise ZeroDivisionError
    except ZeroDivisionError as error:
        problem = Problem.of(error)
    assert problem.text == "ZeroDivisionError."
    assert "Traceback" in problem.details
    assert problem.advice


def test_a_file_name_at_the_start_of_a_message_keeps_its_spelling():
    assert Problem.of(OSError("config.json is no JSON")).text == "config.json is no JSON."


def test_rates_are_those_of_the_last_two_seconds():
    statistics = Statistics()
    statistics.start("M", loading=False)
    for tokens, seconds in ((1, 0.0), (11, 1.0), (31, 2.0), (71, 3.0)):
        statistics.wrote(Batch("x", timings(tokens, seconds), tokens))
    assert statistics.snapshot.decode_tokens_per_second == pytest.approx(30)
    statistics.finished(Ending("stop", timings(71, 3.0), 80))
    assert statistics.snapshot.decode_tokens_per_second == pytest.approx(70 / 3)
    assert statistics.snapshot.used_tokens == 80


def test_reading_is_timed_while_it_goes_on():
    times = iter((10.0, 12.0))
    statistics = Statistics(clock=lambda: next(times))
    statistics.start("M", loading=False)
    statistics.progress(Progress(Phase.READING, 100, 1200))
    assert statistics.snapshot.prefill_tokens_per_second is None
    statistics.progress(Progress(Phase.READING, 340, 1200))
    assert statistics.snapshot.prefill_tokens_per_second == 120
    assert phase_text(statistics.snapshot) == "Reading 340 of 1,200 tokens"


def test_phases_follow_the_request():
    statistics = Statistics()
    phases = [statistics.snapshot.phase]
    for step in (
        lambda: statistics.start("M", loading=True),
        lambda: statistics.loaded(FACTS),
        lambda: statistics.wrote(Batch("x", timings(1, 0.0), 9)),
        lambda: statistics.finished(Ending("stop", timings(1, 0.0), 9)),
        lambda: statistics.start("M", loading=False),
        statistics.stopping,
        lambda: statistics.finished(Ending("cancelled")),
        statistics.failed,
    ):
        step()
        phases.append(statistics.snapshot.phase)
    assert [p.value for p in phases] == [
        "idle", "loading", "reading", "writing", "ready", "reading", "stopped", "stopped", "failed",
    ]  # fmt: skip
    assert statistics.snapshot.facts is FACTS
    statistics.unloaded()
    assert statistics.snapshot.facts is None


def test_a_model_that_was_let_go_of_is_not_called_ready():
    statistics = Statistics()
    statistics.loaded(FACTS)
    statistics.finished(Ending("stop", timings(1, 0.0), 9))
    assert phase_text(statistics.snapshot) == "Ready"
    statistics.unloaded()
    assert phase_text(statistics.snapshot) == "No model loaded"


def test_while_one_model_makes_room_for_another_the_window_says_loading():
    statistics = Statistics()
    statistics.start("M", loading=True)
    statistics.unloaded()
    assert statistics.snapshot.phase is Phase.LOADING


def test_numbers_have_units():
    now = replace(Statistics().snapshot, facts=FACTS, used_tokens=212, process_bytes=1_230_000_000)
    assert context_text(now) == "context 212 / 4,096 (5 %)"
    assert memory_text(now) == "weights 500 MB · KV 300 MB · process 1.23 GB"
    assert kernel_text(now) == "avx2, 2 threads"
    same, fewer = (replace(now, facts=replace(FACTS, writing_threads=n)) for n in (2, 1))
    assert kernel_text(same) == "avx2, 2 threads"
    assert kernel_text(fewer) == "avx2, 2 threads, 1 to write"
    assert (size_text(4_800_000), rate_text(34.12), rate_text(None)) == ("4.8 MB", "34.1 tok/s", "")
    loading = replace(now, phase=Phase.LOADING, model_title="M", done=1, total=3)
    assert phase_text(loading) == "Loading M · 33 %"

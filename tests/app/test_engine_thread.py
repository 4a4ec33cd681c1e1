"""The engine thread: few signals, on the right thread, and always an end."""

import gc
import random
import threading
import weakref
from pathlib import Path

import pytest

from ternchat.app.core.model_store import InstalledModel
from ternchat.app.core.model_surroundings import context_of
from ternchat.app.core.turn import LoadOptions, Phase, Request
from ternchat.app.workers.engine_thread import EngineThread

MODEL = InstalledModel("one", "One", Path("one"))
OTHER = InstalledModel("two", "Two", Path("two"))
TEXTLESS = InstalledModel("textless", "Textless", Path("textless"))
BROKEN = InstalledModel("broken", "Broken", Path("broken"))


def ask(text, model=MODEL):
    return Request(model, ({"role": "user", "content": text},))


class Events:
    """Everything the engine thread said, in order."""

    def __init__(self, engine):
        self.all = []
        names = ("progressed", "unloaded", "loaded", "fitted", "steps_ready", "finished", "failed")
        for name in names:
            getattr(engine, name).connect(lambda *args, name=name: self.all.append((name, *args)))

    def of(self, name):
        return [event[1:] for event in self.all if event[0] == name]

    @property
    def names(self):
        return [event[0] for event in self.all]

    @property
    def text(self):
        return "".join(batch.text for (batch,) in self.of("steps_ready"))

    def ends(self):
        return len(self.of("finished")) + len(self.of("failed"))


@pytest.fixture
def events(engine):
    return Events(engine)


def test_all_text_arrives_in_few_batches(engine, events, qtbot):
    with qtbot.waitSignal(engine.finished):
        engine.send(ask("count 2000"))
    assert events.text == "".join(f"t{i} " for i in range(2000))
    assert len(events.of("steps_ready")) < 60
    assert events.of("steps_ready")[-1][0].timings.new_tokens == 2000


def test_the_first_piece_of_text_is_shown_at_once(engine, events, qtbot):
    with qtbot.waitSignal(engine.steps_ready):
        engine.send(ask("hold"))
    assert events.text == " held"


def test_slots_run_on_the_window_s_thread(engine, qtbot):
    where = set()
    for signal in (engine.progressed, engine.loaded, engine.steps_ready, engine.finished):
        signal.connect(lambda *_: where.add(threading.get_ident()))
    with qtbot.waitSignal(engine.finished):
        engine.send(ask("count 50"))
    assert where == {threading.get_ident()}


def test_the_first_request_loads_the_model_and_the_second_does_not(engine, events, fake, qtbot):
    for _ in range(2):
        with qtbot.waitSignal(engine.finished):
            engine.send(ask("hi"))
    assert len(fake.models) == 1
    (facts,) = events.of("loaded")[0]
    assert (facts.model, facts.context_length, facts.kv_bytes) == (MODEL, 256, 256_000)
    assert facts.weights_bytes == 5_000_000
    phases = [progress.phase for (progress,) in events.of("progressed")]
    assert phases[0] is Phase.LOADING
    assert Phase.READING in phases


def test_what_is_told_of_a_model_does_not_keep_it_in_memory(engine, events, fake, qtbot):
    with qtbot.waitSignal(engine.finished):
        engine.send(Request(MODEL))
    (facts,) = events.of("loaded")[0]
    fake.models[0].pids = (42,)
    assert facts.pids() == (42,)
    with qtbot.waitSignal(engine.finished):
        engine.send(Request(OTHER))
    first = weakref.ref(fake.models.pop(0))
    gc.collect()
    assert first() is None
    assert facts.pids() == ()


def test_another_model_takes_the_place_of_the_first(engine, events, fake, qtbot):
    for model in (MODEL, OTHER):
        with qtbot.waitSignal(engine.finished):
            engine.send(Request(model))
    assert [m.closed for m in fake.models] == [True, False]
    assert [n for n in events.names if n != "progressed"] == [
        "loaded", "finished", "unloaded", "loaded", "finished",
    ]  # fmt: skip


def test_options_reach_the_engine(start_thread, qtbot):
    thread = start_thread(options=LoadOptions(context_length=99))
    with qtbot.waitSignal(thread.loaded) as loaded:
        thread.send(Request(MODEL))
    assert loaded.args[0].context_length == 99


def test_stop_ends_an_answer_and_keeps_its_text(engine, events, qtbot):
    with qtbot.waitSignal(engine.steps_ready):
        engine.send(ask("hold"))
    with qtbot.waitSignal(engine.finished, timeout=200) as finished:
        engine.stop()
    assert finished.args[0].cancelled
    assert events.text.startswith(" held")


def test_stop_ends_loading(engine, events, fake, qtbot):
    fake.load_gate.clear()
    with qtbot.waitSignal(engine.progressed):
        engine.send(ask("hi"))
    with qtbot.waitSignal(engine.finished, timeout=200) as finished:
        engine.stop()
    assert finished.args[0].cancelled
    assert not events.of("loaded")


def test_stop_before_the_worker_has_started(engine, events, qtbot):
    with qtbot.waitSignal(engine.steps_ready):
        engine.send(ask("hold"))  # keeps the worker from looking at the next one
    engine.send(ask("count 100000"))
    engine.stop()
    qtbot.waitUntil(lambda: events.ends() == 2)
    assert [ending.cancelled for (ending,) in events.of("finished")] == [True, True]
    assert "t0" not in events.text


def test_send_right_after_stop(engine, events, qtbot):
    engine.send(ask("count 100000"))
    engine.stop()
    engine.send(ask("count 20"))
    qtbot.waitUntil(lambda: events.ends() == 2)
    assert events.text.endswith("t19 ")
    assert not events.of("finished")[1][0].cancelled


def test_a_failure_comes_after_the_text_before_it(engine, events, qtbot):
    with qtbot.waitSignal(engine.failed) as failed:
        engine.send(ask("fail"))
    assert str(failed.args[0]) == "it was to fail"
    assert events.names[-2:] == ["steps_ready", "failed"]
    assert events.text == "before"


def test_an_exception_that_is_no_exception_is_a_failure_too(engine, qtbot):
    with qtbot.waitSignal(engine.failed) as failed:
        engine.send(ask("panic"))
    assert not isinstance(failed.args[0], Exception)


def test_a_model_that_cannot_be_loaded_is_a_failure(engine, events, qtbot):
    with qtbot.waitSignal(engine.failed):
        engine.send(Request(BROKEN))
    with qtbot.waitSignal(engine.finished):
        engine.send(ask("count 3"))
    assert events.text == "t0 t1 t2 "


def test_a_model_that_cannot_take_texts_is_let_go_of(engine, events, fake, qtbot):
    with qtbot.waitSignal(engine.failed):
        engine.send(Request(TEXTLESS))
    model = weakref.ref(fake.models.pop())
    assert model().closed
    events.all.clear()  # the error holds what it went through
    gc.collect()
    assert model() is None
    assert not events.of("loaded")


def test_an_engine_that_cannot_be_imported_is_a_failure(start_thread, qtbot):
    def nothing():
        raise ImportError("no module named ternchat.ext")

    thread = start_thread(nothing)
    with qtbot.waitSignal(thread.failed) as failed:
        thread.send(ask("hi"))
    assert isinstance(failed.args[0], ImportError)


def test_warming_up_imports_the_engine_and_never_fails(start_thread, qtbot):
    imports = []

    def nothing():
        imports.append(threading.get_ident())
        raise ImportError("no module named ternchat.ext")

    thread = start_thread(nothing)
    with qtbot.assertNotEmitted(thread.failed):
        thread.warm_up()
        qtbot.waitUntil(lambda: bool(imports))
    assert thread.close()
    assert imports != [threading.get_ident()]


def test_every_request_ends_once(engine, events, qtbot):
    texts = ["count 30", "fail", "hi", "panic", "full", "count 3"]
    for text in texts:
        engine.send(ask(text))
    qtbot.waitUntil(lambda: events.ends() == len(texts))
    assert (len(events.of("finished")), len(events.of("failed"))) == (3, 3)


def test_closing_frees_the_model(qapp, fake, qtbot):
    thread = EngineThread(engine=lambda: fake)
    with qtbot.waitSignal(thread.finished):
        thread.send(Request(MODEL))
    assert thread.close()
    assert fake.models[0].closed


def test_what_was_read_is_written_when_nothing_else_is_to_be_done(
    start_thread, fake, qtbot, tmp_path
):
    thread = start_thread(options=LoadOptions(read_texts=tmp_path, read_texts_bytes=10))
    with qtbot.waitSignal(thread.finished):
        thread.send(Request(MODEL))
    (pool,) = fake.pools
    assert (pool.store.folder, pool.store.limit_bytes) == (tmp_path, 10)
    pool.unwritten = 3  # another chat's, set aside for this one
    with qtbot.waitSignal(thread.finished):
        thread.send(ask("hi"))
    qtbot.waitUntil(lambda: pool.written == 3)


def test_a_request_comes_before_what_is_still_to_be_written(start_thread, fake, qtbot, tmp_path):
    thread = start_thread(options=LoadOptions(read_texts=tmp_path))
    with qtbot.waitSignal(thread.finished):
        thread.send(Request(MODEL))
    (pool,) = fake.pools
    pool.unwritten = 10**9
    for _ in range(2):
        with qtbot.waitSignal(thread.finished):
            thread.send(ask("hi"))
    assert pool.unwritten > 0


def test_closing_writes_what_was_read_but_not_for_long(qapp, fake, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr("ternchat.app.workers.engine_worker.FAREWELL_SECONDS", 0.05)
    thread = EngineThread(LoadOptions(read_texts=tmp_path), engine=lambda: fake)
    with qtbot.waitSignal(thread.finished):
        thread.send(Request(MODEL))
    (pool,) = fake.pools
    pool.unwritten = 10**9
    assert thread.close()
    assert pool.written > 0


def test_another_model_lets_the_texts_of_the_first_be_written(start_thread, fake, qtbot, tmp_path):
    thread = start_thread(options=LoadOptions(read_texts=tmp_path))
    for model in (MODEL, OTHER):
        with qtbot.waitSignal(thread.finished):
            thread.send(Request(model))
    assert [pool.written for pool in fake.pools] == [3, 0]


def test_texts_are_forgotten_with_and_without_a_model(start_thread, fake, qtbot, tmp_path):
    (tmp_path / "read" / "some").mkdir(parents=True)
    thread = start_thread(options=LoadOptions(read_texts=tmp_path / "read"))
    thread.forget_texts()
    qtbot.waitUntil(lambda: not (tmp_path / "read").exists())
    with qtbot.waitSignal(thread.finished):
        thread.send(Request(MODEL))
    thread.forget_texts()
    qtbot.waitUntil(lambda: fake.pools[0].cleared)


def test_the_messages_that_are_read_are_told_before_the_first_word(engine, events, fake, qtbot):
    fake.room = 2
    messages = [{"role": "user", "content": f"{number}", "id": number} for number in range(4)]
    with qtbot.waitSignal(engine.finished):
        engine.send(Request(MODEL, tuple(messages)))
    assert events.of("fitted") == [(frozenset({2, 3}),)]
    assert events.names.index("fitted") < events.names.index("steps_ready")


def test_an_ending_knows_what_the_whole_answer_was_made_of(engine, qtbot):
    messages = (
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "I am"},
    )
    with qtbot.waitSignal(engine.finished) as finished:
        engine.send(Request(MODEL, messages))
    assert finished.args[0].token_ids == (100, 101, 102, 0, 1)
    assert finished.args[0].seed == 7


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("text", ["count 5000", "hold"])
def test_close_at_any_moment(qapp, qtbot, fake, seed, text):
    moment = random.Random(seed)
    if seed % 4 == 0:
        fake.load_gate.clear()
    thread = EngineThread(engine=lambda: fake)
    thread.send(ask(text))
    thread.send(ask("count 10"))
    qtbot.wait(moment.randint(0, 12))
    assert thread.close()
    del thread
    gc.collect()


@pytest.mark.parametrize(
    ("longest", "wanted", "expected"),
    [(32_768, None, 4096), (512, None, 512), (4096, 8192, 4096), (32_768, 8192, 8192)],
)
def test_the_context_is_as_wanted_as_far_as_the_model_goes(longest, wanted, expected):
    assert context_of(longest, wanted) == expected


def test_a_context_longer_than_the_model_s_is_cut_to_it(start_thread, qtbot):
    thread = start_thread(options=LoadOptions(context_length=100_000))
    with qtbot.waitSignal(thread.loaded) as loaded:
        thread.send(Request(MODEL))
    assert loaded.args[0].context_length == 256

"""How full the context is: counted, estimated, said."""

import pytest

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.context_use import ContextUse, Level, chat_tokens
from ternchat.app.core.conversation import AnswerStats, Message, Role, State
from ternchat.app.core.model_store import InstalledModel
from ternchat.app.core.statistics import Snapshot
from ternchat.app.core.token_estimate import estimate_tokens
from ternchat.app.core.turn import ModelFacts, Request
from ternchat.app.models.context_meter import ContextMeter
from ternchat.app.workers.attachment_reader import AttachmentReader
from ternchat.app.workers.token_counter import TokenCounter


def message(number, role, text, **fields):
    return Message(number, 1, number - 1 or None, role, text, **fields)


STATS = AnswerStats("M", "stop", prompt_tokens=300, new_tokens=50)
CHAT = [
    message(1, Role.USER, "x" * 4000),
    message(2, Role.ASSISTANT, "y" * 400, stats=STATS),
    message(3, Role.USER, "z" * 40),
]


@pytest.fixture
def meter(conversation):
    return ContextMeter(conversation)


@pytest.fixture
def facts(tmp_path):
    model = InstalledModel("m", "M", tmp_path)
    return ModelFacts(model, "avx2", 1, 1000, 0, 0, count_tokens=lambda text: len(text.split()))


@pytest.fixture
def counter(qapp):
    counter = TokenCounter()
    yield counter
    assert counter.close()


@pytest.mark.parametrize("text", ["", "a", "Hello there, how are you?", "日本語のテキスト" * 20])
def test_an_estimate_is_about_right_and_never_zero_for_words(text):
    tokens = estimate_tokens(text)
    assert bool(tokens) is bool(text)
    assert len(text) / 6 <= tokens <= len(text) + 1


def test_a_chat_takes_what_its_last_answer_counted_and_what_came_after():
    assert chat_tokens(CHAT[:2], fixed=99) == 350
    assert chat_tokens(CHAT, fixed=99) == 350 + 10 + 5
    assert chat_tokens(CHAT[:1], fixed=99) == 1000 + 5 + 99
    assert chat_tokens([], fixed=3) == 3


@pytest.mark.parametrize(
    ("use", "level"),
    [
        (ContextUse(chat=700, draft=99, length=1000), Level.GOOD),
        (ContextUse(chat=700, draft=100, length=1000), Level.WARNING),
        (ContextUse(chat=5000, draft=936, length=1000), Level.WARNING),
        (ContextUse(chat=0, draft=937, length=1000), Level.BAD),
        (ContextUse(chat=0, draft=837, fixed=100, length=1000), Level.BAD),
        (ContextUse(chat=0, draft=937), Level.GOOD),
        (ContextUse(chat=999, draft=0, fixed=999, length=1000), Level.WARNING),
    ],
)
def test_the_level_tells_whether_the_message_fits(use, level):
    assert use.level is level
    assert bool(use.reason) is (level is not Level.GOOD)


def test_without_a_model_there_is_an_estimate_and_no_percentage(meter, qtbot):
    with qtbot.waitSignal(meter.changed) as changed:
        meter.set_draft("x" * 400)
    assert changed.args[0] == ContextUse(draft=100)
    assert changed.args[0].gauge_text == "≈ 100 tokens"


def test_draft_files_and_system_prompt_count(meter, qtbot):
    meter.set_settings(ChatSettings(system_prompt="y" * 80))
    meter.set_attachments((Attachment("a", "text/plain", "", 30), Attachment("b", "t", "x" * 40)))
    with qtbot.waitSignal(meter.changed) as changed:
        meter.set_draft("x" * 400)
    assert changed.args[0] == ContextUse(chat=20, draft=100 + 35 + 15, fixed=20)


def test_the_answer_being_written_counts_as_it_grows(meter, conversation, facts, qtbot):
    conversation.set_messages([CHAT[0], message(2, Role.ASSISTANT, "", state=State.WRITING)])
    with qtbot.waitSignal(meter.changed) as changed:
        meter.set_status(Snapshot(used_tokens=444, facts=facts))
    assert (changed.args[0].chat, changed.args[0].length) == (444, 1000)


def test_with_a_model_the_draft_is_counted_off_the_window_s_thread(meter, counter, facts, qtbot):
    meter.count_requested.connect(counter.count)
    counter.counted.connect(meter.on_counted)
    counter.ready_changed.connect(meter.set_can_count)
    with qtbot.waitSignal(counter.ready_changed):
        counter.use_model(facts)
    with qtbot.waitSignal(meter.changed) as changed:
        meter.set_draft("one two three")
    assert changed.args[0] == ContextUse(draft=3, counted=True)


def test_only_the_newest_draft_is_counted_while_one_is_on_its_way(meter, qtbot):
    meter.set_can_count(True)
    asked = []
    meter.count_requested.connect(lambda _key, text: asked.append(text))
    with qtbot.waitSignal(meter.count_requested):
        meter.set_draft("one")
    for text in ("one t", "one tw", "one two"):
        meter.set_draft(text)
    with qtbot.waitSignal(meter.count_requested):
        meter.on_counted("draft", 1)
    assert asked == ["one", "one two"]
    meter.on_counted("draft", 2)
    assert meter.use == ContextUse(draft=2, counted=True)


def test_a_tokenizer_that_fails_leaves_the_estimate(meter, counter, facts, qtbot, caplog):
    def fail(_text):
        raise ValueError("no")

    meter.count_requested.connect(counter.count)
    counter.counted.connect(meter.on_counted)
    counter.ready_changed.connect(meter.set_can_count)
    counter.use_model(ModelFacts(facts.model, "avx2", 1, 1000, 0, 0, count_tokens=fail))
    with qtbot.waitSignal(meter.changed) as changed:
        meter.set_draft("x" * 40)
    assert changed.args[0] == ContextUse(draft=10)
    assert "tokens cannot be counted" in caplog.text


def test_a_loaded_model_brings_its_tokenizer(engine, models, qtbot):
    with qtbot.waitSignal(engine.finished), qtbot.waitSignal(engine.loaded) as loaded:
        engine.send(Request(models.built_in))
    assert loaded.args[0].count_tokens("three short words") == 3


@pytest.fixture
def reader(qapp):
    reader = AttachmentReader()
    yield reader
    assert reader.close()


def test_files_are_read_on_their_own_thread(reader, tmp_path, qtbot):
    (tmp_path / "a.txt").write_text("words")
    with qtbot.waitSignal(reader.read) as read:
        reader.request(3, str(tmp_path / "a.txt"))
    assert read.args == [3, Attachment("a.txt", "text/plain", "words")]
    with qtbot.waitSignal(reader.failed) as failed:
        reader.request(4, str(tmp_path / "none.txt"))
    assert failed.args[0] == 4
    assert "none.txt cannot be read" in failed.args[1]


def test_nothing_comes_of_a_cancelled_file(reader, tmp_path, qtbot):
    (tmp_path / "a.txt").write_text("words")
    keys = []
    reader.read.connect(lambda key, _: keys.append(key))
    with qtbot.assertNotEmitted(reader.failed), qtbot.waitSignal(reader.read):
        reader.request(1, str(tmp_path / "a.txt"))
        reader.cancel(1)
        reader.request(2, str(tmp_path / "a.txt"))
    assert keys == [2]

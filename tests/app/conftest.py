"""A small, honest engine for tests of the window: the real interface, made-up words."""

import importlib.util
import threading
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QEvent, QThread
from PySide6.QtGui import QPalette

from ternchat.app.answer_runner import AnswerRunner
from ternchat.app.chat_controller import ChatController
from ternchat.app.context import follow_engine
from ternchat.app.core.memory_chat_store import MemoryChatStore
from ternchat.app.core.model_store import ModelStore
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.turn import LoadOptions
from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.models.conversation_model import ConversationModel
from ternchat.app.models.status_model import StatusModel
from ternchat.app.views.theme import Theme
from ternchat.app.workers.engine_thread import EngineThread


class FakeError(Exception):
    pass


class ModelFileError(FakeError):
    pass


class ContextFullError(FakeError):
    pass


class LoadCancelled(FakeError):
    pass


class ForwardCancelled(FakeError):
    pass


class Panic(BaseException):
    """Like a panic of tokenizers: no Exception."""


@dataclass(frozen=True)
class Timings:
    prompt_tokens: int = 8
    reused_tokens: int = 0
    prefill_seconds: float = 0.1
    new_tokens: int = 0
    decode_seconds: float = 0.0
    first_token_seconds: float | None = 0.2
    prefill_tokens_per_second: float | None = 80.0

    @property
    def decode_tokens_per_second(self):
        return 20.0 if self.new_tokens > 1 else None


@dataclass(frozen=True)
class Step:
    text: str
    token_id: int
    timings: Timings
    repeats: bool = False


class Model:
    kernel, threads, writing_threads, pids = "scalar", 1, 1, ()
    config = SimpleNamespace(max_position_embeddings=256)
    tokenizer = SimpleNamespace(encode=str.split)
    memory = SimpleNamespace(
        weights=4_000_000,
        head=1_000_000,
        screen=0,
        work=500_000,
        kv=lambda length: 1000 * length,
        mapped=lambda: 1_000_000,
        held=lambda length: 4_500_000 + 1000 * length,
        filled=lambda: 4_000_000,
    )
    predicted = memory

    def __init__(self, path):
        self.path, self.closed = path, False

    def close(self):
        self.closed = True


class TextlessModel(Model):
    @property
    def tokenizer(self):
        raise ModelFileError(f"{self.path}/tokenizer.json is missing")


class FakeEngine:
    """Stands for the module `ternchat.engine`; what it answers depends on the last message.

    "count N" gives N words; "hold" waits after its first word until `gate` is set; "loop" repeats
    itself until it is stopped; "fail", "panic" and "full" end in an error; an answer that comes
    last is gone on with. A folder named "broken" cannot be loaded, one named "textless" has no
    tokenizer; while `load_gate` is clear, loading goes on until it is cancelled. Of more than
    `room` messages the oldest are left out.
    """

    LoadCancelled = LoadCancelled
    ForwardCancelled = ForwardCancelled
    SamplingParams = SimpleNamespace

    def __init__(self):
        self.gate = threading.Event()
        self.load_gate = threading.Event()
        self.load_gate.set()
        self.models = []
        self.asked = []
        self.sampled = []
        self.threads = []
        self.private = []
        self.pools = []
        self.room = 1000

    def load(self, path, threads=None, isa=None, progress=None):
        if Path(path).name == "broken":
            raise ModelFileError(f"{path}/config.json is no JSON")
        for done in range(5):
            if not progress(done, 4):
                raise LoadCancelled("loading was cancelled")
        while not self.load_gate.wait(0.005):
            if not progress(2, 4):
                raise LoadCancelled("loading was cancelled")
        kind = TextlessModel if Path(path).name == "textless" else Model
        self.models.append(kind(path))
        self.threads.append(threads)
        return self.models[-1]

    def KVStore(self, folder, limit_bytes):
        return SimpleNamespace(folder=folder, limit_bytes=limit_bytes)

    def PrefixPool(self, model, store=None):
        self.pools.append(Pool(store))
        return self.pools[-1]

    def Session(self, model, context_length=None, pool=None):
        assert 1 <= context_length <= model.config.max_position_embeddings
        return Session(self, model, context_length, pool)


class Pool:
    """Has so many blocks to write as were kept."""

    def __init__(self, store):
        self.store, self.unwritten, self.written, self.cleared = store, 0, 0, False
        self.private_forgotten = 0
        self.nbytes = 64_000

    def write_one(self):
        if self.store is None or not self.unwritten:
            return False
        self.unwritten, self.written = self.unwritten - 1, self.written + 1
        return True

    def clear(self):
        self.cleared = True

    def forget_private(self):
        self.private_forgotten += 1


class Session:
    holdings = SimpleNamespace(measured=lambda: None)

    def __init__(self, engine, model, context_length, pool):
        self._engine, self._model, self._pool = engine, model, pool
        self.context_length = context_length
        self.used_tokens, self.last = 0, None

    def forget(self, *, private_only=False):
        self.used_tokens = 0

    def park(self):
        self._pool.unwritten += 3

    def prompt(self, messages, sampling=None, cancel=None):
        if cancel.is_set():
            raise ForwardCancelled
        self._engine.asked.append(list(messages))
        self._engine.sampled.append(sampling)
        left_out = max(0, len(messages) - self._engine.room)
        read = tuple(range(left_out, len(messages)))
        going_on = messages[-1]["role"] == "assistant"
        open_ids = tuple(range(100, 103)) if going_on and messages[-1]["content"] else ()
        question = messages[-2 if going_on else -1]["content"]
        return SimpleNamespace(token_ids=(question,), read=read, open_ids=open_ids)

    def generate(self, token_ids, sampling, cancel, progress, begun=0, private=False):
        assert not self._model.closed
        self._engine.private.append(private)
        self.last = None
        (text,) = token_ids
        for done in range(0, 9, 4):
            progress(done, 8)
        words = [" going", " on"] if begun else self._words(text, cancel)
        number = -1
        for number, word in enumerate(words):
            if cancel.is_set():
                break
            self.used_tokens = 8 + number
            timings = Timings(new_tokens=number + 1, decode_seconds=number / 20)
            yield Step(word, number, timings, repeats=text == "loop" and number > 5)
        self.last = SimpleNamespace(
            finish_reason="cancelled" if cancel.is_set() else "stop",
            timings=Timings(new_tokens=9),
            token_ids=tuple(range(number + 1)),
            seed=7,
        )

    def _words(self, text, cancel):
        if text.startswith("count"):
            yield from (f"t{i} " for i in range(int(text.split()[1])))
        elif text.startswith("hold"):
            yield " held"
            while not self._engine.gate.wait(0.005) and not cancel.is_set():
                pass
            yield " on"
        elif text == "loop":
            while not cancel.wait(0.001):
                yield " again"
        elif text in ("fail", "panic", "full"):
            yield "before"
            errors = {"fail": FakeError, "panic": Panic, "full": ContextFullError}
            raise errors[text](f"it was to {text}")
        else:
            yield " You said:"
            yield f" {text}"


@pytest.fixture
def fake():
    return FakeEngine()


@pytest.fixture
def start_thread(qapp, fake):
    """Starts engine threads, and ends them even after a failed test."""
    threads = []

    def start(engine=lambda: fake, options=LoadOptions()):
        threads.append(EngineThread(options, engine))
        return threads[-1]

    yield start
    closed = [thread.close() for thread in threads]
    assert all(closed)


@pytest.fixture
def engine(start_thread):
    return start_thread()


@pytest.fixture
def store():
    return MemoryChatStore()


@pytest.fixture
def models(tmp_path):
    return ModelStore(DataPaths.from_option(tmp_path))


@pytest.fixture
def conversation(qapp):
    return ConversationModel()


@pytest.fixture
def chats(qapp):
    return ChatListModel()


@pytest.fixture
def status(engine):
    return follow_engine(StatusModel(), engine)


@pytest.fixture
def runner(store, engine, conversation, status):
    return AnswerRunner(store, engine, conversation, status)


@pytest.fixture
def controller(store, models, runner, conversation, chats, status):
    return ChatController(store, models, runner, conversation, chats, status)


@pytest.fixture
def heard(controller, runner):
    """What the controller told the window."""
    heard = SimpleNamespace(busy=[], problems=[], drafts=[], chats=[], editing=[], repeating=[])
    controller.busy_changed.connect(heard.busy.append)
    controller.problem_raised.connect(heard.problems.append)
    controller.draft_changed.connect(heard.drafts.append)
    controller.chat_changed.connect(heard.chats.append)
    controller.editing_changed.connect(lambda editing, _files: heard.editing.append(editing))
    controller.repeating_changed.connect(heard.repeating.append)
    return heard


@pytest.fixture
def idle(qtbot, controller):
    """Wait until nothing runs any more."""
    return lambda: qtbot.waitUntil(lambda: controller.quiet)


@pytest.fixture
def texts(conversation):
    return lambda: [m.shown_text for m in conversation.messages()]


@pytest.fixture
def states(conversation):
    return lambda: [m.state.value for m in conversation.messages()]


@pytest.fixture
def shown(qtbot, conversation):
    """Wait until a message with that text is on the screen."""
    return lambda text: qtbot.waitUntil(
        lambda: any(m.shown_text == text for m in conversation.messages())
    )


@pytest.fixture(autouse=True)
def no_thread_is_left(qapp):
    """A thread that outlives its test is a leak."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and not t.daemon]
    assert not left, left
    assert QThread.currentThread() is qapp.thread()


@pytest.fixture
def theme(qapp):
    # Windows of the last test go only now, and would all be styled again.
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    theme = Theme(qapp)
    yield theme
    theme.deleteLater()
    # The style sheet stays: taking it away while widgets live leaves pointers to them behind.
    qapp.setPalette(QPalette())


@pytest.fixture(scope="session")
def collect_texts():
    """The tool that finds all texts for translators."""
    file = Path(__file__).parents[2] / "tools" / "collect_texts.py"
    spec = importlib.util.spec_from_file_location("collect_texts", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

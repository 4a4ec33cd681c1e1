"""A tokenizer in a process of its own: whatever its file does, the program goes on."""

import gc
import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer as Library
from tokenizers import decoders, models, pre_tokenizers

from ternchat import engine
from ternchat.engine import tokenizer as tokenizer_module
from ternchat.engine import tokenizer_process
from ternchat.engine.errors import LoadCancelled, TokenizerError
from ternchat.engine.tokenizer import SHORT_TEXT, TokenizerStart

FLEDGLING = Path(__file__).parents[2] / "resources" / "fledgling"
SPEC = json.loads((FLEDGLING / "tokenizer.json").read_text())
BYTE_LEVEL = SPEC["pre_tokenizer"] | {"use_regex": False}
# Every x doubles the work, and each piece stays below the library's own bound.
ENDLESS = ("x" * 22 + "z") * 100_000


def with_pattern(pattern):
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated"}
    steps = [split | {"invert": False}, BYTE_LEVEL]
    return SPEC | {"pre_tokenizer": {"type": "Sequence", "pretokenizers": steps}}


HOSTILE = with_pattern("(x+x+)+y|[^x]")
HELLO = Library.from_str(json.dumps(HOSTILE)).encode("Hello").ids


@pytest.fixture
def path(tmp_path):
    """Where a tokenizer's file is."""
    return Path(shutil.copy(FLEDGLING / "tokenizer.json", tmp_path))


@pytest.fixture
def in_process(monkeypatch):
    """As if every file were large."""
    monkeypatch.setattr(tokenizer_module, "SMALL_FILE_BYTES", -1)


@pytest.fixture
def start(path):
    """Makes a tokenizer of contents, or of the file that is there; all end with the test."""
    begun = []

    def start(contents=None):
        if contents is not None:
            path.write_text(json.dumps(contents), "utf-8")
        begun.append(TokenizerStart(path, 4096))
        return begun[-1]

    yield start
    for each in begun:
        each.close()


@pytest.fixture
def make(start):
    return lambda contents=None: start(contents).result()


def process_of(tokenizer):
    [pid] = tokenizer.pids
    return psutil.Process(pid)


def has_ended(process):
    psutil.wait_procs([process], timeout=60)
    return not process.is_running()


class Enough(Exception):
    """What a pause raises."""


def enough():
    raise Enough


# ---- Which one is used -----------------------------------------------------------------------


def test_a_small_file_and_a_short_text_need_no_process(make):
    tokenizer = make()
    assert tokenizer.encode("x" * SHORT_TEXT)
    assert tokenizer.pids == ()


def test_a_long_text_is_encoded_in_a_process_although_the_file_is_small(make):
    tokenizer, library = make(), Library.from_file(str(FLEDGLING / "tokenizer.json"))
    text = "Once upon a time, 12 swans. " * 1000
    assert tokenizer.encode(text) == library.encode(text, add_special_tokens=False).ids
    assert process_of(tokenizer).is_running()


@pytest.mark.parametrize(
    "changes",
    [
        HOSTILE,
        {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [BYTE_LEVEL]}},
        {"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}]}},
        {"decoder": {"type": "Sequence", "decoders": [SPEC["decoder"]]}},
        {"model": SPEC["model"] | {"unk_token": "<|pad|>"}},
    ],
)
def test_a_small_file_that_asks_for_more_than_byte_level_bpe_has_a_process(make, changes):
    assert process_of(make(SPEC | changes)).is_running()


def test_a_large_file_has_a_process_for_every_text(make, in_process):
    tokenizer = make()
    assert process_of(tokenizer).is_running()
    library = Library.from_file(str(FLEDGLING / "tokenizer.json"))
    assert tokenizer.encode("Hello!") == library.encode("Hello!").ids


alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())


@st.composite
def vocabularies(draw):
    """The contents of a small tokenizer with merges at random."""
    vocab = {character: index for index, character in enumerate(alphabet)}
    merges = []
    letters = [*"abeint", "Ġ", "Ã", "©"]
    for _ in range(draw(st.integers(0, 12))):
        pair = draw(st.sampled_from(letters)), draw(st.sampled_from(letters))
        if "".join(pair) not in vocab:
            merges.append(pair)
            vocab["".join(pair)] = len(vocab)
            letters.append("".join(pair))
    library = Library(models.BPE(vocab, merges, ignore_merges=draw(st.booleans())))
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=draw(st.booleans()))
    library.decoder = decoders.ByteLevel()
    library.add_special_tokens(draw(st.lists(st.sampled_from(["<|eot_id|>", "<s>"]), unique=True)))
    return json.loads(library.to_str())


texts = st.lists(st.text(max_size=20) | st.text("abeint é<s>", max_size=40), max_size=6)


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(contents=vocabularies(), texts=texts)
def test_both_ways_give_the_same(tmp_path_factory, contents, texts):
    path = tmp_path_factory.mktemp("both") / "tokenizer.json"
    path.write_text(json.dumps(contents), "utf-8")
    here = TokenizerStart(path, 300).result()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokenizer_module, "SMALL_FILE_BYTES", -1)
        there = TokenizerStart(path, 300).result()
    assert (here.pids, len(there.pids)) == ((), 1)
    for text in texts:
        assert there.encode(text) == here.encode(text)
    for name in ("vocab_size", "markers", "edges", "adds_bos"):
        assert getattr(there, name) == getattr(here, name)
    for token_id in range(300):
        assert there.decode_bytes(token_id) == here.decode_bytes(token_id)
    for token in [*contents["model"]["vocab"], "<s>", "<|eot_id|>", "ab", ""]:
        assert there.token_to_id(token) == here.token_to_id(token)
    there.close()


# ---- Stopped ---------------------------------------------------------------------------------


def test_making_it_can_be_given_up_at_any_moment(start, in_process, monkeypatch):
    held = [sys.executable, "-c", "import threading; threading.Event().wait()"]
    monkeypatch.setattr(tokenizer_process, "module_command", lambda *_: held)
    tokenizer = start()
    process = psutil.Process(tokenizer._child.pid)
    with pytest.raises(Enough):
        tokenizer.result(enough)
    assert has_ended(process)


def test_stopping_the_load_of_a_model_ends_its_process(roomy_folder, in_process, monkeypatch):
    held = [sys.executable, "-c", "import threading; threading.Event().wait()"]
    monkeypatch.setattr(tokenizer_process, "module_command", lambda *_: held)
    before = set(psutil.Process().children())
    begun, waits = [], []

    def progress(done, total):
        begun.extend(set(psutil.Process().children()) - before)
        waits.extend([done] if done == total else [])
        return len(waits) < 5  # the weights are read: from then on it waits for the tokenizer

    with pytest.raises(LoadCancelled):
        engine.load(roomy_folder, progress=progress)
    assert len(waits) == 5
    assert begun
    assert all(map(has_ended, begun))


def test_a_text_without_end_can_be_stopped_and_the_next_need_not_wait(make):
    tokenizer = make(HOSTILE)
    process = process_of(tokenizer)
    with pytest.raises(Enough):
        tokenizer.encode(ENDLESS, enough)
    assert has_ended(process)
    assert process_of(tokenizer).pid != process.pid  # begun already
    assert tokenizer.encode("Hello") == HELLO


def test_what_is_over_soon_ends_no_process(make, in_process, monkeypatch):
    monkeypatch.setattr(tokenizer_process, "_PATIENCE_SECONDS", 60)
    tokenizer = make()
    process = process_of(tokenizer)
    assert tokenizer.encode("Hello", enough)
    assert process_of(tokenizer) == process


def test_a_text_without_end_keeps_no_other_waiting(make):
    tokenizer = make(HOSTILE)
    begun, stop, outcome = threading.Event(), threading.Event(), []

    def pause():
        begun.set()
        if stop.is_set():
            raise Enough

    def count():
        try:
            tokenizer.encode(ENDLESS, pause)
        except Enough:
            outcome.append("stopped")

    thread = threading.Thread(target=count)
    thread.start()
    assert begun.wait(60)
    assert tokenizer.encode("Hello") == HELLO
    assert thread.is_alive()
    stop.set()
    thread.join()
    assert outcome == ["stopped"]


def test_a_text_is_encoded_although_another_one_ends_the_process(make, monkeypatch):
    """Somebody stops counting a long text; the prompt on its way meanwhile gets a new process."""
    tokenizer = make(HOSTILE)
    waiting, outcome = threading.Event(), []
    text = ("x" * 20 + "z") * 40  # a second, and more beside another

    def encode():
        outcome.append(tokenizer.encode(text, waiting.set))

    def pause():
        if waiting.is_set():
            raise Enough

    thread = threading.Thread(target=encode)
    thread.start()
    with pytest.raises(Enough):
        tokenizer.encode(ENDLESS, pause)
    thread.join()
    assert outcome == [tokenizer.encode(text)]


class Later:
    """A cancel that somebody sets while the text is being encoded."""

    def __init__(self):
        self.looks = 0

    def is_set(self):
        self.looks += 1
        return self.looks > 20


def test_a_prompt_on_its_way_can_be_stopped(roomy_folder, tmp_path):
    folder = Path(shutil.copytree(roomy_folder, tmp_path / "hostile"))
    (folder / "tokenizer.json").write_text(json.dumps(HOSTILE), "utf-8")
    model = engine.load(folder)
    session = engine.Session(model)
    chat = [{"role": "user", "content": ENDLESS}]
    with pytest.raises(engine.ForwardCancelled):
        session.prompt(chat, cancel=Later())
    assert session.last.finish_reason == "cancelled"
    assert list(session.reply(chat, cancel=Later())) == []
    assert session.last.finish_reason == "cancelled"
    hello = [{"role": "user", "content": "Hello"}]
    few = engine.SamplingParams(temperature=0, max_tokens=2)
    assert len(list(session.reply(hello, few))) == 2
    model.close()


# ---- Bounds ----------------------------------------------------------------------------------


def test_a_text_that_takes_too_long_is_an_error_and_the_next_is_encoded(make, monkeypatch):
    monkeypatch.setattr(tokenizer_process, "ENCODE_SECONDS", 0.2)
    monkeypatch.setattr(tokenizer_process, "CHARACTERS_PER_SECOND", 1e12)
    tokenizer = make(HOSTILE)
    with pytest.raises(TokenizerError, match=r"text of 2,300,000 characters: it took longer"):
        tokenizer.encode(ENDLESS)
    monkeypatch.undo()
    assert tokenizer.encode("Hello")


@pytest.fixture
def little_memory(monkeypatch):
    """What a child may have, as whoever asks it sees it."""
    monkeypatch.setattr(tokenizer_process, "MEMORY_BYTES", 40 << 20)
    monkeypatch.setattr(tokenizer_process, "_MARGIN_BYTES", 0)


def test_a_file_that_takes_all_memory_is_an_error(start, little_memory):
    """Every further step writes each byte as two."""
    bomb = SPEC | {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [BYTE_LEVEL] * 40}}
    with pytest.raises(TokenizerError, match=r"json could not be read.*more memory than it may"):
        start(bomb).result()


def test_a_text_that_takes_all_memory_is_an_error_and_the_next_is_encoded(make, little_memory):
    tokenizer = make(with_pattern("[^x]"))
    process = process_of(tokenizer)
    with pytest.raises(TokenizerError, match=r"4,000,000 characters: it took more memory"):
        tokenizer.encode("é" * 4_000_000)
    assert has_ended(process)
    assert tokenizer.encode("Hello")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here")
def test_the_system_bounds_it_too(make, in_process):
    proc = Path("/proc") / str(process_of(make()).pid)
    lines = (proc / "limits").read_text().splitlines()
    limits = {line[:26].strip(): line[26:].split()[0] for line in lines}
    assert limits["Max open files"] == "3"
    assert limits["Max file size"] == "0"
    assert limits["Max core file size"] == "0"
    assert limits["Max processes"] == "0"
    assert int(limits["Max address space"]) < 3 << 30
    assert int(limits["Max cpu time"]) < 200
    assert len(list((proc / "fd").iterdir())) == 3


def test_a_file_that_is_none_is_told_as_soon_as_it_is_known(start, in_process):
    tokenizer = start({})
    assert tokenizer._child._reading._settled.wait(60)
    with pytest.raises(TokenizerError, match=r"tokenizer\.json: the model is None"):
        tokenizer.look()


def test_a_model_is_not_loaded_to_its_end_without_a_tokenizer(roomy_folder, monkeypatch):
    looks, told = iter(range(5)), []

    def look(_self):
        if next(looks, None) is None:
            raise TokenizerError("there is none")

    monkeypatch.setattr(TokenizerStart, "look", look)
    with pytest.raises(TokenizerError, match="there is none"):
        engine.load(roomy_folder, progress=lambda *done: told.append(done))
    assert told[-1][0] < told[-1][1]


# ---- Lost, and begun anew --------------------------------------------------------------------


def test_a_process_that_is_killed_costs_nothing_but_a_moment(make, in_process):
    tokenizer = make()
    ids = tokenizer.encode("Hello!")
    process = process_of(tokenizer)
    process.kill()
    assert has_ended(process)
    assert tokenizer.encode("Hello!") == ids
    assert process_of(tokenizer) != process


def test_a_process_that_is_killed_while_the_file_is_read_is_an_error(start, in_process):
    tokenizer = start()
    process = psutil.Process(tokenizer._child.pid)
    process.kill()
    with pytest.raises(TokenizerError, match="could not be read by the process for it: it ended"):
        tokenizer.result()


def test_a_text_that_ends_every_process_is_an_error(make, in_process, monkeypatch):
    tokenizer = make()
    monkeypatch.setattr(tokenizer_process, "module_command", lambda *_: FRAGILE)
    process_of(tokenizer).kill()
    with pytest.raises(TokenizerError, match=r"text of 5 characters: it ended without an answer"):
        tokenizer.encode("Hello")


def test_a_file_that_was_changed_meanwhile_is_not_read_again(make, path):
    tokenizer = make()
    path.write_text(path.read_text() + "\n")
    assert tokenizer.encode("Hello")
    with pytest.raises(TokenizerError, match=r"tokenizer\.json has changed since its model was"):
        tokenizer.encode("Hello " * SHORT_TEXT)
    assert tokenizer.pids == ()


def test_a_file_that_is_gone_meanwhile_is_named(make, in_process, path):
    tokenizer = make()
    path.unlink()
    assert tokenizer.encode("Hello")  # it was read
    process = process_of(tokenizer)
    process.kill()
    assert has_ended(process)
    with pytest.raises(TokenizerError, match=r"tokenizer\.json cannot be read: no such file"):
        tokenizer.encode("Hello")


# ---- Closed ----------------------------------------------------------------------------------


def test_closing_ends_the_process_and_no_other_is_begun(make, in_process):
    tokenizer = make()
    process = process_of(tokenizer)
    tokenizer.close()
    tokenizer.close()
    assert has_ended(process)
    with pytest.raises(TokenizerError, match="was closed with its model"):
        tokenizer.encode("Hello")
    assert tokenizer.pids == ()


def test_one_that_is_forgotten_leaves_no_process(path, in_process):
    tokenizer = TokenizerStart(path, 4096).result()
    process = process_of(tokenizer)
    del tokenizer
    gc.collect()
    assert has_ended(process)


def test_models_that_come_and_go_leave_no_process(roomy_folder, in_process):
    before = set(psutil.Process().children())
    for stop_at in (1, 3, None, 5, None, 2, None):
        calls = iter(range(1, 1_000_000))
        try:
            model = engine.load(
                roomy_folder, progress=lambda *_, calls=calls, at=stop_at: next(calls) != at
            )
        except LoadCancelled:
            assert stop_at is not None
        else:
            assert len(model.pids) == 1
            model.close()
            assert model.pids == ()
    assert all(map(has_ended, set(psutil.Process().children()) - before))


def test_a_process_does_not_outlive_the_program(path):
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "from pathlib import Path\n"
        "from ternchat.engine import tokenizer\n"
        "tokenizer.SMALL_FILE_BYTES = -1\n"
        f"made = tokenizer.TokenizerStart(Path({str(path)!r}), 4096).result()\n"
        "print(*made.pids, flush=True); input()"
    )
    parent = psutil.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, text=True)
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    assert has_ended(child)


# ---- Answers that are none -------------------------------------------------------------------

BEGIN = """
import os, sys
from ternchat.engine import frames, tokenizer_child
from ternchat.engine.errors import TokenizerError
out, questions = sys.stdout.buffer, sys.stdin.buffer
frames.write(out, 0, b'{"pid": %d}' % os.getpid())
number, question = frames.read(questions, 1 << 30)
"""
READ = """
class Facts(tokenizer_child._Child):
    def say(self, _number, data):
        frames.write(out, number, data)
Facts(out).take(number, question)
number, question = frames.read(questions, 1 << 30)
"""
FRAGILE = [sys.executable, "-c", BEGIN + READ + "os._exit(1)"]


def answering(answer, after=""):
    code = f"{BEGIN}{after}\nframes.write(out, number, {answer!r})\nquestions.read()"
    return lambda *_: [sys.executable, "-c", code]


def facts(head, pieces=b"\xffa\xff"):
    data = json.dumps(head).encode()
    return b"\0" + len(data).to_bytes(4, "big") + data + pieces


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\7",
        b"\0",
        b"\0\0\0\0\0",
        b"\0\0\0\0\2{}",
        b"\0\0\0\0\4null",
        b"\0\0\1\0\0" + b"[" * 65536,
        facts([4096, [], False, "x"], b""),
        facts([4096, [], False, "x"], b"\xff"),
        facts([4096, [], False, "x"], b"a\xffb\xff"),
        facts([1, [], False, "x"], b"\xffa\xffb\xff"),
        facts([300, [], False, "x"]),  # another size than the model's
        facts([4096.5, [], False, "x"]),
        facts([4096, [], 0, "x"]),
        facts([4096, [], False, 1]),
        facts([4096, 7, False, "x"]),
        facts([4096, [7], False, "x"]),
        facts([4096, [["<s>", 4096, True, False, False, False]], False, "x"]),
        facts([4096, [["<s>", True, True, False, False, False]], False, "x"]),
        facts([4096, [["<s>", 1, True]], False, "x"]),
        facts([4096, [], False]),
    ],
)
def test_facts_that_are_none_are_an_error(start, in_process, monkeypatch, answer):
    monkeypatch.setattr(tokenizer_process, "module_command", answering(answer))
    tokenizer = start()
    process = psutil.Process(tokenizer._child.pid)
    with pytest.raises(TokenizerError, match="could not be read by the process for it: it said"):
        tokenizer.result()
    assert has_ended(process)


@pytest.mark.parametrize(
    "answer",
    [b"", b"\7", b"\0\1\0", b"\0\0\x10\0\0", b"\0\xff\xff\xff\xff", b"\0\1\0\0\0\0\x10\0\0"],
)
def test_ids_that_are_none_are_an_error(make, in_process, monkeypatch, answer):
    monkeypatch.setattr(tokenizer_process, "module_command", answering(answer, READ))
    tokenizer = make()
    process = process_of(tokenizer)
    with pytest.raises(TokenizerError, match=r"failed on a text of 5 characters: it said what"):
        tokenizer.encode("Hello")
    assert has_ended(process)


def test_a_process_that_does_not_start_is_told(start, in_process, monkeypatch):
    monkeypatch.setattr(tokenizer_process, "module_command", lambda *_: ["/absent/program"])
    with pytest.raises(TokenizerError, match="cannot be read: the process for it does not start"):
        start()


def test_the_process_is_a_part_of_the_program_that_can_be_started():
    done = subprocess.run(
        [sys.executable, "-m", "ternchat.app", "--ternchat-child", "tokenizer_child"],
        input=b"",
        capture_output=True,
        check=True,
    )
    assert done.stdout[8:].startswith(b'{"pid": ')

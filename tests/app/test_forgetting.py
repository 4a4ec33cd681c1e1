"""Nothing of a temporary chat is left once it is gone: the program as it is put together."""

import pytest
from PySide6.QtGui import QPalette

from ternchat.app.cli import arguments
from ternchat.app.context import AppContext
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.paths import DataPaths

SECRET = "The password of the lighthouse is heron, and nobody may ever read it. " * 6
SHORT = ChatSettings(max_tokens=2, temperature=0.0)


@pytest.fixture
def context(qapp, tmp_path):
    """All parts with the real engine."""
    paths = DataPaths.from_option(tmp_path)
    paths.create()
    context = AppContext.build(qapp, paths, arguments.parse(["--data-dir", str(tmp_path)]))
    yield context
    assert context.close()
    context.window.deleteLater()
    qapp.setPalette(QPalette())


@pytest.fixture
def ask(context, qtbot):
    """Asks in a new chat, waits for two words of an answer, and gives the chat's id."""

    def ask(text, *, temporary):
        controller = context.controller
        (controller.new_temporary_chat if temporary else controller.new_chat)()
        controller.set_settings(SHORT)
        controller.send(text)
        qtbot.waitUntil(lambda: controller.quiet, timeout=60_000)
        return context.chats.store.chats()[0].id

    return ask


@pytest.fixture
def rest(context, qtbot):
    """Waits until the engine's thread has done all it was told before."""

    def rest():
        with qtbot.waitSignal(context.engine.finished, timeout=60_000):
            context.controller.use_built_in()

    return rest


def held(context):
    """What the engine's thread, which rests, remembers: private blocks, ids in them, answers."""
    worker = context.engine._worker
    pool, session = worker._pool, worker._session
    ids = [i for block in pool._blocks.values() for i in block.token_ids] + session._cached
    return len(pool._private), ids, session._prompts._answers


def test_deleting_a_temporary_chat_leaves_nothing_of_it_in_the_engine(context, ask, rest):
    chat_id = ask(SECRET, temporary=True)
    ask("What is rain?", temporary=False)  # what was read before goes into the pool
    rest()
    heron = context.engine._worker._model.tokenizer.encode(" heron")
    private, ids, answers = held(context)
    assert private > 0
    assert set(heron) <= set(ids)
    assert len(answers) == 2
    context.window.sidebar.requests.delete_requested.emit([chat_id])
    rest()
    private, ids, answers = held(context)
    assert (private, answers) == (0, {})
    assert not set(heron) <= set(ids)


def test_deleting_it_while_it_is_the_last_thing_read_does_the_same(context, ask, rest):
    chat_id = ask(SECRET, temporary=True)
    context.window.sidebar.requests.delete_requested.emit([chat_id])
    rest()
    assert held(context) == (0, [], {})


def test_nothing_of_it_is_written_when_the_program_ends(context, ask, tmp_path):
    ask(SECRET, temporary=True)
    assert context.engine.close()
    assert [*(tmp_path / "cache" / "read").rglob("*.kv")] == []
    names = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert names
    for path in names:
        assert b"heron" not in path.read_bytes()

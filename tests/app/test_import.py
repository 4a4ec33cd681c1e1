"""Exports of Ternchat and of other programs, sound and hostile."""

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.chat_store import StorageError
from ternchat.app.core.conversation import (
    AnswerStats,
    Chat,
    ChatTree,
    Message,
    Role,
    State,
)
from ternchat.app.core.export.exporting import data_of, export_chats, trees_of
from ternchat.app.core.export.formats import ExportFormat
from ternchat.app.core.folders import Folder, folder_name
from ternchat.app.core.importing import input_file
from ternchat.app.core.importing.errors import ImportFileError
from ternchat.app.core.importing.importer import import_chats, read_chats
from ternchat.app.core.importing.own_json import own_chats
from ternchat.app.core.left_out import runs_of
from ternchat.app.core.memory_chat_store import MemoryChatStore
from ternchat.app.core.message_tree import shown_messages, subtree

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def written(tmp_path, value, name="export.json"):
    path = tmp_path / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return path


def shown(tree):
    return [(str(m.role), m.text) for m in shown_messages(tree)]


# Round trip

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TIMES = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
STATS = st.builds(
    AnswerStats, TEXTS, TEXTS, st.integers(0, 2**31), st.integers(0, 2**31), NUMBERS, NUMBERS,
    NUMBERS, st.none() | TEXTS, st.none() | st.integers(1, 64), st.none() | st.integers(0, 2**63),
    st.lists(st.integers(0, 2**31), max_size=3).map(tuple),
    st.sets(st.integers(0, 20), max_size=5).map(runs_of),
)  # fmt: skip
ATTACHMENTS = st.builds(Attachment, TEXTS, TEXTS, TEXTS, st.none() | st.integers(0, 10**6))
ENDED = [State.DONE, State.STOPPED, State.FAILED, State.INTERRUPTED]
SETTINGS = st.dictionaries(
    TEXTS, st.none() | st.booleans() | st.integers() | TEXTS | st.lists(TEXTS, max_size=2)
)


@st.composite
def trees(draw):
    """Any chat as a store can hold it."""
    messages = []
    for number in range(1, draw(st.integers(0, 8)) + 1):
        parent = draw(st.none() | st.integers(1, number - 1)) if number > 1 else None
        messages.append(
            Message(
                number, 0, parent, draw(st.sampled_from(Role)), draw(TEXTS),
                draw(st.sampled_from(ENDED)), draw(st.none() | STATS), draw(TIMES),
                draw(st.booleans()), tuple(draw(st.lists(ATTACHMENTS, max_size=2))),
            )
        )  # fmt: skip
    ordered = tuple(subtree(None, messages))
    chat = Chat(
        0, draw(TEXTS), draw(TIMES), draw(TIMES), *(draw(st.booleans()) for _ in range(3)),
        folder=folder_name(draw(TEXTS)) or None, archived=draw(st.booleans()),
    )  # fmt: skip
    order = draw(st.permutations([m.id for m in messages]))
    files = tuple(draw(st.lists(ATTACHMENTS, max_size=2)))
    return ChatTree(chat, ordered, tuple(order), draw(SETTINGS), draw(TEXTS), files)


def numbered(tree):
    """The tree with its messages counted from 1."""
    ids = {None: None} | {m.id: n for n, m in enumerate(tree.messages, 1)}
    return replace(
        tree,
        chat=replace(tree.chat, id=0),
        messages=tuple(
            replace(m, id=ids[m.id], chat_id=0, parent=ids[m.parent]) for m in tree.messages
        ),
        shown=tuple(ids[i] for i in tree.shown),
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(trees(), max_size=3))
def test_what_was_exported_is_imported_without_a_loss(originals):
    store, other = MemoryChatStore(), MemoryChatStore()
    ids = [store.add_tree(tree).id for tree in originals]
    exported = trees_of(store, ids)
    assert [numbered(tree) for tree in exported] == [numbered(tree) for tree in originals]
    data = data_of(exported, ExportFormat.JSON, NOW)
    copies = [other.add_tree(tree).id for tree in own_chats(json.loads(data))]
    assert [numbered(other.tree(id_)) for id_ in copies] == [numbered(t) for t in originals]
    assert other.folders() == store.folders()


def test_an_export_of_before_there_were_folders_is_read(sound, tmp_path):
    store = MemoryChatStore()
    for key in ("folder", "archived"):
        del sound["chats"][0][key]
    import_chats(store, written(tmp_path, sound))
    [chat] = store.chats()
    assert (chat.folder, chat.archived) == (None, False)


def test_an_import_puts_chats_into_folders_of_a_usable_name(sound, tmp_path):
    store = MemoryChatStore()
    store.add_folder("Work")
    for name in ("Work", " a\n b ", " ", "x" * 1000):
        import_chats(store, written(tmp_path, changed(sound, ("chats", 0, "folder"), name)))
    names = {chat.folder for chat in store.chats()}
    assert names == {"Work", "a b", None, "x" * 80}
    assert {folder.name for folder in store.folders()} == {"Work", "a b", "x" * 80}
    assert store.folders()[0] == Folder("a b")


def test_a_store_is_rebuilt_from_its_export(tmp_path):
    store, other = MemoryChatStore(), MemoryChatStore()
    chat = store.create_chat("Rain ☔")
    question = store.add(chat.id, None, Role.USER, "one", State.DONE)
    first = store.add(chat.id, question.id, Role.ASSISTANT, "old", State.DONE)
    store.add(chat.id, question.id, Role.ASSISTANT, "new", State.DONE)
    store.select(first.id)
    store.set_settings(chat.id, {"odd": "\ud83d"})
    path = tmp_path / "chats.json"
    export_chats(trees_of(store, [chat.id]), path, ExportFormat.JSON)
    done = import_chats(other, path)
    assert (len(done.chat_ids), done.messages, done.skipped) == (1, 3, 0)
    [copy] = other.chats()
    assert [m.text for m in other.messages(copy.id)] == ["one", "old"]
    assert other.settings(copy.id) == {"odd": "\ud83d"}
    path.read_bytes().decode("utf-8")  # strictly


def test_what_was_under_way_has_ended_in_the_import(tmp_path):
    messages = tuple(
        Message(i, 0, None, Role.USER, "x", state, created=NOW)
        for i, state in enumerate([State.QUEUED, State.WRITING], 1)
    )
    path = tmp_path / "x.json"
    export_chats([ChatTree(Chat(0, "t"), messages, (1, 2))], path, ExportFormat.JSON)
    [tree], _ = read_chats(path)
    assert [m.state for m in tree.messages] == [State.DONE, State.INTERRUPTED]


def test_times_of_other_places_mean_the_same_moment(tmp_path):
    there = timezone(timedelta(hours=-8))
    tree = ChatTree(Chat(0, "t", NOW.astimezone(there), NOW), (), ())
    path = tmp_path / "x.json"
    export_chats([tree], path, ExportFormat.JSON)
    [again], _ = read_chats(path)
    assert again.chat.created == NOW
    assert again.chat.created.tzinfo is UTC


# Files of our own that are wrong


@pytest.fixture
def sound():
    message = Message(1, 0, None, Role.ASSISTANT, "x", created=NOW, stats=AnswerStats("m", "stop"),
                      attachments=(Attachment("a", "t", "x", 1),))  # fmt: skip
    tree = ChatTree(Chat(0, "t", NOW, NOW), (message, replace(message, id=2, parent=1)), (1, 2))
    return json.loads(data_of([tree], ExportFormat.JSON, NOW))


def changed(value, path, new):
    """The value with something else at a place; None for the place takes it away."""
    *way, last = path
    inner = value
    for step in way:
        inner = inner[step]
    if new is KeyError:
        del inner[last]
    else:
        inner[last] = new
    return value


MESSAGE = ("chats", 0, "messages", 1)
WRONG = [
    (("version",), 2, "newer Ternchat"),
    (("version",), KeyError, "the file has no version"),
    (("version",), True, "version is True"),
    (("chats",), {}, "chats is {}, not a list"),
    (("chats", 0), 7, "chat 1 is 7, not an object"),
    (("chats", 0, "title"), KeyError, "chat 1 has no title"),
    (("chats", 0, "title"), ["x" * 500], r"title is \['x+…, not a text"),
    (("chats", 0, "created"), "yesterday", "created is 'yesterday', no time"),
    (("chats", 0, "created"), "2026-01-01T00:00:00", "no time"),
    (("chats", 0, "created"), "0001-01-01T00:00:00+14:00", "no time"),
    (("chats", 0, "settings"), [], "settings is"),
    (("chats", 0, "folder"), 7, "folder is 7, not a text"),
    (("chats", 0, "archived"), 1, "archived is 1, not true or false"),
    (("chats", 0, "messages"), None, "messages is None"),
    (("chats", 0, "shown"), [1], "shown"),
    (("chats", 0, "shown"), [1, 1], "shown"),
    (("chats", 0, "shown"), [1, "2"], "shown"),
    (("chats", 0, "shown"), [1, True], "shown"),
    ((*MESSAGE, "id"), 1, "two messages of the same id"),
    ((*MESSAGE, "id"), 2**70, "out of range"),
    ((*MESSAGE, "parent"), 2, "follow none of its others"),
    ((*MESSAGE, "parent"), 99, "follow none of its others"),
    ((*MESSAGE, "parent"), "1", "message 2, parent is '1'"),
    ((*MESSAGE, "role"), "system", "role is 'system'"),
    ((*MESSAGE, "state"), "x", "state is 'x'"),
    ((*MESSAGE, "text"), None, "text is None"),
    ((*MESSAGE, "pinned"), 1, "pinned is 1, not true or false"),
    ((*MESSAGE, "stats"), {"model": "m"}, "finish_reason is missing"),
    ((*MESSAGE, "stats", "new_tokens"), "9", "new_tokens is '9'"),
    ((*MESSAGE, "attachments"), {}, "attachments is"),
    ((*MESSAGE, "attachments", 0, "tokens"), "1", "attachment, tokens is '1'"),
]


@pytest.mark.parametrize(("place", "value", "sentence"), WRONG)
def test_a_wrong_value_is_named_and_nothing_is_imported(sound, tmp_path, place, value, sentence):
    store = MemoryChatStore()
    path = written(tmp_path, changed(sound, place, value))
    with pytest.raises(ImportFileError, match=sentence):
        import_chats(store, path)
    assert store.chats() == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe\xff", "no text"),
        (b"\xff\xff\xff\xff", "no text"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" + b"9" * 10_000 + b"]", "no JSON"),
        (b"null", "no export that can be read"),
        (b"[]", "no export that can be read"),
        (b"[1, 2]", "no export that can be read"),
        (b'{"mapping": 3}', "no export that can be read"),
        (b'[{"mapping": {}}, {"chat": {"history": {"messages": {}}}}]', "no export"),
        (b"PK\x03\x04 garbage", "no"),
    ],
)
def test_a_file_of_something_else_is_a_sentence(tmp_path, content, sentence):
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match=sentence):
        read_chats(path)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(ImportFileError, match="cannot be read: No such file"):
        read_chats(tmp_path / "missing.json")


def test_a_file_beyond_all_measure_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(input_file, "SIZE_LIMIT_BYTES", 1 << 20)
    with pytest.raises(ImportFileError, match="larger than 1 MB"):
        read_chats(written(tmp_path, " " * ((1 << 20) + 1)))


def test_a_full_disk_leaves_nothing_half_imported(sound, tmp_path):
    class Full(MemoryChatStore):
        def take_in(self, trees):
            yield next(super().take_in(trees))
            raise StorageError("the disk is full")

    store = Full()
    sound["chats"] *= 2
    with pytest.raises(StorageError):
        import_chats(store, written(tmp_path, sound))
    assert store.chats() == []


# ChatGPT


def node(key, parent, *children, role="user", text="x", **message):
    content = {"content_type": "text", "parts": [text]}
    return {
        "id": key,
        "parent": parent,
        "children": list(children),
        "message": {
            "author": {"role": role},
            "content": content,
            "create_time": 1_700_000_000.25,
            "status": "finished_successfully",
            "weight": 1.0,
            "recipient": "all",
            "metadata": {"model_slug": "gpt-4o"} if role == "assistant" else {},
        }
        | message,
    }


@pytest.fixture
def chatgpt():
    nodes = [
        {"id": "root", "parent": None, "children": ["sys"], "message": None},
        node("sys", "root", "q1", "q2", role="system", text="secret"),
        node("q2", "sys", text="edited"),
        node("q1", "sys", "a1", "a2", text="first"),
        node("a2", "q1", role="assistant", text="second answer"),
        node("a1", "q1", "tool", role="assistant", text="first answer"),
        node("tool", "a1", "a3", role="tool", text="result"),
        node("a3", "tool", role="assistant", text="after the tool", status="in_progress"),
    ]
    return {
        "title": "  Trip\nto Rome ",
        "create_time": 1_700_000_000,
        "update_time": 1_700_000_500.5,
        "current_node": "a2",
        "mapping": {each["id"]: each for each in nodes},
    }


def test_branches_of_chatgpt_are_kept_and_its_choice_is_shown(chatgpt, tmp_path):
    [tree], skipped = read_chats(written(tmp_path, [chatgpt]))
    assert shown(tree) == [("user", "first"), ("assistant", "second answer")]
    by_id = {m.id: m for m in tree.messages}
    follows = {m.text: by_id[m.parent].text if m.parent else None for m in tree.messages}
    assert follows == {
        "first": None, "edited": None, "first answer": "first", "second answer": "first",
        "after the tool": "first answer",
    }  # fmt: skip
    texts = [m.text for m in tree.messages]
    assert texts.index("first answer") < texts.index("second answer")
    assert skipped == 0
    assert (tree.chat.title, tree.chat.named) == ("Trip to Rome", True)
    assert tree.chat.created == datetime.fromtimestamp(1_700_000_000, UTC)
    assert tree.chat.used == datetime.fromtimestamp(1_700_000_500.5, UTC)
    [cut] = [m for m in tree.messages if m.text == "after the tool"]
    assert (cut.state, cut.stats.model) == (State.INTERRUPTED, "gpt-4o")


def test_the_archive_of_chatgpt_is_read_with_all_its_parts(chatgpt, tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/conversations-001.json", json.dumps([chatgpt]))
        archive.writestr("folder/conversations-000.json", json.dumps([{**chatgpt, "title": "A"}]))
        archive.writestr("user.json", "{}")
        archive.writestr("chat.html", "<html>")
    found, _ = read_chats(path)
    assert [tree.chat.title for tree in found] == ["A", "Trip to Rome"]


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ({"content": {"content_type": "thoughts", "parts": ["hm"]}}, False),
        ({"content": {"content_type": "text", "parts": None}}, False),
        ({"content": {"content_type": "text", "parts": ["", None, 3]}}, False),
        ({"content": None}, False),
        ({"author": None}, False),
        ({"author": {"role": ["user"]}}, False),
        ({"weight": 0}, False),
        ({"recipient": "python"}, False),
        ({"metadata": {"is_visually_hidden_from_conversation": True}}, False),
        ({"metadata": None}, True),
        ({"create_time": None}, True),
        ({"create_time": 1e300}, True),
        ({"create_time": "now"}, True),
        (
            {
                "content": {
                    "content_type": "multimodal_text",
                    "parts": [{"content_type": "image_asset_pointer"}, {"text": "spoken"}, "x"],
                }
            },
            True,
        ),
    ],
)
def test_what_a_person_does_not_see_is_left_out(tmp_path, message, kept):
    mapping = {
        "a": node("a", None, "b", text="question"),
        "b": node("b", "a", "c", role="user", **message),
        "c": node("c", "b", role="assistant", text="answer"),
    }
    [tree], _ = read_chats(written(tmp_path, [{"mapping": mapping}]))
    texts = [m.text for m in tree.messages]
    assert (len(texts) == 3) is kept
    assert shown(tree)[-1] == ("assistant", "answer")
    if "content" in message and kept:
        assert texts[1] == "[image]\n\nspoken\n\nx"


def test_circles_and_loose_ends_of_other_programs_do_no_harm(tmp_path):
    mapping = {
        "a": node("a", "b", "b"),
        "b": node("b", "a", "a"),
        "self": node("self", "self", "self"),
        "lost": node("lost", "nowhere", "gone", text="kept"),
        "odd": {"parent": 3, "children": [3], "message": "x"},
        "number": 7,
    }
    value = {"title": None, "mapping": mapping, "current_node": ["a"]}
    [tree], _ = read_chats(written(tmp_path, value))
    assert shown(tree) == [("user", "kept")]
    assert (tree.chat.title, tree.chat.named) == ("kept", False)


def test_a_conversation_without_text_is_counted(tmp_path, chatgpt):
    empty = {"mapping": {"a": {"message": None, "parent": None, "children": []}}}
    found, skipped = read_chats(written(tmp_path, [empty, chatgpt, {"mapping": {}}]))
    assert (len(found), skipped) == (1, 2)


def test_a_conversation_of_ten_thousand_messages_is_read(tmp_path):
    mapping = {str(i): node(str(i), str(i - 1), str(i + 1)) for i in range(10_000)}
    [tree], _ = read_chats(written(tmp_path, [{"mapping": mapping, "current_node": "9999"}]))
    assert len(shown(tree)) == 10_000


@pytest.mark.parametrize("damage", ["password", "cut", "bomb", "empty"])
def test_an_archive_that_cannot_be_unpacked_is_a_sentence(tmp_path, monkeypatch, damage):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        name = "user.json" if damage == "empty" else "conversations.json"
        archive.writestr(name, " " * 2_000_000)
    data = bytearray(path.read_bytes())
    if damage == "password":
        for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.index(signature) + offset] |= 1
    elif damage == "cut":
        data[60:90] = bytes(30)
    path.write_bytes(data)
    monkeypatch.setattr(input_file, "SIZE_LIMIT_BYTES", 1 << 20)
    sentences = {"bomb": "larger than 1 MB", "empty": "holds no conversations.json"}
    with pytest.raises(ImportFileError, match=sentences.get(damage, "cannot be unpacked")):
        read_chats(path)


# Open WebUI


def web_node(key, parent, *children, role="user", content="x", **more):
    values = {"id": key, "parentId": parent, "childrenIds": list(children), "role": role,
              "content": content, "timestamp": 1_700_000_000}  # fmt: skip
    return values | more


@pytest.fixture
def open_webui():
    nodes = [
        web_node("q", None, "a", "b", content="question"),
        web_node("a", "q", "c", role="assistant", content="first", modelName="Llama", done=True),
        web_node("b", "q", role="assistant", content="second", model="m:1b", done=False),
        web_node("c", "a", content=[{"type": "text", "text": "more"}, {"type": "image_url"}]),
    ]
    history = {"messages": {each["id"]: each for each in nodes}, "currentId": "c"}
    chat = {"title": "Talk", "history": history, "messages": [], "timestamp": 1_700_000_000_123}
    return {
        "id": "1",
        "title": "Talk",
        "chat": chat,
        "created_at": 1_700_000_000,
        "updated_at": 1_700_000_100,
        "pinned": True,
    }  # fmt: skip


def test_branches_of_open_webui_are_kept_and_its_choice_is_shown(open_webui, tmp_path):
    [tree], _ = read_chats(written(tmp_path, [open_webui]))
    assert shown(tree) == [
        ("user", "question"), ("assistant", "first"), ("user", "more\n\n[image]"),
    ]  # fmt: skip
    assert (tree.chat.title, tree.chat.pinned) == ("Talk", True)
    assert tree.chat.used == datetime.fromtimestamp(1_700_000_100, UTC)
    first, second = (m for m in tree.messages if m.role is Role.ASSISTANT)
    assert (first.stats.model, first.state) == ("Llama", State.DONE)
    assert (second.stats.model, second.state) == ("m:1b", State.INTERRUPTED)


def test_a_bare_chat_of_open_webui_with_milliseconds_is_read(open_webui, tmp_path):
    [tree], _ = read_chats(written(tmp_path, open_webui["chat"]))
    assert tree.chat.created == datetime.fromtimestamp(1_700_000_000.123, UTC)
    assert len(tree.messages) == 4


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["mapping", "chat", "history", "messages", "message", "author", "role",
                             "content", "parts", "parent", "parentId", "children", "title",
                             "format", "version", "chats", "shown", "currentId", "user"]),
            inner, max_size=4,
        ),
        max_leaves=30,
    )
)  # fmt: skip
def test_no_json_at_all_breaks_the_import(tmp_path_factory, value):
    if isinstance(value, dict) and value.get("format"):
        value["format"] = "ternchat-chats"
    path = tmp_path_factory.mktemp("any") / "x.json"
    path.write_text(json.dumps(value), "utf-8")
    store = MemoryChatStore()
    try:
        import_chats(store, path)
    except ImportFileError:
        assert store.chats() == []

"""What every store of chats does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import (
    AnswerStats,
    Chat,
    ChatTree,
    Message,
    ReadPosition,
    Role,
    State,
)
from ternchat.app.core.database.connection import Database
from ternchat.app.core.database.migrations import migrate
from ternchat.app.core.database.sqlite_chat_store import SqliteChatStore
from ternchat.app.core.folders import Folder, FolderNameError
from ternchat.app.core.memory_chat_store import MemoryChatStore
from ternchat.app.core.routed_chat_store import RoutedChatStore

PAPER = Attachment("a.txt", "text/plain", "words", 1)


class Clock:
    """Goes on by a second with every look, and by days when told."""

    def __init__(self):
        self.time = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self):
        self.time += timedelta(seconds=1)
        return self.time

    def pass_days(self, days):
        self.time += timedelta(days=days)


@pytest.fixture
def clock():
    return Clock()


def database_store(path, clock):
    database = Database(path)
    migrate(database)
    disk = SqliteChatStore(database, clock)
    return RoutedChatStore(disk, MemoryChatStore(clock, id_step=-1))


@pytest.fixture(params=["memory", "database"])
def store(request, clock, tmp_path):
    if request.param == "memory":
        store = MemoryChatStore(clock)
    else:
        store = database_store(tmp_path / "chats.db", clock)
    yield store
    store.close()


def ask(store, chat, text, parent=None, state=State.DONE, **more):
    return store.add(chat.id, parent, Role.USER, text, state, **more)


def reply(store, message, text, state=State.DONE):
    return store.add(message.chat_id, message.id, Role.ASSISTANT, text, state)


def texts(store, chat):
    return [m.text for m in store.messages(chat.id)]


def titles(chats):
    return [chat.title for chat in chats]


def found(store, query):
    """Each hit's title or text, with what was found in brackets."""
    return [
        "".join(f"[{span.text}]" if span.found else span.text for span in hit.snippet)
        for hit in store.search(query)
    ]


@pytest.fixture
def chat(store):
    return store.create_chat("Rain")


@pytest.fixture
def branched(store, chat):
    """Two questions at the beginning; the first has two answers, one of which goes on."""
    one = ask(store, chat, "one")
    old = reply(store, one, "old")
    ask(store, chat, "more", parent=old.id)
    reply(store, one, "new")
    ask(store, chat, "uno")
    return {m.text: m.id for m in store.tree(chat.id).messages}


# Paths


def test_a_chat_reads_from_its_first_message_to_its_newest_then_the_queue(store, chat):
    one = ask(store, chat, "one")
    answer = reply(store, one, "1", State.WRITING)
    two = ask(store, chat, "two", answer.id, State.QUEUED)
    three = ask(store, chat, "three", answer.id, State.QUEUED)
    assert texts(store, chat) == ["one", "1", "two", "three"]
    store.save(replace(two, state=State.DONE))
    reply(store, two, "2", State.WRITING)
    assert texts(store, chat) == ["one", "1", "two", "2", "three"]
    assert store.messages(chat.id)[-1] == three


def test_of_two_answers_to_one_question_the_newer_is_shown(store, chat):
    one = ask(store, chat, "one")
    reply(store, one, "old")
    reply(store, one, "new")
    assert texts(store, chat) == ["one", "new"]


def test_siblings_are_numbered_by_age_and_know_nothing_of_the_queue(store, chat, branched):
    ids = branched
    ask(store, chat, "waiting", ids["one"], State.QUEUED)
    assert store.siblings(ids["new"]) == store.siblings(ids["old"]) == [ids["old"], ids["new"]]
    assert store.siblings(ids["one"]) == [ids["one"], ids["uno"]]
    assert store.siblings(ids["more"]) == [ids["more"]]
    assert store.siblings(store.messages(chat.id)[-1].id) == []


def test_a_choice_of_branch_shows_the_whole_way_there_and_is_remembered(store, chat, branched):
    assert texts(store, chat) == ["uno"]
    store.select(branched["one"])
    assert texts(store, chat) == ["one", "new"]
    store.select(branched["more"])
    assert texts(store, chat) == ["one", "old", "more"]
    store.select(branched["uno"])
    store.select(branched["one"])
    assert texts(store, chat) == ["one", "old", "more"]


def test_a_message_that_waited_is_shown_once_its_turn_has_come(store, chat):
    one = ask(store, chat, "one")
    waiting = ask(store, chat, "waiting", one.id, State.QUEUED)
    answer = reply(store, one, "1")
    store.save(replace(waiting, parent=answer.id, state=State.DONE))
    reply(store, waiting, "2")
    assert texts(store, chat) == ["one", "1", "waiting", "2"]
    # It is older than the answer it follows, and still stands behind it in the whole tree.
    assert [m.text for m in store.tree(chat.id).messages] == ["one", "1", "waiting", "2"]


def test_everything_about_a_message_is_kept(store, chat):
    stats = AnswerStats("Fledgling", "stop", 9, 12, None, 34.5, 0.25, "avx2", 2, seed=7)
    paper = Attachment("paper.txt", "text/plain", "words", 3)
    question = ask(store, chat, "Rain?\n\0 ☔", attachments=[paper])
    answer = reply(store, question, "", State.WRITING)
    done = replace(answer, text=" Drops.", state=State.DONE, stats=stats, pinned=True)
    store.save(done)
    assert store.messages(chat.id) == [question, done]
    assert store.message(answer.id) == done
    assert question.attachments == (paper,)


def test_an_answer_grows(store, chat):
    answer = reply(store, ask(store, chat, "?"), "", State.WRITING)
    for piece in (" Rain", " falls", "."):
        store.append_text(answer.id, piece)
    assert texts(store, chat) == ["?", " Rain falls."]
    store.save(replace(store.message(answer.id), state=State.DONE))
    assert texts(store, chat) == ["?", " Rain falls."]


def test_half_a_character_is_kept_as_a_question_mark(store, chat):
    message = ask(store, chat, "a\ud83d", attachments=[Attachment("\ud83d", "t", "\udc00")])
    assert message.text == "a?"
    assert message.attachments == (Attachment("?", "t", "?"),)
    store.append_text(message.id, "\udc00")
    assert store.message(message.id).text == "a??"


def test_a_message_can_be_pinned(store, chat):
    message = ask(store, chat, "keep")
    store.pin_message(message.id, True)
    assert store.message(message.id).pinned
    store.pin_message(message.id, False)
    assert not store.message(message.id).pinned


# Deleting messages


def test_a_deleted_message_takes_all_that_follows_and_shows_what_was_shown_before(
    store, chat, branched
):
    store.select(branched["more"])
    store.delete_message(branched["old"])
    assert texts(store, chat) == ["one", "new"]
    assert store.siblings(branched["new"]) == [branched["new"]]
    store.restore_message(branched["old"])
    assert texts(store, chat) == ["one", "old", "more"]


def test_restoring_brings_back_only_what_that_deletion_took(store, chat, branched):
    store.select(branched["more"])
    store.delete_message(branched["more"])
    store.delete_message(branched["old"])
    store.restore_message(branched["old"])
    assert texts(store, chat) == ["one", "old"]
    store.restore_message(branched["more"])
    assert texts(store, chat) == ["one", "old", "more"]


def test_restoring_a_message_brings_back_what_it_follows(store, chat, branched):
    store.select(branched["more"])
    store.delete_message(branched["more"])
    store.delete_message(branched["one"])
    store.restore_message(branched["more"])
    assert texts(store, chat) == ["one", "old", "more"]


def test_nothing_follows_a_deleted_message(store, chat, branched):
    store.delete_message(branched["one"])
    with pytest.raises(KeyError):
        ask(store, chat, "late", branched["one"])


def test_deleted_messages_go_for_ever_after_thirty_days(store, chat, clock, branched):
    store.delete_message(branched["old"])
    clock.pass_days(29)
    store.delete_message(branched["new"])
    store.purge_old()
    assert store.message(branched["more"]).text == "more"
    clock.pass_days(1)
    store.purge_old()
    for gone in ("old", "more"):
        with pytest.raises(KeyError):
            store.message(branched[gone])
    store.restore_message(branched["new"])
    store.select(branched["one"])
    assert texts(store, chat) == ["one", "new"]


def test_a_message_can_be_taken_out_unless_others_follow(store, chat):
    one = ask(store, chat, "one")
    answer = reply(store, one, "1")
    with pytest.raises(ValueError, match="followed"):
        store.remove(one.id)
    store.remove(answer.id)
    assert texts(store, chat) == ["one"]
    store.remove(one.id)
    assert store.chats() == []
    with pytest.raises(KeyError):
        store.messages(chat.id)


# Chats


def test_the_chat_last_used_comes_first_and_pinned_ones_before_it(store):
    first, second, third = (store.create_chat(title) for title in "abc")
    message = ask(store, first, "x")
    ask(store, second, "y")
    ask(store, third, "z")
    assert titles(store.chats()) == ["c", "b", "a"]
    reply(store, message, "1")
    assert titles(store.chats()) == ["a", "c", "b"]
    store.set_chat_pinned(second.id, True)
    assert titles(store.chats()) == ["b", "a", "c"]
    store.set_chat_pinned(second.id, False)
    assert titles(store.chats()) == ["a", "c", "b"]


def test_a_chat_knows_when_it_was_begun_and_used(store, chat, clock):
    assert store.chat(chat.id) == chat
    clock.pass_days(3)
    message = ask(store, chat, "x")
    assert store.chat(chat.id) == replace(chat, used=message.created)


def test_the_title_a_person_gave_wins_for_ever(store, chat):
    store.set_title(chat.id, "Rain and wind")
    assert titles(store.chats()) == ["Rain and wind"]
    store.rename(chat.id, "Weather")
    store.set_title(chat.id, "Storm")
    assert store.chat(chat.id).title == "Weather"
    assert store.chat(chat.id).named


def test_an_unseen_answer_is_remembered(store, chat):
    store.set_unread(chat.id, True)
    assert store.chat(chat.id).unread
    store.set_unread(chat.id, False)
    assert not store.chat(chat.id).unread


def test_the_trash_can_be_looked_into_and_emptied(store, clock):
    chats = [store.create_chat(title) for title in "abc"]
    for each in chats:
        ask(store, each, "x")
    a, b, c = (each.id for each in chats)
    store.trash([a])
    store.trash([a, b])
    assert (titles(store.chats()), titles(store.trashed())) == (["c"], ["b", "a"])
    store.restore([a, c])
    assert (titles(store.chats()), titles(store.trashed())) == (["c", "a"], ["b"])
    store.purge([b])
    assert store.trashed() == []
    for use in (store.chat, store.messages, store.draft, store.settings):
        with pytest.raises(KeyError):
            use(b)


def test_the_trash_forgets_after_thirty_days_and_empty_chats_never_pile_up(store, clock):
    kept, trashed, empty = (store.create_chat(title) for title in ("kept", "trashed", "empty"))
    for each in (kept, trashed):
        ask(store, each, "x")
    store.trash([trashed.id])
    store.purge_old()
    assert titles(store.chats()) == ["kept"]
    with pytest.raises(KeyError):
        store.chat(empty.id)
    assert titles(store.trashed()) == ["trashed"]
    clock.pass_days(30)
    store.purge_old()
    assert (titles(store.chats()), store.trashed()) == (["kept"], [])


def test_a_list_of_chats_is_moved_as_a_whole_or_not_at_all(store, chat):
    for move in (store.trash, store.restore, store.purge):
        with pytest.raises(KeyError):
            move([chat.id, 999])
        assert titles(store.chats()) == ["Rain"]


def test_what_is_not_there_is_a_key_error(store, chat):
    for use in (store.chat, store.messages, store.tree, store.draft, store.read_position):
        with pytest.raises(KeyError):
            use(999)
    for use in (store.message, store.siblings, store.select, store.remove, store.copy_path):
        with pytest.raises(KeyError):
            use(999)
    for use in (store.delete_message, store.restore_message):
        with pytest.raises(KeyError):
            use(999)
    message = ask(store, chat, "x")
    for change in (
        lambda: ask(store, replace(chat, id=999), "x"),
        lambda: ask(store, chat, "x", parent=999),
        lambda: ask(store, store.create_chat("other"), "x", parent=message.id),
        lambda: store.save(replace(message, id=999)),
        lambda: store.append_text(999, "x"),
        lambda: store.pin_message(999, True),
        lambda: store.rename(999, "x"),
        lambda: store.set_title(999, "x"),
        lambda: store.set_draft(999, "x"),
        lambda: store.set_draft_files(999, []),
        lambda: store.set_settings(999, {}),
        lambda: store.set_unread(999, True),
        lambda: store.set_chat_pinned(999, True),
        lambda: store.set_read_position(999, None),
    ):
        with pytest.raises(KeyError):
            change()


# Folders and the archive


def test_folders_are_made_listed_by_name_and_folded(store):
    for name in ("work", "  Älpler \n trips ", "Home"):
        store.add_folder(name)
    assert store.add_folder("Home") == Folder("Home")
    assert [folder.name for folder in store.folders()] == ["Home", "work", "Älpler trips"]
    store.set_folded("Home", True)
    assert store.folders()[0] == Folder("Home", folded=True)
    assert store.add_folder("Home").folded
    store.set_folded("Home", False)
    assert not store.folders()[0].folded


def test_a_chat_is_in_one_folder_or_in_none(store, chat):
    temporary = store.create_chat("secret", temporary=True)
    store.add_folder("Work")
    store.add_folder("Home")
    both = [chat.id, temporary.id]
    for folder in ("Work", "Home", None):
        store.move(both, folder)
        assert [store.chat(id_).folder for id_ in both] == [folder, folder]
    with pytest.raises(KeyError):
        store.move(both, "Nowhere")
    with pytest.raises(KeyError):
        store.move([chat.id, 999], "Work")
    assert store.chat(chat.id).folder is None


def test_a_folder_can_be_called_otherwise_but_not_like_another(store, chat):
    temporary = store.create_chat("secret", temporary=True)
    store.add_folder("Work")
    store.add_folder("Home")
    store.move([chat.id, temporary.id], "Work")
    store.rename_folder("Work", " Job ")
    assert [folder.name for folder in store.folders()] == ["Home", "Job"]
    assert [store.chat(each.id).folder for each in (chat, temporary)] == ["Job", "Job"]
    store.rename_folder("Job", "Job")
    for name, sentence in (("Home", "there is a folder called Home already"), (" ", "a name")):
        with pytest.raises(FolderNameError, match=sentence):
            store.rename_folder("Job", name)
    with pytest.raises(FolderNameError):
        store.add_folder("\n")
    for change in (
        lambda: store.rename_folder("Work", "x"),
        lambda: store.delete_folder("Work"),
        lambda: store.set_folded("Work", True),
    ):
        with pytest.raises(KeyError):
            change()
    assert [folder.name for folder in store.folders()] == ["Home", "Job"]


def test_deleting_a_folder_loses_no_chat(store, chat):
    trashed, temporary = store.create_chat("old"), store.create_chat("t", temporary=True)
    ask(store, trashed, "x")
    store.add_folder("Work")
    store.move([chat.id, trashed.id, temporary.id], "Work")
    store.trash([trashed.id])
    store.delete_folder("Work")
    assert store.folders() == []
    assert {c.title for c in store.chats()} == {"Rain", "t"}
    assert [c.folder for c in [*store.chats(), *store.trashed()]] == [None] * 3


def test_an_archived_chat_is_found_by_the_search_and_comes_back_with_a_message(store, chat):
    question = ask(store, chat, "Does it hail?")
    store.set_archived([chat.id], True)
    assert [c.archived for c in store.chats()] == [True]
    assert found(store, "hail") == ["Does it [hail]?"]
    assert found(store, "rain") == ["[Rain]"]
    assert [hit.archived for hit in store.search("rain") + store.search("hail")] == [True, True]
    reply(store, question, "Seldom.")  # an answer that was still being written
    assert store.chat(chat.id).archived
    ask(store, chat, "When?")
    assert not store.chat(chat.id).archived
    store.set_archived([chat.id], True)
    store.set_archived([chat.id], False)
    assert not store.chat(chat.id).archived
    with pytest.raises(KeyError):
        store.set_archived([chat.id, 999], True)
    assert not store.chat(chat.id).archived


def test_a_copy_is_in_the_folder_of_its_chat_and_not_archived(store, chat):
    message = ask(store, chat, "x")
    store.add_folder("Work")
    store.move([chat.id], "Work")
    store.set_archived([chat.id], True)
    copy = store.copy_path(message.id)
    assert (copy.folder, copy.archived) == ("Work", False)
    assert store.chat(copy.id) == copy
    tree = store.tree(chat.id)
    store.delete_folder("Work")
    again = store.add_tree(tree)
    assert (again.folder, again.archived) == ("Work", True)
    assert store.chat(again.id) == again
    assert store.folders() == [Folder("Work")]


# What belongs to a chat


def test_drafts_belong_to_their_chat_or_to_the_one_to_come(store, chat):
    assert (store.draft(None), store.draft(chat.id)) == ("", "")
    store.set_draft(None, "new\n")
    store.set_draft(chat.id, "more \ud83d")
    assert (store.draft(None), store.draft(chat.id)) == ("new\n", "more ?")
    store.set_draft(None, "")
    assert store.draft(None) == ""


def test_files_of_a_draft_belong_to_it_in_their_order(store, chat):
    first, second = Attachment("a", "text/plain", "x\n", 1), Attachment("b", "text/plain", "y")
    assert (store.draft_files(None), store.draft_files(chat.id)) == ((), ())
    store.set_draft_files(None, [second, first])
    store.set_draft_files(chat.id, [first, Attachment("\ud83d", "t", "\udc00")])
    assert store.draft_files(None) == (second, first)
    assert store.draft_files(chat.id) == (first, Attachment("?", "t", "?"))
    store.set_draft_files(None, [])
    assert store.draft_files(None) == ()
    store.purge([chat.id])
    with pytest.raises(KeyError):
        store.draft_files(chat.id)


def test_settings_are_given_back_as_they_were(store, chat):
    assert store.settings(chat.id) == {}
    settings = {"temperature": 0.5, "system_prompt": "Räuber\n", "seed": None, "stop": ["a", "b"]}
    store.set_settings(chat.id, settings)
    given = store.settings(chat.id)
    assert given == settings
    given["stop"].append("c")
    assert store.settings(chat.id) == settings


def test_the_place_of_reading_is_remembered_while_its_message_is_there(store, chat):
    message = ask(store, chat, "x")
    assert store.read_position(chat.id) is None
    store.set_read_position(chat.id, ReadPosition(message.id, 0.25))
    assert store.read_position(chat.id) == ReadPosition(message.id, 0.25)
    answer = reply(store, message, "y")
    store.set_read_position(chat.id, ReadPosition(answer.id))
    store.remove(answer.id)
    assert store.read_position(chat.id) is None


# Whole chats


def test_a_branch_becomes_a_chat_of_its_own(store, chat, branched):
    store.set_settings(chat.id, {"temperature": 0.0})
    store.set_draft(chat.id, "unsent")
    store.set_draft_files(chat.id, [PAPER])
    store.set_chat_pinned(chat.id, True)
    store.pin_message(branched["one"], True)
    copy = store.copy_path(branched["old"])
    assert texts(store, copy) == ["one", "old"]
    first = store.messages(copy.id)[0]
    assert first.pinned
    assert first.created == store.message(branched["one"]).created
    assert store.settings(copy.id) == {"temperature": 0.0}
    assert (store.draft(copy.id), store.draft_files(copy.id)) == ("", ())
    assert titles(store.chats()) == ["Rain", "Rain"]
    assert store.chats()[1] == copy
    store.save(replace(first, text="changed"))
    assert store.message(branched["one"]).text == "one"


def test_an_answer_being_written_ends_in_the_copy(store, chat):
    answer = reply(store, ask(store, chat, "?"), "half", State.WRITING)
    copy = store.copy_path(answer.id)
    assert [m.state for m in store.messages(copy.id)] == [State.DONE, State.STOPPED]
    assert store.message(answer.id).state is State.WRITING


def test_a_whole_chat_can_be_taken_out_and_put_in_again(store, chat, branched):
    store.select(branched["more"])
    store.select(branched["uno"])
    store.delete_message(branched["new"])
    store.set_settings(chat.id, {"seed": 3})
    store.set_draft(chat.id, "unsent")
    store.set_draft_files(chat.id, [PAPER])
    store.rename(chat.id, "Named")
    tree = store.tree(chat.id)
    assert [m.text for m in tree.messages] == ["one", "uno", "old", "more"]
    copy = store.add_tree(tree)
    assert replace(copy, id=chat.id) == store.chat(chat.id)
    again = store.tree(copy.id)
    names = {m.id: m.text for m in tree.messages}
    new_names = {m.id: m.text for m in again.messages}
    assert [new_names[i] for i in again.shown] == [names[i] for i in tree.shown]
    assert [(m.text, new_names.get(m.parent)) for m in again.messages] == [
        (m.text, names.get(m.parent)) for m in tree.messages
    ]
    assert (again.settings, again.draft) == (tree.settings, tree.draft)
    assert again.draft_files == tree.draft_files == (PAPER,)
    assert texts(store, copy) == ["uno"]
    store.select(again.messages[0].id)
    assert texts(store, copy) == ["one", "old", "more"]


def test_a_long_chat_is_read_and_copied(store):
    numbers = range(1, 3001)
    messages = tuple(Message(i, 1, i - 1 or None, Role.USER, str(i)) for i in numbers)
    chat = store.add_tree(ChatTree(Chat(1, "long"), messages, tuple(numbers)))
    assert texts(store, chat) == [str(i) for i in numbers]
    last = store.messages(chat.id)[-1]
    copy = store.copy_path(last.id)
    assert len(texts(store, copy)) == 3000
    store.delete_message(store.messages(chat.id)[0].id)
    assert texts(store, chat) == []
    store.restore_message(last.id)
    assert len(texts(store, chat)) == 3000
    store.purge([chat.id])
    assert store.chats() == [copy]


# Chats by the thousand


def test_chats_that_come_in_are_seen_all_at_once_in_their_folders(store, chat, branched):
    store.move([chat.id], store.add_folder("Work").name)
    store.set_draft_files(chat.id, [PAPER])
    tree = store.tree(chat.id)
    in_none = replace(tree, chat=replace(tree.chat, folder=None, title="Wind"))
    arrivals = [each for step in store.take_in(iter([tree, in_none])) for each in step]
    assert (store.chats(), store.trashed()) == ([store.chat(chat.id)], [])
    assert found(store, "wind") == []
    assert len(store.search("uno")) == 1
    for arrival in arrivals:
        with pytest.raises(KeyError):
            store.chat(arrival.chat_id)
    store.welcome(arrivals)
    assert [store.chat(each.chat_id).folder for each in arrivals] == ["Work", None]
    assert len(store.chats()) == 3
    assert found(store, "wind") == ["[Wind]"]
    copy = store.tree(arrivals[0].chat_id)
    assert [m.text for m in copy.messages] == [m.text for m in tree.messages]
    assert (copy.settings, copy.draft_files) == (tree.settings, (PAPER,))
    for _ in store.clean_up():
        pass
    assert len(store.chats()) == 3


def test_what_nobody_has_welcomed_is_cleaned_away(store, chat, branched):
    tree = store.tree(chat.id)
    for _ in store.take_in([tree, tree]):
        pass
    for _ in store.clean_up():
        pass
    assert titles(store.chats()) == ["Rain"]
    assert len(store.search("uno")) == 1


def test_what_was_deleted_for_ever_is_not_there_whether_it_is_wiped_or_not(store, chat, branched):
    other = store.copy_path(branched["uno"])
    answer = store.add(chat.id, None, Role.ASSISTANT, "x", State.WRITING)
    steps = store.clean_up()
    store.purge([chat.id])
    for _ in [None, *steps]:
        assert titles(store.chats()) == ["Rain"]
        assert store.trashed() == []
        for call in (store.chat, store.messages, store.tree, store.draft, store.settings):
            with pytest.raises(KeyError):
                call(chat.id)
        for change in (store.restore, store.trash, store.purge):
            with pytest.raises(KeyError):
                change([other.id, chat.id])
        for call in (store.message, store.select, store.delete_message, store.siblings):
            with pytest.raises(KeyError):
                call(answer.id)
        with pytest.raises(KeyError):
            store.rename(chat.id, "y")
        store.purge_old()
    assert texts(store, other) == ["uno"]


# Search


def test_titles_come_first_then_the_newest_message(store, chat):
    one = ask(store, chat, "Does it rain in Spain?")
    reply(store, one, "Mainly on the plain; rainfall varies.")
    ask(store, store.create_chat("Café"), "Snow")
    assert found(store, "rain") == [
        "[Rain]",
        "Mainly on the plain; [rainfall] varies.",
        "Does it [rain] in Spain?",
    ]
    hits = store.search("rain")
    assert [hit.message_id for hit in hits][::2] == [None, one.id]
    assert {(hit.chat_id, hit.title) for hit in hits} == {(chat.id, "Rain")}
    assert len(store.search("rain", limit=2)) == 2


@pytest.mark.parametrize(
    ("query", "results"),
    [
        ("CAFE", ["Ein [Café] in Köln"]),
        ("köl cafe", ["Ein [Café] in [Köln]"]),
        ("cafe paris", []),
        ("well-known", ["a [well-known] fact"]),
        ("known-well", []),
        ("now", []),
        ("京", ["住在東[京]都"]),
        ("東京", ["住在[東京]都"]),
        ("京東", []),
        ("हिन्दी", ["भाषा [हिन्दी] है"]),
        ("", []),
        ("  \n", []),
        ("?!* \" ' ()", []),
        ('"unfinished OR', []),
        ("fact*", ["a well-known [fact]"]),
        ("NEAR(a b)", []),
        ("text:fact", []),
        ("\0", []),
        ("\ud83d", []),
        ("a" * 10_000, []),
    ],
)
def test_any_text_can_be_searched_for(store, chat, query, results):
    for text in ("Ein Café in Köln", "a well-known fact", "住在東京都", "भाषा हिन्दी है"):
        ask(store, chat, text)
    assert found(store, query) == results


def test_a_long_text_is_cut_around_what_was_found(store, chat):
    ask(store, chat, "word " * 50 + "needle\n\n  " + "word " * 50)
    [snippet] = found(store, "needle")
    assert snippet.startswith("…word word")
    assert snippet.endswith("word…")
    assert "word [needle] word" in snippet
    assert len(snippet) < 180


def test_the_trash_and_what_was_deleted_are_not_searched(store, chat, branched):
    store.delete_message(branched["old"])
    assert found(store, "more") == []
    assert found(store, "uno") == ["[uno]"]
    store.trash([chat.id])
    assert found(store, "uno rain") == found(store, "uno") == found(store, "rain") == []
    store.restore([chat.id])
    store.restore_message(branched["old"])
    assert found(store, "more") == ["[more]"]


def test_an_answer_is_found_once_it_is_complete(store, chat):
    answer = reply(store, ask(store, chat, "?"), "half", State.WRITING)
    store.append_text(answer.id, " whole")
    assert found(store, "whole") == []
    store.save(replace(store.message(answer.id), state=State.STOPPED))
    assert found(store, "whole") == ["half [whole]"]


def test_a_change_is_found_and_what_it_replaced_is_not(store, chat):
    message = ask(store, chat, "before")
    store.save(replace(message, text="after"))
    store.rename(chat.id, "Weather")
    assert found(store, "before") == found(store, "rain") == []
    assert found(store, "after") == ["[after]"]
    assert found(store, "weather") == ["[Weather]"]
    store.purge([chat.id])
    assert found(store, "after") == found(store, "weather") == []


# Temporary chats


def test_a_temporary_chat_is_marked_as_one(store, chat):
    temporary = store.create_chat("secret", temporary=True)
    ask(store, temporary, "x")
    assert store.chat(temporary.id).temporary
    assert not store.chat(chat.id).temporary
    assert store.copy_path(store.messages(temporary.id)[0].id).temporary

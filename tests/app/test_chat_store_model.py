"""The database behaves like the memory, whatever is done in whatever order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import AnswerStats, ReadPosition, Role, State
from ternchat.app.core.database.connection import Database
from ternchat.app.core.database.migrations import migrate
from ternchat.app.core.database.sqlite_chat_store import SqliteChatStore
from ternchat.app.core.folders import FolderNameError
from ternchat.app.core.memory_chat_store import MemoryChatStore

WORDS = ["rain", "Räin", "rainfall", "sun shine", "東京", "x-y", ""]
SENTENCES = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
TEXTS = SENTENCES | st.text(st.characters(), max_size=20)
PLACES = st.integers(0, 1_000)  # taken modulo the number of things there are
FILES = st.lists(st.builds(Attachment, TEXTS, TEXTS, TEXTS, st.none()), max_size=2)
FOLDERS = st.sampled_from(["Work", "work", "Home and garden", "?"])
NAMES = FOLDERS | st.sampled_from([" Home  and\ngarden", "", "\ud83d"])
STATS = st.builds(
    AnswerStats, st.text("ab"), st.just("stop"), new_tokens=st.integers(0, 9), seed=st.none()
)


class TwoStores(RuleBasedStateMachine):
    """Does everything twice and compares."""

    def __init__(self):
        super().__init__()
        self.time = datetime(2026, 1, 1, tzinfo=UTC)
        self.folder = TemporaryDirectory()
        self.memory = MemoryChatStore(lambda: self.time)
        self.disk = self.open_disk()
        self.chats = {}  # id in memory -> id on the disk
        self.messages = {}

    def open_disk(self):
        database = Database(Path(self.folder.name) / "chats.db")
        migrate(database)
        database.rows("PRAGMA synchronous = OFF")  # power does not fail here, and time is short
        return SqliteChatStore(database, lambda: self.time)

    def teardown(self):
        self.disk.close()
        self.folder.cleanup()

    @initialize(parents=st.lists(st.none() | PLACES, min_size=3, max_size=9), text=SENTENCES)
    def begin_with_a_tree(self, parents, text):
        self.create_chat(text)
        for parent in parents:
            self.add(0, parent, Role.USER, text, State.DONE, [])

    @rule(title=TEXTS)
    def create_chat(self, title):
        self.chats[self.memory.create_chat(title).id] = self.disk.create_chat(title).id

    @rule()
    def reopen(self):
        self.disk.close()
        self.disk = self.open_disk()

    @rule(days=st.sampled_from([0, 1, 29, 30]))
    def purge_old(self, days):
        self.time += timedelta(days=days)
        self.memory.purge_old()
        self.disk.purge_old()

    @rule(text=TEXTS)
    def set_draft_of_new_chat(self, text):
        self.memory.set_draft(None, text)
        self.disk.set_draft(None, text)

    @rule(files=FILES)
    def set_draft_files_of_new_chat(self, files):
        self.memory.set_draft_files(None, files)
        self.disk.set_draft_files(None, files)

    @rule(
        query=st.sampled_from(["rain", "r", "sun s", "京", "x-y"]) | TEXTS, limit=st.integers(1, 9)
    )
    def search(self, query, limit):
        found = self.memory.search(query, limit)
        mapped = [
            replace(hit, chat_id=self.chats[hit.chat_id], message_id=self.on_disk(hit.message_id))
            for hit in found
        ]
        assert self.disk.search(query, limit) == mapped

    @precondition(lambda self: self.chats)
    @rule(place=PLACES, text=TEXTS, flag=st.booleans(), what=st.sampled_from(
        ["rename", "set_title", "set_draft", "set_unread", "set_chat_pinned", "set_archived",
         "trash", "restore"]
    ))  # fmt: skip
    def change_chat(self, place, text, flag, what):
        chat_id = self.chat(place)
        for store, id_ in ((self.memory, chat_id), (self.disk, self.chats[chat_id])):
            if what in ("trash", "restore"):
                getattr(store, what)([id_])
            elif what == "set_archived":
                store.set_archived([id_], flag)
            else:
                is_flag = what in ("set_unread", "set_chat_pinned")
                getattr(store, what)(id_, flag if is_flag else text)

    @rule(name=NAMES)
    def add_folder(self, name):
        self.both_do(lambda store: store.add_folder(name))

    @rule(folder=FOLDERS, name=NAMES, flag=st.booleans(), what=st.sampled_from(
        ["rename_folder", "delete_folder", "set_folded"]
    ))  # fmt: skip
    def change_folder(self, folder, name, flag, what):
        more = {"rename_folder": [name], "set_folded": [flag]}.get(what, [])
        self.both_do(lambda store: getattr(store, what)(folder, *more))

    @precondition(lambda self: self.chats)
    @rule(place=PLACES, folder=st.none() | FOLDERS)
    def move(self, place, folder):
        chat_id = self.chat(place)
        self.both_do(
            lambda store: store.move(
                [chat_id if store is self.memory else self.chats[chat_id]], folder
            )
        )

    def both_do(self, change):
        """Let both do it, or refuse it alike."""
        outcomes = []
        for store in (self.memory, self.disk):
            try:
                outcomes.append(change(store))
            except (KeyError, FolderNameError) as error:
                outcomes.append((type(error), error.args))
        assert outcomes[0] == outcomes[1]

    @precondition(lambda self: self.chats)
    @rule(place=PLACES, values=st.dictionaries(st.text("abé\ud83d"), st.floats(allow_nan=False)))
    def set_settings(self, place, values):
        chat_id = self.chat(place)
        self.memory.set_settings(chat_id, values)
        self.disk.set_settings(self.chats[chat_id], values)

    @precondition(lambda self: self.chats)
    @rule(place=PLACES, files=FILES)
    def set_draft_files(self, place, files):
        chat_id = self.chat(place)
        self.memory.set_draft_files(chat_id, files)
        self.disk.set_draft_files(self.chats[chat_id], files)

    @precondition(lambda self: self.chats)
    @rule(place=PLACES)
    def purge(self, place):
        chat_id = self.chat(place)
        self.memory.purge([chat_id])
        self.disk.purge([self.chats[chat_id]])

    @precondition(lambda self: self.chats)
    @rule(place=PLACES)
    def copy_chat(self, place):
        chat_id = self.chat(place)
        self.adopt(
            self.memory.add_tree(self.memory.tree(chat_id)),
            self.disk.add_tree(self.disk.tree(self.chats[chat_id])),
        )

    @precondition(lambda self: self.chats)
    @rule(
        chat=PLACES, parent=st.none() | PLACES, role=st.sampled_from(Role), text=TEXTS,
        state=st.sampled_from(State),
        attachments=FILES,
    )  # fmt: skip
    def add(self, chat, parent, role, text, state, attachments):
        chat_id = self.chat(chat)
        there = [m.id for m in self.memory.tree(chat_id).messages]
        followed = None if parent is None or not there else there[parent % len(there)]
        message = self.memory.add(chat_id, followed, role, text, state, attachments)
        copy = self.disk.add(
            self.chats[chat_id], self.on_disk(followed), role, text, state, attachments
        )
        self.messages[message.id] = copy.id

    @precondition(lambda self: self.messages)
    @rule(place=PLACES, text=TEXTS, state=st.sampled_from(State), stats=st.none() | STATS)
    def save(self, place, text, state, stats):
        before = self.memory.message(self.message(place))
        changed = replace(before, text=text, state=state, stats=stats)
        if before.state is State.QUEUED and state is not State.QUEUED:
            path = self.memory.messages(before.chat_id)
            path = [m for m in path if m.state is not State.QUEUED]
            changed = replace(changed, parent=path[-1].id if path else None)
        elif state is State.QUEUED:
            return
        self.memory.save(changed)
        self.disk.save(self.mapped(changed))

    @precondition(lambda self: self.messages)
    @rule(place=PLACES, text=TEXTS)
    def append_text(self, place, text):
        message_id = self.message(place)
        self.memory.append_text(message_id, text)
        self.disk.append_text(self.messages[message_id], text)

    @precondition(lambda self: self.messages)
    @rule(place=PLACES, what=st.sampled_from(["select", "delete_message", "restore_message"]))
    def change_branch(self, place, what):
        message_id = self.message(place)
        getattr(self.memory, what)(message_id)
        getattr(self.disk, what)(self.messages[message_id])

    @precondition(lambda self: self.messages)
    @rule(place=PLACES, fraction=st.floats(0, 1))
    def read(self, place, fraction):
        message = self.memory.message(self.message(place))
        self.memory.set_read_position(message.chat_id, ReadPosition(message.id, fraction))
        self.disk.set_read_position(
            self.chats[message.chat_id], ReadPosition(self.messages[message.id], fraction)
        )

    @precondition(lambda self: self.messages)
    @rule(place=PLACES, pinned=st.booleans())
    def pin_message(self, place, pinned):
        message_id = self.message(place)
        self.memory.pin_message(message_id, pinned)
        self.disk.pin_message(self.messages[message_id], pinned)

    @precondition(lambda self: self.messages)
    @rule(place=PLACES)
    def remove(self, place):
        message_id = self.message(place)
        try:
            self.memory.remove(message_id)
        except ValueError:
            try:
                self.disk.remove(self.messages[message_id])
            except ValueError:
                return
            raise AssertionError("only the memory refused") from None
        self.disk.remove(self.messages[message_id])

    @precondition(lambda self: self.messages)
    @rule(place=PLACES)
    def copy_path(self, place):
        message_id = self.message(place)
        chat_id = self.memory.message(message_id).chat_id
        if any(m.id == message_id for m in self.memory.tree(chat_id).messages):
            self.adopt(
                self.memory.copy_path(message_id), self.disk.copy_path(self.messages[message_id])
            )

    @invariant()
    def both_hold_the_same(self):
        self.time += timedelta(seconds=1)
        for mine, theirs in (
            (self.memory.chats(), self.disk.chats()),
            (self.memory.trashed(), self.disk.trashed()),
        ):
            assert [replace(chat, id=self.chats[chat.id]) for chat in mine] == theirs
        assert self.memory.folders() == self.disk.folders()
        self.forget_what_is_gone()
        assert self.memory.draft(None) == self.disk.draft(None)
        assert self.memory.draft_files(None) == self.disk.draft_files(None)
        for chat_id, disk_id in self.chats.items():
            tree, other = self.memory.tree(chat_id), self.disk.tree(disk_id)
            assert tuple(map(self.mapped, tree.messages)) == other.messages
            assert tuple(map(self.on_disk, tree.shown)) == other.shown
            assert (tree.settings, tree.draft) == (other.settings, other.draft)
            path = self.memory.messages(chat_id)
            assert [*map(self.mapped, path)] == self.disk.messages(disk_id)
            for message in tree.messages:
                siblings = map(self.on_disk, self.memory.siblings(message.id))
                assert [*siblings] == self.disk.siblings(self.messages[message.id])
            position = self.memory.read_position(chat_id)
            if position is not None:
                position = replace(position, message_id=self.messages[position.message_id])
            assert position == self.disk.read_position(disk_id)
            assert tree.draft_files == other.draft_files

    def forget_what_is_gone(self):
        for ids, look in ((self.chats, self.memory.chat), (self.messages, self.memory.message)):
            for id_ in list(ids):
                try:
                    look(id_)
                except KeyError:
                    del ids[id_]

    def adopt(self, chat, copy):
        """Pair the messages of two new chats."""
        self.chats[chat.id] = copy.id
        mine, theirs = self.memory.tree(chat.id), self.disk.tree(copy.id)
        self.messages |= {m.id: n.id for m, n in zip(mine.messages, theirs.messages, strict=True)}

    def chat(self, place):
        ids = sorted(self.chats)
        return ids[place % len(ids)]

    def message(self, place):
        ids = sorted(self.messages)
        return ids[place % len(ids)]

    def on_disk(self, message_id):
        return None if message_id is None else self.messages[message_id]

    def mapped(self, message):
        return replace(
            message,
            id=self.messages[message.id],
            chat_id=self.chats[message.chat_id],
            parent=self.on_disk(message.parent),
        )


TestTwoStores = TwoStores.TestCase
TestTwoStores.settings = settings(
    max_examples=100,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

"""The list of chats and folders: what stands where, and how it changes."""

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from library_help import headings, titles
from PySide6.QtCore import QAbstractListModel, Qt
from PySide6.QtTest import QAbstractItemModelTester

from ternchat.app.core.chat_groups import FolderRow, arranged
from ternchat.app.core.conversation import Chat
from ternchat.app.core.folders import Folder
from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.models.keyed_list_model import PAGE, STEPS_LIMIT, KeyedListModel
from ternchat.app.models.put_away_model import archive_model, trash_model

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
TODAY = NOON.astimezone().date()


def chat(number, **more):
    return Chat(number, f"chat {number}", used=NOON, **more)


def watched(model):
    """The model, watched by Qt's own tester."""
    model.tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    return model


@pytest.fixture
def model(qapp):
    return watched(ChatListModel(today=lambda: TODAY))


def test_what_a_screen_reader_says_of_a_chat(model):
    model.set_chats([chat(1), chat(2, temporary=True), chat(3, unread=True)])
    model.set_answering(2)
    said = {model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(3)}
    assert said == {"chat 1", "chat 2, temporary, answering", "chat 3, unread"}
    assert [model.index(row).data(model.TemporaryRole) for row in range(3)].count(True) == 1


# ---- The order


def test_pinned_chats_come_first_then_folders_then_all_others():
    chats = [
        chat(1, pinned=True),
        chat(2, pinned=True, folder="Work"),
        chat(3),
        chat(4, folder="Work"),
        chat(5, folder="home", archived=True),
        chat(6, folder="lost"),
        chat(7, archived=True),
    ]
    rows = arranged(chats, [Folder("Work"), Folder("home", folded=True)])
    assert rows == [
        chats[0],
        FolderRow(Folder("home", folded=True), ()),
        FolderRow(Folder("lost"), (chats[5],)),
        chats[5],
        FolderRow(Folder("Work"), (chats[1], chats[3])),
        chats[1],
        chats[3],
        chats[2],
    ]


def test_a_folded_folder_hides_its_chats_and_carries_their_mark(model):
    chats = [chat(1, folder="Work", unread=True), chat(2, folder="Work"), chat(3)]
    model.set_places(chats, [Folder("Work", folded=True)])
    assert titles(model) == ["Work", "chat 3"]
    row = model.index(0)
    assert row.data(model.MarkRole) == "unread"
    words = row.data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "Work, folder, 2 chats, folded, unread"
    model.set_answering(2)
    assert row.data(model.MarkRole) == "answering"
    model.set_places(chats, [Folder("Work")])
    assert titles(model) == ["Work", "chat 1", "chat 2", "chat 3"]
    assert [model.index(n).data(model.MarkRole) for n in range(4)] == [
        "",
        "unread",
        "answering",
        "",
    ]
    assert [model.index(n).data(model.InsideRole) for n in range(4)] == [False, True, True, False]


def test_headings_stand_only_over_chats_outside_folders(model):
    chats = [chat(1, pinned=True), chat(2, folder="Work"), chat(3), chat(4)]
    model.set_places(chats, [Folder("Work")])
    assert headings(model) == ["Pinned", "", "", "Today", ""]


def test_the_folder_row_is_told_when_an_answer_in_it_begins(model, qtbot):
    model.set_places([chat(1, folder="Work")], [Folder("Work", folded=True)])
    with qtbot.waitSignal(model.dataChanged) as blocker:
        model.set_answering(1)
    assert blocker.args[0].row() == 0


def test_chats_can_be_dragged_and_selected_and_folders_not(model):
    model.set_places([chat(1, folder="Work")], [Folder("Work")])
    folder, inside = model.index(0).flags(), model.index(1).flags()
    for flag in (Qt.ItemFlag.ItemIsSelectable, Qt.ItemFlag.ItemIsDragEnabled):
        assert not folder & flag
        assert inside & flag
    assert folder & inside & Qt.ItemFlag.ItemIsEditable
    data = model.mimeData([model.index(1)])
    assert model.dragged(data) == [1]
    assert not data.hasText()


def test_a_tooltip_says_the_title_and_shows_no_markup(model):
    model.set_places([Chat(1, "<img src='x.png'> & more")], [Folder("<b>Work</b>")])
    tips = [model.index(n).data(Qt.ItemDataRole.ToolTipRole) for n in range(2)]
    assert tips == [
        "<qt>&lt;b&gt;Work&lt;/b&gt;</qt>",
        "<qt>&lt;img src=&#x27;x.png&#x27;&gt; &amp; more</qt>",
    ]


# ---- Changes


def follow(model):
    """The keys a view would hold that hears only of rows that come, go and move."""
    keys = [model.index(row).data() for row in range(model.rowCount())]

    def insert(_parent, first, last):
        keys[first:first] = [model.index(row).data() for row in range(first, last + 1)]

    def remove(_parent, first, last):
        del keys[first : last + 1]

    def move(_parent, first, last, _target, place):
        taken = keys[first : last + 1]
        del keys[first : last + 1]
        place -= len(taken) if place > first else 0
        keys[place:place] = taken

    def reset():
        keys[:] = [model.index(row).data() for row in range(model.rowCount())]

    model.rowsInserted.connect(insert)
    model.rowsRemoved.connect(remove)
    model.rowsMoved.connect(move)
    model.modelReset.connect(reset)
    return keys


class Numbers(KeyedListModel):
    def __init__(self):
        super().__init__(key=lambda row: row)

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        return self.rows[index.row()] if role == Qt.ItemDataRole.DisplayRole else None


LISTS = st.lists(st.integers(0, 12), unique=True, max_size=12)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LISTS, min_size=2, max_size=5))
def test_a_view_that_follows_every_step_ends_with_the_same_rows(qapp, states):
    model = watched(Numbers())
    keys = follow(model)
    for rows in states:
        model.set_rows(rows)
        assert model.rows == keys == rows


def steps_of(model):
    steps = []
    for name in ("rowsInserted", "rowsRemoved", "rowsMoved", "modelReset"):
        getattr(model, name).connect(lambda *_, name=name: steps.append(name))
    return steps


@pytest.mark.parametrize(
    ("rows", "step"),
    [
        ([9, 1, 2, 3, 4], "rowsInserted"),
        ([1, 2, 4], "rowsRemoved"),
        ([4, 1, 2, 3], "rowsMoved"),
        ([2, 3, 4, 1], "rowsMoved"),
        ([1, 3, 4, 2], "rowsMoved"),
    ],
)
def test_one_thing_that_changes_is_one_step(qapp, rows, step):
    model = watched(Numbers())
    model.set_rows([1, 2, 3, 4])
    steps = steps_of(model)
    model.set_rows(rows)
    assert steps == [step]


def test_a_list_that_becomes_another_one_is_begun_anew(qapp):
    model = watched(Numbers())
    steps = steps_of(model)
    model.set_rows(list(range(STEPS_LIMIT + 1)))
    assert steps == ["modelReset"]


# ---- Trash and archive


def test_the_trash_says_when_a_chat_was_deleted_and_when_it_goes(qapp):
    model = watched(trash_model(today=lambda: TODAY))
    assert isinstance(model, QAbstractListModel)
    ages = (0, 0, 1, 12, 29, 30)
    model.set_rows([chat(n, trashed=NOON - timedelta(days=age)) for n, age in enumerate(ages)])
    assert headings(model) == ["Today", "", "Yesterday", "Older", "", ""]
    details = [model.index(n).data(model.DetailRole) for n in range(6)]
    assert [text.split(" · ")[1] for text in details] == [
        "gone for ever in 30 days",
        "gone for ever in 30 days",
        "gone for ever in 29 days",
        "gone for ever in 18 days",
        "gone for ever in 1 day",
        "gone for ever at the next start",
    ]
    assert all(text.startswith("Deleted ") for text in details)
    words = model.index(3).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == f"chat 3, {details[3]}"


def test_the_archive_says_when_a_chat_was_used_and_its_folder(qapp):
    model = watched(archive_model(today=lambda: TODAY))
    model.set_rows([chat(1, archived=True), chat(2, archived=True, folder="Work")])
    details = [model.index(n).data(model.DetailRole) for n in range(2)]
    assert details[0].startswith("Last used ")
    assert details[1] == f"{details[0]} · Work"
    assert model.ids() == [1, 2]


# ---- Many thousands


def test_of_many_chats_a_page_is_shown_and_more_when_somebody_comes_to_its_end(model):
    chats = [chat(n, folder="Work" if n == 1100 else None) for n in range(1, 1201)]
    model.set_places(chats, [Folder("Work"), Folder("Home", folded=True)])
    assert model.rowCount() == PAGE
    assert {folder.name for folder in model.folders} == {"Work", "Home"}
    assert model.chat(1200) is not None
    model.fetchMore()
    assert model.rowCount() == 2 * PAGE
    model.set_places([chat(1201), *chats], [Folder("Work"), Folder("Home", folded=True)])
    assert model.rowCount() == 2 * PAGE  # as many as somebody has seen
    model.fetchMore()
    model.fetchMore()
    assert model.rowCount() == 1203
    assert not model.canFetchMore()
    model.set_chats(chats[:3])
    assert model.rowCount() == 5
    assert not model.canFetchMore()


def test_a_chat_far_down_is_reached_and_others_are_not_missed(model):
    model.set_chats([chat(n) for n in range(1, 2001)])
    assert model.row_of(1500) == -1
    model.reach(1500)
    assert model.row_of(1500) == 1499
    assert model.rowCount() < 2000
    before = model.rowCount()
    model.reach("no such")
    model.reach(None)
    assert model.rowCount() == before


def test_emptying_the_trash_is_about_all_that_lies_in_it(qapp):
    model = watched(trash_model())
    model.set_rows([chat(n, trashed=NOON) for n in range(1, 1001)])
    assert model.rowCount() == PAGE
    assert len(model.ids()) == 1000


def test_whether_a_row_has_a_heading_is_known_without_asking_for_it(model):
    ages = [(True, 30), (False, 0), (False, 0), (False, 1), (False, 40)]
    model.set_chats(
        [
            Chat(n, str(n), used=NOON - timedelta(days=days), pinned=pinned)
            for n, (pinned, days) in enumerate(ages)
        ]
    )
    rows = range(model.rowCount())
    assert [model.has_heading(row) for row in rows] == [bool(h) for h in headings(model)]

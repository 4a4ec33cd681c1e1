"""Whole chats: renamed, pinned, deleted and brought back, searched, exported, imported."""

from datetime import UTC, date, datetime, timedelta

import pytest
from library_help import dialog, headings, open_menu, titles
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from ternchat.app.core.chat_groups import ChatGroup, group_of
from ternchat.app.core.conversation import Chat, Role, State
from ternchat.app.core.export.formats import ExportFormat
from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.views import toast
from ternchat.app.views.chats_question import ChatsQuestion
from ternchat.app.views.search_palette import HitModel, SearchPalette
from ternchat.app.views.trash_dialog import TrashDialog

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


# ---- The list


@pytest.mark.parametrize(
    ("days", "group"),
    [(-3, "today"), (0, "today"), (1, "yesterday"), (2, "week"), (7, "week"), (8, "older")],
)
def test_chats_stand_under_the_day_they_were_used(days, group):
    today = NOON.astimezone().date()
    chat = Chat(1, "t", used=NOON - timedelta(days=days))
    assert group_of(chat, today) is ChatGroup(group)
    assert group_of(Chat(1, "t", used=NOON, pinned=True), today) is ChatGroup.PINNED


def test_a_heading_stands_above_the_first_chat_of_its_group(qapp):
    model = ChatListModel(today=lambda: NOON.astimezone().date())
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    ages = [(True, 30), (False, 0), (False, 0), (False, 1), (False, 5), (False, 40)]
    model.set_chats(
        [
            Chat(n, str(n), used=NOON - timedelta(days=days), pinned=pinned)
            for n, (pinned, days) in enumerate(ages)
        ]
    )
    assert headings(model) == ["Pinned", "Today", "", "Yesterday", "Previous 7 days", "Older"]
    del tester


def test_a_new_chat_takes_the_heading_from_the_one_below_it(qapp, qtbot):
    model = ChatListModel(today=date.today)
    model.set_chats([Chat(1, "a")])
    with qtbot.waitSignal(model.dataChanged):
        model.set_chats([Chat(2, "b"), Chat(1, "a")])
    assert headings(model) == ["Today", ""]


def test_a_title_typed_in_the_list_is_kept_and_shown(window, views, talk, store, qtbot):
    chat = talk("Rain")
    window.menus.rename_chat.trigger()
    editor = window.sidebar.chats.findChild(QLineEdit)
    assert editor.text() == "Rain"
    editor.setText("  Wind and\nrain ")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: store.chat(chat.id).title == "Wind and rain")
    assert store.chat(chat.id).named
    assert titles(window.sidebar.model) == ["Wind and rain"]
    assert window.page.header.title.text() == "Wind and rain"
    assert window.windowTitle().startswith("Wind and rain")


def test_leaving_the_editor_by_escape_or_empty_changes_nothing(window, views, talk, store, qtbot):
    chat = talk("Rain")
    for text, key in (("x", Qt.Key.Key_Escape), ("  ", Qt.Key.Key_Return)):
        window.menus.rename_chat.trigger()
        editor = window.sidebar.chats.findChild(QLineEdit)
        editor.setText(text)
        qtbot.keyClick(editor, key)
        qtbot.waitUntil(lambda: window.sidebar.chats.findChild(QLineEdit) is None)
        assert store.chat(chat.id).title == "Rain"


def test_a_pinned_chat_stays_on_top(window, views, talk):
    talk("first")
    window.menus.pin_chat.trigger()
    talk("second")
    assert titles(window.sidebar.model) == ["first", "second"]
    assert headings(window.sidebar.model) == ["Pinned", "Today"]


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_of_a_chat_offers_what_can_be_done_with_it(window, views, talk, store, qtbot):
    chat = talk("Rain")
    menu = open_menu(window, 0)
    assert [a.text() for a in menu.actions() if a.text()] == [
        "Rename", "Pin", "Move to folder", "Archive", "Export…", "Delete"
    ]  # fmt: skip
    menu.delete.trigger()
    assert store.chats() == []
    assert store.trashed()[0].id == chat.id


# ---- Deleting


def test_a_deleted_chat_can_be_brought_back_at_once(window, views, talk, store, controller):
    chat = talk("Rain")
    window.menus.delete_chat.trigger()
    assert store.chats() == []
    assert window.page.empty.isVisible()
    assert window.toast.isVisible()
    assert window.toast.text.text() == "1 chat deleted."
    window.toast.button.click()
    assert store.chats()[0].id == chat.id
    assert titles(window.sidebar.model) == ["Rain"]
    assert not window.toast.isVisible()


def test_the_offer_to_undo_stands_ten_seconds(window, views, talk, qtbot):
    assert toast.SHOWN_MS == 10_000
    talk("Rain")
    window.toast._timer.setInterval(1)
    window.menus.delete_chat.trigger()
    qtbot.waitUntil(lambda: not window.toast.isVisible())


def test_a_deleted_message_can_be_brought_back(window, views, talk, controller, conversation):
    talk("Rain", "question", "answer")
    controller.actions.delete(conversation.messages()[1].id)
    assert [m.text for m in conversation.messages()] == ["question"]
    window.toast.button.click()
    assert [m.text for m in conversation.messages()] == ["question", "answer"]


def test_delete_all_asks_with_the_number(window, views, talk, store):
    for title in "abc":
        talk(title)
    window.menus.delete_all.trigger()
    question = dialog(window, ChatsQuestion)
    assert question.text() == "Delete 3 chats?"
    assert question.defaultButton() is question.no
    question.no.click()
    assert len(store.chats()) == 3
    window.menus.delete_all.trigger()
    window.findChildren(ChatsQuestion)[-1].yes.click()
    assert store.chats() == []
    window.toast.button.click()
    assert len(store.chats()) == 3


def test_the_trash_gives_back_and_deletes_for_ever(window, views, talk, store, library):
    for title in "abc":
        talk(title)
    library.delete(library.all_ids())
    window.menus.trash.trigger()
    trash = dialog(window, TrashDialog)
    assert sorted(titles(library.trash)) == ["a", "b", "c"]
    assert not trash.restore.isEnabled()
    trash.chats.setCurrentIndex(library.trash.index(0))
    trash.restore.click()
    assert len(store.chats()) == 1
    trash.empty.click()
    question = dialog(trash, ChatsQuestion)
    assert question.text() == "Delete 2 chats for ever?"
    question.yes.click()
    assert store.trashed() == []
    assert not trash.empty.isEnabled()
    assert trash.nothing_title.text() == "The trash is empty."
    assert trash.nothing.isVisible()
    assert not trash.chats.isVisible()


# ---- Searching


@pytest.fixture
def palette(window, views, talk):
    talk("Weather", "Does it rain?", "It rains <b>often</b>.")
    talk("Rome", "Plan a trip")
    window.menus.search.trigger()
    return dialog(window, SearchPalette)


def test_words_are_found_while_one_types_and_enter_opens(palette, window, conversation, qtbot):
    qtbot.keyClicks(palette.field, "rain")
    qtbot.waitUntil(lambda: palette.hits.model().rowCount() == 2)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    hit = palette.hits.currentIndex().data(HitModel.HitRole)
    assert "Does it" in hit.snippet[0].text
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.page.header.title.text() == "Weather"
    assert not palette.isVisible()


def test_a_hit_on_another_branch_is_shown_with_its_branch(
    window, views, talk, store, library, conversation
):
    chat = talk("t", "question", "old answer")
    question = store.messages(chat.id)[0]
    store.add(chat.id, question.id, Role.ASSISTANT, "new", State.DONE)
    [hit] = library.search("old")
    library.open_hit(hit)
    assert [m.text for m in conversation.messages()] == ["question", "old answer"]
    assert store.read_position(chat.id).message_id == hit.message_id


def test_nothing_found_is_said(palette, qtbot):
    qtbot.keyClicks(palette.field, "zebra")
    qtbot.waitUntil(palette.hint.isVisible)
    assert palette.hint.text() == "Nothing found."
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_the_search_is_as_high_as_what_it_shows(palette, window, talk, theme, qtbot):
    def height_for(words):
        palette.field.setText(words)
        palette.look()
        return palette.height()

    empty, nothing = height_for(""), height_for("zebra")
    assert palette.hits.isHidden()
    one, two = height_for("often"), height_for("rain")
    bottom = palette.hits.mapTo(palette, palette.hits.rect().bottomLeft()).y()
    assert palette.hits.verticalScrollBar().maximum() == 0
    assert 0 < two - bottom <= theme.px(13)
    assert empty < nothing < one < two
    for number in range(30):
        talk(f"rain {number}")
    many = height_for("rain")
    assert two < many <= theme.px(440)
    assert palette.hits.verticalScrollBar().maximum() > 0
    assert height_for("") == empty


def test_what_was_found_is_drawn_as_plain_text_and_told_in_words(palette, qtbot):
    palette.field.setText("often")
    palette.look()
    index = palette.hits.model().index(0)
    words = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "Weather: It rains <b>often</b>."
    assert not palette.hits.grab().toImage().isNull()


def test_arrow_keys_go_round(palette, qtbot):
    palette.field.setText("rain")
    palette.look()
    rows = []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        qtbot.keyClick(palette.field, key)
        rows.append(palette.hits.currentIndex().row())
    assert rows == [1, 0, 1]


# ---- Files


def test_chats_go_out_and_come_in(window, views, talk, library, tmp_path, qtbot):
    chat = talk("Rain", "question", "answer")
    file = tmp_path / "rain.json"
    library.export_to([chat.id], str(file), ExportFormat.JSON)
    qtbot.waitUntil(lambda: window.toast.text.text() == "1 chat exported.")
    assert not window.toast.button.isVisible()
    views.import_chosen.emit(str(file))
    qtbot.waitUntil(lambda: window.toast.text.text() == "1 chat imported.")
    assert titles(window.sidebar.model) == ["Rain", "Rain"]
    window.toast.button.click()
    assert titles(window.sidebar.model) == ["Rain"]


def test_taking_back_an_import_takes_back_the_folders_it_made(
    window, views, talk, store, library, tmp_path, qtbot
):
    chats = [talk(title) for title in ("Rain", "Wind")]
    for name, chat in zip(("Weather", "Work"), chats, strict=True):
        store.add_folder(name)
        store.move([chat.id], name)
    file = tmp_path / "all.json"
    library.export_to(library.all_ids(), str(file), ExportFormat.JSON)
    qtbot.waitUntil(lambda: window.toast.text.text() == "2 chats exported.")
    store.delete_folder("Weather")
    library.refresh()
    views.import_chosen.emit(str(file))
    qtbot.waitUntil(lambda: window.toast.text.text() == "2 chats imported.")
    assert titles(window.sidebar.model) == ["Weather", "Rain", "Work", "Wind", "Wind", "Rain"]
    window.toast.button.click()
    assert titles(window.sidebar.model) == ["Work", "Wind", "Rain"]


def test_a_file_that_is_no_export_is_told_in_the_window(window, views, tmp_path, qtbot):
    (tmp_path / "x.json").write_text("[]")
    views.import_chosen.emit(str(tmp_path / "x.json"))
    qtbot.waitUntil(window.page.errors.isVisible)
    assert "x.json is no export" in window.page.errors.text.text()


def test_everything_has_a_name(palette, window, library, qtbot):
    library.delete(library.all_ids()[:1])
    window.menus.trash.trigger()
    nameless = [
        button
        for button in window.findChildren(QAbstractButton)
        if button.isVisible()
        and button.objectName() != "qt_menubar_ext_button"
        and not QAccessible.queryAccessibleInterface(button).text(QAccessible.Text.Name)
    ]
    assert nameless == []


def test_what_is_being_written_ends_with_the_chat_and_memory_goes_with_the_last_copy(
    library, controller, runner, store, qtbot, fake
):
    controller.send("hold")
    qtbot.waitUntil(lambda: runner.answer is not None)
    (chat,) = store.chats()
    library.delete([chat.id])
    qtbot.waitUntil(lambda: controller.quiet)
    assert [c.id for c in store.trashed()] == [chat.id]
    with qtbot.waitSignal(library.purged):
        library.purge([chat.id])
    assert store.trashed() == []

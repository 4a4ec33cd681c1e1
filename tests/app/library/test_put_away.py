"""The trash and the archive as windows: looked into, by mouse and by keyboard."""

import pytest
from library_help import dialog, titles
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from ternchat.app.core.conversation import Role, State
from ternchat.app.views.archive_dialog import ArchiveDialog
from ternchat.app.views.chats_question import ChatsQuestion
from ternchat.app.views.search_palette import SearchPalette
from ternchat.app.views.trash_dialog import TrashDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def trash(window, views, talk, library):
    """The trash with three chats in it."""
    for title in "abc":
        talk(title)
    library.delete(library.all_ids())
    window.menus.trash.trigger()
    return dialog(window, TrashDialog)


@pytest.fixture
def archive(window, views, talk, library):
    """The archive with two chats in it; a third one is in the list."""
    chats = [talk(title, f"words of {title}") for title in ("apple", "bread", "candle")]
    library.set_archived([chats[0].id, chats[1].id], True)
    window.menus.archive.trigger()
    return dialog(window, ArchiveDialog)


def first(put_away):
    put_away.chats.setCurrentIndex(put_away.chats.model().index(0))
    return put_away.selected()[0]


def press_menu_key(view):
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(0, 0), QPoint(0, 0))
    QApplication.sendEvent(view, event)


@pytest.mark.parametrize("button", ["trash", "archived"])
def test_both_can_be_opened_from_the_sidebar(window, views, button):
    getattr(window.sidebar, button).click()
    kind = {"trash": TrashDialog, "archived": ArchiveDialog}[button]
    assert dialog(window, kind).isVisible()


def test_closing_by_every_way_is_possible_again_and_again(window, views, qtbot):
    for kind, action in (
        (TrashDialog, window.menus.trash),
        (ArchiveDialog, window.menus.archive),
    ):
        for way in ("button", "escape", "close"):
            action.trigger()
            found = window.findChildren(kind)[-1]
            if way == "button":
                found.close_button.click()
            elif way == "escape":
                qtbot.keyClick(found, Qt.Key.Key_Escape)
            else:
                found.close()
            assert not found.isVisible()


# ---- Trash


def test_no_single_key_deletes_for_ever(trash, store, qtbot):
    first(trash)
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Space):
        qtbot.keyClick(trash.chats, key)
    assert len(store.trashed()) == 3
    assert trash.findChildren(ChatsQuestion) == []


def test_emptying_asks_with_the_number_and_the_safe_answer_first(trash, store, qtbot):
    trash.empty.click()
    question = dialog(trash, ChatsQuestion)
    assert question.text() == "Delete 3 chats for ever?"
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert len(store.trashed()) == 3
    trash.empty.click()
    question = trash.findChildren(ChatsQuestion)[-1]
    assert question.defaultButton() is question.no
    question.yes.click()
    assert store.trashed() == []


def test_several_are_restored_at_once(trash, store):
    trash.chats.selectAll()
    trash.restore.click()
    assert sorted(chat.title for chat in store.chats()) == ["a", "b", "c"]
    assert trash.nothing.isVisible()
    assert not trash.restore.isEnabled()
    assert not trash.empty.isEnabled()


def test_one_of_them_is_deleted_for_ever_after_a_question(trash, store):
    gone = first(trash)
    trash.purge.click()
    question = dialog(trash, ChatsQuestion)
    assert question.text() == "Delete 1 chat for ever?"
    question.yes.click()
    assert gone not in [chat.id for chat in store.trashed()]
    assert len(store.trashed()) == 2


def test_the_menu_key_offers_what_can_be_done(trash, store):
    press_menu_key(trash.chats)
    assert not trash.chats.menu.isVisible()  # nothing is selected
    restored = first(trash)
    press_menu_key(trash.chats)
    menu = trash.chats.menu
    assert menu.isVisible()
    assert [action.text() for action in menu.actions()] == ["Restore", "Delete for ever…"]
    menu.actions()[0].trigger()
    menu.hide()
    assert store.chat(restored).trashed is None


def test_what_comes_into_the_trash_meanwhile_is_shown(trash, talk, library):
    chat = talk("later")
    library.delete([chat.id])
    assert titles(trash.chats.model())[0] == "later"


# ---- Archive


def test_archived_chats_leave_the_list_and_are_found(archive, window, store, library):
    assert titles(window.sidebar.model) == ["candle"]
    assert sorted(titles(archive.chats.model())) == ["apple", "bread"]
    [hit] = library.search("words of apple")
    archive.close()
    window.menus.search.trigger()
    palette = dialog(window, SearchPalette)
    palette.field.setText("words of")
    palette.look()
    found = palette.hits.model()
    words = {found.index(n).data(Qt.ItemDataRole.AccessibleTextRole) for n in range(3)}
    assert words == {
        "apple: words of apple, archived",
        "bread: words of bread, archived",
        "candle: words of candle",
    }
    palette.chosen.emit(hit)
    assert window.page.header.title.text() == "apple"
    assert store.chat(hit.chat_id).archived


def test_an_archived_chat_is_looked_at_and_comes_back_with_a_message(
    archive, window, store, controller, qtbot
):
    shown = first(archive)
    qtbot.keyClick(archive.chats, Qt.Key.Key_Return)
    assert not archive.isVisible()
    assert window.sidebar.shown == shown
    assert window.sidebar.chats.selected() == []
    assert store.chat(shown).archived
    controller.send("more")
    qtbot.waitUntil(lambda: controller.quiet)
    assert not store.chat(shown).archived
    assert window.sidebar.chats.selected() == [shown]


def test_chats_are_brought_back(archive, window, store):
    archive.chats.selectAll()
    archive.restore.click()
    assert sorted(titles(window.sidebar.model)) == ["apple", "bread", "candle"]
    assert archive.nothing.isVisible()
    assert archive.nothing_title.text() == "Nothing is archived."
    assert window.toast.text.text() == "2 chats back in the list."
    window.toast.button.click()
    assert [chat.archived for chat in store.chats()] == [False, True, True]


def test_the_chat_on_the_screen_is_archived_and_brought_back_by_the_same_key(
    window, views, talk, store, controller
):
    chat = talk("Rain")
    window.menus.archive_chat.trigger()
    assert store.chat(chat.id).archived
    assert window.page.empty.isVisible()
    controller.open_chat(chat.id)
    window.menus.archive_chat.trigger()
    assert not store.chat(chat.id).archived
    assert window.sidebar.chats.selected() == [chat.id]


def test_an_archived_chat_is_deleted_and_restored_into_the_archive(archive, window, store):
    gone = first(archive)
    archive.delete.click()
    assert [chat.id for chat in store.trashed()] == [gone]
    window.toast.button.click()
    assert store.chat(gone).archived
    assert len(titles(archive.chats.model())) == 2


def test_an_answer_that_ends_in_an_archived_chat_leaves_it_there(
    window, views, store, library, controller, runner, fake, qtbot
):
    controller.send("hold")
    qtbot.waitUntil(lambda: runner.answer is not None)
    [chat] = store.chats()
    library.set_archived([chat.id], True)
    fake.gate.set()
    qtbot.waitUntil(lambda: controller.quiet)
    assert store.chat(chat.id).archived
    assert store.messages(chat.id)[-1].state is State.DONE
    assert store.messages(chat.id)[-1].role is Role.ASSISTANT
    assert titles(window.sidebar.model) == []


def test_delete_all_says_how_many_of_them_are_archived(archive, window, store):
    archive.close()
    window.menus.delete_all.trigger()
    question = dialog(window, ChatsQuestion)
    assert question.text() == "Delete 3 chats?"
    assert question.informativeText() == ("2 of them archived. They stay in the trash for 30 days.")
    question.yes.click()
    assert store.chats() == []
    window.toast.button.click()
    assert [chat.archived for chat in store.chats()].count(True) == 2

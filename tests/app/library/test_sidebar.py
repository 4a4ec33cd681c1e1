"""The list of chats and folders under mouse and keyboard, and what it paints."""

import pytest
from library_help import ask_for_menu, menu_of, open_menu, titles
from PySide6.QtCore import QEvent, QItemSelectionModel, QMimeData, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QPainter,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QStyleOptionViewItem

from ternchat.app.core.folders import Folder
from ternchat.app.views.row_painter import RowPainter
from ternchat.app.views.theme import Theme

# Menus ask for more than the offscreen platform can do.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NO_BUTTON, NO_KEY = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(window, views):
    return window.sidebar.chats


@pytest.fixture
def three(talk, library, store):
    """Three chats, the first of them in a folder; the last one made is shown."""
    chats = [talk(title) for title in ("one", "two", "three")]
    store.add_folder("Work")
    store.move([chats[0].id], "Work")
    library.refresh()
    return chats


def index_of(view, chat):
    return view.model().index(view.model().row_of(chat.id))


def folder_row(view, name="Work"):
    return view.model().index(view.model().row_of_folder(name))


def click(qtbot, view, index, key=NO_KEY, button=Qt.MouseButton.LeftButton):
    qtbot.mouseClick(view.viewport(), button, key, view.visualRect(index).center())


def select(view, *chats):
    for chat in chats:
        view.selectionModel().select(index_of(view, chat), QItemSelectionModel.SelectionFlag.Select)


# ---- Marks


def test_the_spinner_turns_while_it_is_seen_and_costs_nothing_otherwise(
    window, view, three, chats, qtbot
):
    spinner = view.itemDelegate().spinner
    assert not spinner.timer.isActive()
    chats.set_answering(three[2].id)
    with qtbot.waitSignals([spinner.turned] * 3):
        pass
    chats.set_answering(None)
    qtbot.waitUntil(lambda: not spinner.timer.isActive())
    chats.set_answering(three[2].id)
    qtbot.waitUntil(spinner.timer.isActive)
    window.sidebar.hide()
    with qtbot.waitSignal(spinner.turned):
        pass
    assert not spinner.timer.isActive()
    window.sidebar.show()
    with qtbot.waitSignal(spinner.turned):
        pass
    chats.set_answering(None)


def test_the_spinner_of_a_row_that_is_scrolled_away_stands_still(window, view, talk, chats, qtbot):
    first = talk("first")
    for number in range(40):
        talk(f"more {number}")
    spinner = view.itemDelegate().spinner
    view.scrollToTop()
    chats.set_answering(first.id)
    view.viewport().repaint()
    assert not spinner.timer.isActive()
    view.scrollToBottom()
    qtbot.waitUntil(spinner.timer.isActive)
    view.scrollToTop()
    with qtbot.waitSignal(spinner.turned):
        pass
    assert not spinner.timer.isActive()
    chats.set_answering(None)


def test_where_no_motion_is_wanted_the_spinner_is_drawn_and_stands_still(
    window, view, three, chats, monkeypatch
):
    spinner = view.itemDelegate().spinner
    before = view.viewport().grab().toImage()
    monkeypatch.setattr(Theme, "still", True)
    chats.set_answering(three[2].id)
    view.viewport().repaint()
    assert not spinner.timer.isActive()
    assert view.viewport().grab().toImage() != before


class Painted(QObject):
    """What is painted of a widget."""

    def __init__(self, widget):
        super().__init__()
        self.rects = []
        widget.installEventFilter(self)

    def eventFilter(self, _watched, event):
        if event.type() == QEvent.Type.Paint:
            self.rects.append(event.rect())
        return False


def test_only_the_row_that_turns_is_painted_again(window, view, three, chats, qtbot):
    chats.set_answering(three[2].id)
    spinner = view.itemDelegate().spinner
    with qtbot.waitSignals([spinner.turned] * 3):
        pass  # the window itself has been painted by then
    painted = Painted(view.viewport())
    with qtbot.waitSignals([spinner.turned] * 3):
        pass
    row = view.visualRect(index_of(view, three[2]))
    assert painted.rects
    assert all(row.contains(rect) for rect in painted.rects)
    chats.set_answering(None)


def ink(theme, text, direction=Qt.LayoutDirection.LeftToRight, width=300):
    """Which columns of a painted line are dark, from left to right."""
    image = QImage(width, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    option = QStyleOptionViewItem()
    option.direction = direction
    option.font = QApplication.font()
    painter = QPainter(image)
    RowPainter(theme).line(painter, option, image.rect(), text)
    painter.end()
    dark = [
        x for x in range(width) if any(image.pixelColor(x, y).lightness() < 200 for y in range(30))
    ]
    return dark


def test_a_title_runs_in_its_own_direction_on_the_side_where_one_begins_to_read(theme):
    words = "שלום עולם"
    bare, asked = ink(theme, words), ink(theme, f"{words}?")
    # The mark stands left of the last word, and all words move to the right to make room for it.
    # On the wrong side it would leave them where they are, as it rightly does in English.
    assert max(asked) > max(bare) + 2
    assert asked[: len(bare) // 2] != bare[: len(bare) // 2]
    assert min(bare) < 10
    mirrored = ink(theme, words, Qt.LayoutDirection.RightToLeft)
    assert max(mirrored) > 290
    latin, asked = ink(theme, "Hello"), ink(theme, "Hello?")
    assert [x for x in asked if x <= max(latin)] == latin


def test_a_title_without_room_is_cut_at_its_own_end(theme):
    words = "שלום עולם " * 9
    cut, whole = ink(theme, words, width=120), ink(theme, words, width=2000)
    assert max(cut) <= 120
    assert len(whole) > 200


# ---- Folders


def test_a_click_or_a_key_folds_a_folder_and_that_is_remembered(view, three, store, qtbot):
    click(qtbot, view, folder_row(view))
    assert store.folders() == [Folder("Work", folded=True)]
    assert titles(view.model()) == ["Work", "three", "two"]
    click(qtbot, view, folder_row(view))
    assert store.folders() == [Folder("Work")]
    view.setFocus()
    for key, folded in (
        (Qt.Key.Key_Left, True),
        (Qt.Key.Key_Left, True),
        (Qt.Key.Key_Right, False),
        (Qt.Key.Key_Return, True),
        (Qt.Key.Key_Space, False),
    ):
        qtbot.keyClick(view, key)
        assert store.folders()[0].folded is folded


def test_going_to_a_folder_leaves_the_chat_on_the_screen(view, three, window, qtbot):
    view.setFocus()
    view.setCurrentIndex(folder_row(view))
    assert view.selected() == [three[2].id]
    assert window.page.header.title.text() == "three"
    before = view.viewport().grab().toImage()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert window.page.header.title.text() == "one"
    assert view.viewport().grab().toImage() != before
    qtbot.keyClick(view, Qt.Key.Key_Left)  # out of the chat, to its folder
    assert view.currentIndex() == folder_row(view)
    assert window.page.header.title.text() == "one"


def test_a_new_folder_takes_the_chat_and_its_name_is_typed_at_once(
    view, three, window, store, qtbot
):
    window.menus.move_chat.trigger()
    menu = menu_of(window)
    assert [a.text() for a in menu.actions() if a.text()] == ["Work", "No folder", "New folder"]
    assert [a.text() for a in menu.actions() if a.isChecked()] == ["No folder"]
    menu.actions()[-1].trigger()
    menu.hide()
    assert store.chat(three[2].id).folder == "New folder"
    editor = view.findChild(QLineEdit)
    assert editor.text() == "New folder"
    editor.setText("Tra & vel")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: store.chat(three[2].id).folder == "Tra & vel")
    assert titles(view.model()) == ["Tra & vel", "three", "Work", "one", "two"]
    assert view.folder_at(view.currentIndex()) == "Tra & vel"
    window.sidebar.requests.places.fill([store.chat(three[2].id)], view.model().folders)
    assert window.sidebar.requests.places.actions()[0].text() == "Tra && vel"
    assert window.sidebar.requests.places.actions()[0].isChecked()


def test_a_name_that_is_taken_is_refused_with_a_sentence(view, three, window, store, qtbot):
    window.menus.new_folder.trigger()
    editor = view.findChild(QLineEdit)
    editor.setText("Work")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "here is a folder called Work" in window.page.errors.text.text())
    assert [folder.name for folder in store.folders()] == ["New folder", "Work"]
    window.menus.new_folder.trigger()
    qtbot.keyClick(view.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert [folder.name for folder in store.folders()] == ["New folder", "New folder 2", "Work"]


def test_f2_renames_the_folder_that_was_gone_to(view, three, window, store, qtbot):
    view.setFocus()
    view.setCurrentIndex(folder_row(view))
    qtbot.keyClick(view, Qt.Key.Key_F2)
    editor = view.findChild(QLineEdit)
    assert (editor.text(), editor.accessibleName()) == ("Work", "Name of the folder")
    editor.setText("Job")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: store.chat(three[0].id).folder == "Job")
    qtbot.waitUntil(view.hasFocus)
    assert view.folder_at(view.currentIndex()) == "Job"


def test_renaming_a_chat_in_a_folded_folder_unfolds_it(view, three, window, store, controller):
    window.sidebar.requests.fold_requested.emit("Work", True)
    controller.open_chat(three[0].id)
    window.menus.rename_chat.trigger()
    assert not store.folders()[0].folded
    assert view.findChild(QLineEdit).text() == "one"


def test_what_is_named_in_a_hidden_sidebar_brings_it_back(view, three, window):
    window.menus.sidebar.trigger()
    assert not view.isVisible()
    window.menus.new_folder.trigger()
    assert view.isVisible()
    assert view.findChild(QLineEdit).isVisible()


def test_a_deleted_folder_keeps_its_chats_and_can_be_brought_back(view, three, window, store):
    window.sidebar.requests.fold_requested.emit("Work", True)
    menu = open_menu(window, 0)
    assert [a.text() for a in menu.actions()] == ["Rename", "Delete folder, keep its chats"]
    menu.delete.trigger()
    menu.hide()
    assert store.folders() == []
    assert titles(view.model()) == ["three", "two", "one"]
    assert window.toast.text.text() == "Folder Work deleted; its chats are kept."
    window.toast.button.click()
    assert store.chat(three[0].id).folder == "Work"
    assert titles(view.model()) == ["Work", "one", "three", "two"]


def test_what_is_typed_stays_when_something_happens_in_the_chat(view, three, window, chats, qtbot):
    window.menus.rename_chat.trigger()
    editor = view.findChild(QLineEdit)
    editor.clear()
    qtbot.keyClicks(editor, "Rain")
    chats.set_answering(three[2].id)
    chats.set_answering(None)
    assert editor.text() == "Rain"


def test_a_name_is_typed_on_after_another_window_had_the_keyboard(view, three, window, qtbot):
    window.menus.new_folder.trigger()
    editor = view.findChild(QLineEdit)
    qtbot.keyClicks(editor, "Tra")
    other = QLineEdit()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    window.activateWindow()
    qtbot.waitUntil(editor.hasFocus)
    qtbot.keyClicks(editor, "vel")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Travel" in titles(view.model()))


def test_a_name_is_taken_as_it_stands_when_one_goes_elsewhere_in_the_window(
    view, three, window, qtbot
):
    window.menus.new_folder.trigger()
    view.findChild(QLineEdit).setText("Travel")
    window.page.composer.setFocus()
    qtbot.waitUntil(lambda: "Travel" in titles(view.model()))


# ---- Dragging


def drag(view, chats, to):
    """Drag chats to a row, as the desktop would tell the view."""
    data = view.model().mimeData([index_of(view, chat) for chat in chats])
    place = view.visualRect(to).center() if to is not None else QPoint(20, view.height() - 20)
    actions, where = Qt.DropAction.MoveAction, view.viewport()
    enter = QDragEnterEvent(place, actions, data, Qt.MouseButton.LeftButton, NO_KEY)
    QApplication.sendEvent(where, enter)
    assert enter.isAccepted()
    move = QDragMoveEvent(place, actions, data, Qt.MouseButton.LeftButton, NO_KEY)
    QApplication.sendEvent(where, move)
    ringed = view.property("dropRow")
    drop = QDropEvent(QPointF(place), actions, data, Qt.MouseButton.LeftButton, NO_KEY)
    QApplication.sendEvent(where, drop)
    assert view.property("dropRow") == -1
    return ringed


def test_chats_are_dragged_into_a_folder_and_out_of_it(view, three, store, window):
    assert drag(view, [three[1], three[2]], folder_row(view)) == 0
    assert {store.chat(each.id).folder for each in three} == {"Work"}
    assert drag(view, [three[0]], None) == -1
    assert store.chat(three[0].id).folder is None
    # Onto a chat that is in a folder: into the same one, whose row is ringed.
    assert drag(view, [three[0]], index_of(view, three[1])) == 0
    assert store.chat(three[0].id).folder == "Work"
    assert [chat.title for chat in store.chats()] == ["three", "two", "one"]


def test_moving_into_a_folder_and_out_of_it_is_undone_by_the_toast(view, three, store, window):
    ids = [chat.id for chat in three]
    window.sidebar.requests.move_requested.emit(ids, "Work")
    assert window.toast.text.text() == "2 chats moved to Work."  # one was there
    window.toast.button.click()
    assert [store.chat(chat_id).folder for chat_id in ids] == ["Work", None, None]
    drag(view, [three[0]], None)
    assert window.toast.text.text() == "1 chat taken out of the folder."
    assert store.chat(ids[0]).folder is None
    window.toast.button.click()
    assert store.chat(ids[0]).folder == "Work"
    assert not window.toast.isVisible()


def test_a_move_that_changes_nothing_offers_nothing(view, three, window):
    window.sidebar.requests.move_requested.emit([three[0].id], "Work")
    assert not window.toast.isVisible()


def test_undoing_a_move_brings_its_folder_back_and_minds_what_was_deleted(
    view, three, store, window, library
):
    for chat in three[:2]:
        window.sidebar.requests.move_requested.emit([chat.id], "Work")
    window.sidebar.requests.move_requested.emit([chat.id for chat in three], None)
    store.delete_folder("Work")
    store.purge([three[1].id])
    window.toast.button.click()
    assert [folder.name for folder in store.folders()] == ["Work"]
    assert store.chat(three[0].id).folder == "Work"
    assert store.chat(three[2].id).folder is None


def test_undoing_a_folder_made_for_chats_takes_it_away_under_whatever_name(
    view, three, store, window, library
):
    window.sidebar.requests.new_folder_requested.emit([three[0].id, three[2].id])
    assert window.toast.text.text() == "2 chats moved to New folder."
    library.folders.rename("New folder", "Better")
    assert store.chat(three[2].id).folder == "Better"
    window.toast.button.click()
    assert [folder.name for folder in store.folders()] == ["Work"]
    assert [store.chat(chat.id).folder for chat in three] == ["Work", None, None]


def test_ctrl_z_in_the_list_takes_back_what_was_done_last(view, three, store, window, qtbot):
    view.setFocus()
    window.sidebar.requests.move_requested.emit([three[1].id], "Work")
    qtbot.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert store.chat(three[1].id).folder is None
    assert not window.toast.isVisible()
    qtbot.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [store.chat(chat.id).folder for chat in three] == ["Work", None, None]


def test_pinning_and_unpinning_are_undone_for_the_chats_they_changed(view, three, store, window):
    def pinned():
        return [store.chat(chat.id).pinned for chat in three]

    ids = [chat.id for chat in three]
    store.set_chat_pinned(ids[0], True)
    window.sidebar.requests.pin_requested.emit(ids, True)
    assert window.toast.text.text() == "2 chats pinned."
    window.toast.button.click()
    assert pinned() == [True, False, False]
    window.sidebar.requests.pin_requested.emit(ids, False)
    assert window.toast.text.text() == "1 chat unpinned."
    window.toast.button.click()
    assert pinned() == [True, False, False]


def test_nothing_else_can_be_dropped_on_the_list(view, three):
    data = QMimeData()
    data.setText("[1]")
    place = view.visualRect(folder_row(view)).center()
    enter = QDragEnterEvent(place, Qt.DropAction.MoveAction, data, NO_BUTTON, NO_KEY)
    QApplication.sendEvent(view.viewport(), enter)
    assert not enter.isAccepted()


# ---- Several chats


def test_several_chats_are_selected_without_opening_them(view, three, window, qtbot):
    click(qtbot, view, index_of(view, three[1]), Qt.KeyboardModifier.ControlModifier)
    assert set(view.selected()) == {three[1].id, three[2].id}
    assert window.page.header.title.text() == "three"
    click(qtbot, view, index_of(view, three[0]))
    assert view.selected() == [three[0].id]
    assert window.page.header.title.text() == "one"


def test_ctrl_tab_goes_through_the_chats_and_past_the_folders(view, three, window, qtbot):
    shown = []
    handle = window.windowHandle()
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_Tab, Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
        shift = Qt.KeyboardModifier.ShiftModifier if key == Qt.Key.Key_Backtab else NO_KEY
        QTest.keyClick(handle, key, Qt.KeyboardModifier.ControlModifier | shift)
        shown.append(window.page.header.title.text())
    assert shown == ["two", "one", "three", "one"]
    assert titles(view.model()) == ["Work", "one", "three", "two"]


def test_keys_act_on_all_chats_selected(view, three, window, store, talk, library):
    select(view, three[1])
    window.menus.pin_chat.trigger()
    assert [chat.pinned for chat in store.chats()] == [True, True, False]
    window.menus.archive_chat.trigger()
    assert titles(view.model()) == ["Work", "one"]
    assert window.toast.text.text() == "2 chats archived."
    window.toast.button.click()
    assert titles(view.model()) == ["three", "two", "Work", "one"]
    select(view, three[1], three[2])
    window.menus.delete_chat.trigger()
    assert window.toast.text.text() == "2 chats deleted."
    assert {chat.title for chat in store.trashed()} == {"two", "three"}


def test_an_answer_elsewhere_does_not_end_a_selection(view, three, store, library):
    select(view, three[1])
    store.create_chat("four")
    library.refresh()
    assert set(view.selected()) == {three[1].id, three[2].id}


def test_a_chat_far_down_the_list_is_marked_there_when_it_is_opened(
    view, window, store, library, controller
):
    ids = [store.create_chat(f"chat {number}").id for number in range(1300)]
    library.refresh()
    controller.open_chat(ids[100])
    assert view.selected() == [ids[100]]
    assert view.visualRect(view.currentIndex()).intersects(view.viewport().rect())
    window.menus.rename_chat.trigger()
    assert view.findChild(QLineEdit).text() == "chat 100"


def test_scrolling_to_the_end_brings_more_of_many_chats(view, store, library, qtbot):
    for number in range(700):
        store.create_chat(f"chat {number}")
    library.refresh()
    assert view.model().rowCount() < 700
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() > 0)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: view.model().rowCount() == 700)


def test_a_mark_lays_nothing_out_anew(view, store, library, chats, monkeypatch):
    ids = [store.create_chat(f"chat {number}").id for number in range(300)]
    library.refresh()
    asked = []
    has_heading = chats.has_heading
    monkeypatch.setattr(chats, "has_heading", lambda row: (asked.append(row), has_heading(row))[1])
    view.doItemsLayout()
    assert len({*asked}) == 300
    asked.clear()
    chats.set_answering(ids[-1])
    QApplication.processEvents()
    view.repaint()
    assert len({*asked}) < 60  # those that are seen


def test_the_delete_key_alone_deletes_nothing(view, three, store, qtbot):
    view.setFocus()
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        qtbot.keyClick(view, key)
    assert len(store.chats()) == 3


# ---- Menus


def test_a_press_of_the_right_button_opens_no_chat(view, three, window, qtbot):
    click(qtbot, view, index_of(view, three[1]), button=Qt.MouseButton.RightButton)
    menu = open_menu(window, view.model().row_of(three[1].id))
    assert window.page.header.title.text() == "three"
    menu.hide()


def test_the_menu_key_opens_the_menu_of_the_row_the_keyboard_is_at(view, three, window, store):
    view.setFocus()
    view.setCurrentIndex(index_of(view, three[1]))
    ask_for_menu(view, QPoint(0, 0), QContextMenuEvent.Reason.Keyboard)
    menu = menu_of(window)
    assert menu is window.sidebar.requests.menu
    row = view.visualRect(index_of(view, three[1]))
    assert row.contains(view.viewport().mapFromGlobal(menu.pos()))
    menu.delete.trigger()
    menu.hide()
    assert [chat.title for chat in store.trashed()] == ["two"]
    view.setCurrentIndex(folder_row(view))
    ask_for_menu(view, QPoint(0, 0), QContextMenuEvent.Reason.Keyboard)
    assert menu_of(window) is window.sidebar.requests.folder_menu
    menu_of(window).hide()


def test_the_menu_acts_on_its_chat_and_shows_the_keys_of_the_window(view, three, window, store):
    menu = open_menu(window, view.model().row_of(three[1].id))
    keys = {a.text(): a.shortcut().toString() for a in menu.actions() if a.shortcut()}
    menus = window.menus
    for action, name in (
        (menus.rename_chat, "Rename"),
        (menus.pin_chat, "Pin"),
        (menus.archive_chat, "Archive"),
        (menus.export_chat, "Export…"),
        (menus.delete_chat, "Delete"),
    ):
        assert keys[name] == action.shortcut().toString()
    menu.pin.trigger()
    assert store.chat(three[1].id).pinned
    menu.hide()
    menu = open_menu(window, view.model().row_of(three[1].id))
    assert menu.pin.text() == "Unpin"
    menu.archive.trigger()
    assert store.chat(three[1].id).archived
    menu.hide()
    menu = open_menu(window, view.model().row_of(three[2].id))
    menu.folders.actions()[0].trigger()
    assert store.chat(three[2].id).folder == "Work"
    menu.rename.trigger()
    menu.hide()
    assert view.findChild(QLineEdit).text() == "three"


def test_the_menu_of_a_selected_chat_is_about_all_selected(view, three, window, store):
    select(view, three[1])
    menu = open_menu(window, view.model().row_of(three[2].id))
    assert not menu.rename.isEnabled()
    menu.delete.trigger()
    menu.hide()
    assert len(store.trashed()) == 2

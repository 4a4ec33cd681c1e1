"""Chats go into files: the question where, the way there, and what can go wrong."""

import os
from datetime import UTC, datetime

import pytest
from library_help import dialog
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMessageBox

from ternchat.app import exporter as exporter_module
from ternchat.app.core.conversation import Chat, ChatTree, Message, Role
from ternchat.app.core.export.formats import ExportFormat
from ternchat.app.core.importing.importer import read_chats
from ternchat.app.exporter import Exporter
from ternchat.app.views import task_progress
from ternchat.app.views.export_dialog import ExportDialog

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def qt_s_own_dialog(qapp):
    """Qt's dialog: the desktop's could not be driven."""
    qapp.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    yield
    qapp.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, on=False)


@pytest.fixture
def ask(window, views, talk, tmp_path, qtbot):
    """Opens the dialog for a chat, in a folder of the test."""

    def ask(title="What is rain?", folder=tmp_path):
        talk(title, "question", "answer")
        window.menus.export_chat.trigger()
        found = dialog(window, ExportDialog)
        found.setDirectory(str(folder))
        return found

    return ask


def field(asked):
    return asked.findChild(QLineEdit, "fileNameEdit")


def choose_format(asked, name):
    asked.selectNameFilter(name)
    asked.filterSelected.emit(name)


def retype(qtbot, asked, text):
    field(asked).selectAll()
    qtbot.keyClicks(field(asked), text)


def save(asked, qtbot):
    """Press Save."""
    qtbot.keyClick(field(asked), Qt.Key.Key_Return)


def answer_next_question(button):
    """Press a button of the question that Qt's dialog asks, and waits for; what it said."""
    asked = []

    def press():
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            asked.append(box.text())
            box.button(button).click()
        else:
            QTimer.singleShot(10, press)

    QTimer.singleShot(0, press)
    return asked


HTML, JSON, MARKDOWN = "Web page (*.html)", "JSON, everything (*.json)", "Markdown (*.md)"


def test_a_name_is_suggested_and_the_file_is_written(ask, window, tmp_path, qtbot):
    asked = ask()
    assert field(asked).text() == "What is rain.md"
    save(asked, qtbot)
    qtbot.waitUntil(lambda: window.toast.text.text() == "1 chat exported.")
    assert (tmp_path / "What is rain.md").read_text("utf-8").startswith("# What is rain?\n")
    assert os.listdir(tmp_path) == ["What is rain.md"]


def test_another_format_changes_the_ending_and_nothing_that_was_typed(ask, qtbot):
    asked = ask()
    choose_format(asked, HTML)
    assert field(asked).text() == "What is rain.html"
    retype(qtbot, asked, "my rain.html")
    choose_format(asked, JSON)
    assert field(asked).text() == "my rain.json"
    retype(qtbot, asked, "notes")
    choose_format(asked, MARKDOWN)
    assert field(asked).text() == "notes.md"


def test_an_ending_that_is_typed_says_more_than_the_format_chosen(ask, window, tmp_path, qtbot):
    asked = ask()
    choose_format(asked, MARKDOWN)
    retype(qtbot, asked, "all.json")
    save(asked, qtbot)
    qtbot.waitUntil(lambda: window.toast.text.text() == "1 chat exported.")
    trees, _ = read_chats(tmp_path / "all.json")
    assert [tree.chat.title for tree in trees] == ["What is rain?"]


@pytest.mark.parametrize(("typed", "written"), [("rain", "rain.json"), ("rain.txt", "rain.txt")])
def test_the_format_chosen_counts_and_an_ending_is_added_where_there_is_none(
    ask, window, tmp_path, qtbot, typed, written
):
    asked = ask()
    choose_format(asked, JSON)
    retype(qtbot, asked, typed)
    save(asked, qtbot)
    qtbot.waitUntil(lambda: window.toast.isVisible())
    [tree], _ = read_chats(tmp_path / written)
    assert tree.chat.title == "What is rain?"


def test_an_ending_that_was_typed_says_more_than_the_format_chosen(ask, window, tmp_path, qtbot):
    asked = ask()
    choose_format(asked, JSON)
    retype(qtbot, asked, "rain.HTML")
    save(asked, qtbot)
    qtbot.waitUntil(lambda: window.toast.isVisible())
    assert (tmp_path / "rain.HTML").read_text("utf-8").startswith("<!doctype html>")


def test_a_file_that_is_there_is_replaced_only_after_a_question(ask, window, tmp_path, qtbot):
    path = tmp_path / "What is rain.md"
    path.write_text("before")
    asked = ask()
    said = answer_next_question(QMessageBox.StandardButton.No)
    save(asked, qtbot)
    assert "already exists" in said[0]
    assert path.read_text() == "before"
    assert asked.isVisible()
    answer_next_question(QMessageBox.StandardButton.Yes)
    save(asked, qtbot)
    qtbot.waitUntil(lambda: window.toast.text.text() == "1 chat exported.")
    assert path.read_text("utf-8").startswith("# What is rain?\n")


def test_leaving_the_dialog_writes_nothing(ask, tmp_path, qtbot):
    asked = ask()
    qtbot.keyClick(asked, Qt.Key.Key_Escape)
    assert not asked.isVisible()
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_a_sentence_and_nothing_is_lost(
    ask, window, tmp_path, qtbot, library
):
    asked = ask()
    folder = tmp_path / "gone"
    folder.mkdir()
    asked.setDirectory(str(folder))
    folder.rmdir()  # as when a stick is pulled out
    library.export_to(library.all_ids(), str(folder / "x.md"), ExportFormat.MARKDOWN)
    qtbot.waitUntil(window.page.errors.isVisible)
    assert "x.md cannot be written: No such file or directory" in window.page.errors.text.text()
    assert len(library.all_ids()) == 1
    assert not library.exporter.is_busy


def test_a_file_that_cannot_be_replaced_stays_as_it_was(
    window, views, talk, library, tmp_path, qtbot
):
    talk("Rain", "x")
    (tmp_path / "x.md").mkdir()
    (tmp_path / "x.md" / "inside").write_text("kept")
    with qtbot.waitSignal(library.problem_raised) as blocker:
        library.export_to(library.all_ids(), str(tmp_path / "x.md"), ExportFormat.MARKDOWN)
    assert "x.md cannot be written" in blocker.args[0].text
    assert os.listdir(tmp_path) == ["x.md"]
    assert (tmp_path / "x.md" / "inside").read_text() == "kept"


# ---- Long exports


@pytest.fixture
def many(store, library):
    """So many chats that writing them takes a while, in the smallest slices."""
    for number in range(300):
        message = Message(1, 1, None, Role.ASSISTANT, f"**{number}** " * 20, created=NOW)
        store.add_tree(ChatTree(Chat(1, f"chat {number}", NOW, NOW), (message,), (1,)))
    library.refresh()
    return library.all_ids()


@pytest.fixture
def slow(monkeypatch):
    """One step at a time, and nobody is patient."""
    monkeypatch.setattr(exporter_module, "SLICE_SECONDS", 0)
    monkeypatch.setattr(task_progress, "PATIENCE_MS", 0)


def test_a_long_export_tells_how_far_it_is_and_the_window_goes_on(
    slow, window, views, many, library, tmp_path, qtbot
):
    told = []
    library.exporter.progressed.connect(told.append)
    events = []
    timer = QTimer()
    timer.setInterval(0)
    timer.timeout.connect(lambda: events.append(len(told)))
    timer.start()
    library.export_to(many, str(tmp_path / "all.html"), ExportFormat.HTML)
    assert not (tmp_path / "all.html").exists()
    progress = views.progress
    qtbot.waitUntil(progress.isVisible)
    qtbot.waitUntil(lambda: progress.bar.value() > 30)
    assert progress.bar.maximum() == 1000
    assert progress.text.text().startswith("Writing chat ")
    assert progress.text.text().endswith(" of 300")
    qtbot.waitUntil(lambda: window.toast.text.text() == "300 chats exported.")
    assert not progress.isVisible()
    timer.stop()
    assert len(set(events)) > 50  # the window came to its turn in between
    assert [p.done for p in told] == sorted(p.done for p in told)
    html = (tmp_path / "all.html").read_text("utf-8")
    assert html.count("<article") == html.count("</article>") == 300


@pytest.mark.parametrize("way", ["button", "escape", "close"])
def test_a_long_export_can_be_cancelled_and_leaves_what_was_there(
    slow, window, views, many, library, tmp_path, qtbot, way
):
    path = tmp_path / "all.html"
    path.write_text("before")
    library.export_to(many, str(path), ExportFormat.HTML)
    progress = views.progress
    qtbot.waitUntil(lambda: progress.isVisible() and progress.bar.value() > 10)
    assert len(os.listdir(tmp_path)) == 2
    if way == "button":
        progress.cancel.click()
    elif way == "escape":
        qtbot.keyClick(progress, Qt.Key.Key_Escape)
    else:
        progress.close()
    assert not library.exporter.is_busy
    assert not progress.isVisible()
    assert os.listdir(tmp_path) == ["all.html"]
    assert path.read_text() == "before"
    assert not window.toast.isVisible()


def test_a_short_export_shows_no_progress(window, views, talk, library, tmp_path, qtbot):
    talk("Rain", "x")
    shown = []
    views.progress.finished.connect(shown.append)
    library.export_to(library.all_ids(), str(tmp_path / "x.md"), ExportFormat.MARKDOWN)
    qtbot.waitUntil(lambda: window.toast.text.text() == "1 chat exported.")
    assert not views.progress.isVisible()
    assert shown == []


def test_a_chat_deleted_for_ever_meanwhile_is_left_out(slow, store, many, tmp_path, qtbot):
    exporter = Exporter(store)
    exporter.start(many, tmp_path / "all.json", ExportFormat.JSON)
    store.purge(many[-5:])
    with qtbot.waitSignal(exporter.written):
        pass
    trees, _ = read_chats(tmp_path / "all.json")
    assert len(trees) == 295


def test_an_export_ends_with_the_program(slow, store, many, tmp_path, qtbot, qapp):
    exporter = Exporter(store)
    exporter.start(many, tmp_path / "all.json", ExportFormat.JSON)
    with qtbot.waitSignal(exporter.progressed):
        pass
    qapp.aboutToQuit.emit()
    assert not exporter.is_busy
    assert os.listdir(tmp_path) == []


def test_every_button_of_the_progress_has_a_name(views):
    buttons = views.progress.findChildren(QAbstractButton)
    assert [button.text() for button in buttons] == ["Cancel"]
    assert views.progress.bar.accessibleName()

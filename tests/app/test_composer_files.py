"""What goes with a message: files, long pastes, and how full they make the context."""

from itertools import combinations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from ternchat.app.core.attachments import PASTED_NAME, Attachment
from ternchat.app.core.context_use import ContextUse
from ternchat.app.views.composer import Composer
from ternchat.app.views.file_drop import FileDrop

NOTES = Attachment("notes.md", "text/markdown", "rain", 7)
ESCAPE = (QKeyEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)


@pytest.fixture
def composer(theme, qtbot):
    window = QWidget()
    window.resize(600, 500)
    composer = Composer(theme)
    box = QVBoxLayout(window)
    box.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
    box.addStretch()
    box.addWidget(composer)
    qtbot.addWidget(window)
    window.show()
    yield composer  # noqa: PT022  the window has to live as long


@pytest.fixture
def stored(composer):
    """What was sent, taken as the controller does: stored, then the draft emptied."""
    stored = []

    def take(text, attachments):
        stored.append((text, attachments))
        composer.set_draft("")

    composer.submitted.connect(take)
    return stored


@pytest.fixture
def files(tmp_path):
    """Two files, as a drag or a clipboard holds them."""
    paths = [tmp_path / "a.txt", tmp_path / "b.md"]
    for path in paths:
        path.write_text("text")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    data.names = [str(path) for path in paths]
    return data


def paste(composer, text):
    QGuiApplication.clipboard().setText(text)
    composer.prompt.paste()


def names(composer):
    return [file.name for file in composer.attachments.files]


def show(composer, place, stored=()):
    composer.show_chat()
    composer.attachments.show_place(place, stored)


def test_files_go_with_the_message_and_leave_once_it_is_stored(composer, stored, qtbot):
    composer.attachments.add(NOTES)
    composer.prompt.setPlainText("Why?")
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return)
    assert stored == [("Why?", (NOTES,))]
    assert (names(composer), composer.chips.isVisible()) == ([], False)


def test_files_stay_when_the_message_could_not_be_stored(composer, qtbot):
    composer.attachments.add(NOTES)
    composer.prompt.setPlainText("Why?")
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return)
    assert names(composer) == ["notes.md"]
    assert composer.prompt.toPlainText() == "Why?"


def test_files_can_be_sent_without_words(composer, stored, qtbot):
    composer.attachments.add(NOTES)
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return)
    assert stored == [("", (NOTES,))]


def test_a_chip_tells_name_and_tokens_and_can_be_removed(composer, qtbot):
    composer.attachments.add(Attachment("<b>x</b>.txt", "text/plain", "word " * 100))
    composer.attachments.add(NOTES)
    first, second = composer.chips.chips()
    assert first.accessibleName() == "<b>x</b>.txt, ≈ 125 tokens"
    assert "&lt;b&gt;" in first.toolTip()
    assert second.accessibleName() == "notes.md, 7 tokens"
    assert first.remove.accessibleName() == "Remove <b>x</b>.txt"
    first.remove.click()
    assert names(composer) == ["notes.md"]


def test_sending_waits_until_files_are_read(composer, stored, qtbot):
    with qtbot.waitSignal(composer.attachments.read_requested) as asked:
        composer.attachments.add_paths(["/somewhere/rain.pdf"])
    composer.prompt.setPlainText("Why?")
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return)
    assert stored == []
    assert composer.wait_notice.isVisible()
    composer.attachments.on_read(asked.args[0], NOTES)
    assert stored == [("Why?", (NOTES,))]
    assert not composer.wait_notice.isVisible()


def test_escape_and_another_chat_end_the_waiting(composer, stored, qtbot):
    for leave in (
        lambda: qtbot.keyClick(composer.prompt, Qt.Key.Key_Escape),
        lambda: show(composer, 5),
    ):
        composer.attachments.add_paths(["/x.pdf"])
        composer.prompt.setPlainText("Why?")
        qtbot.keyClick(composer.prompt, Qt.Key.Key_Return)
        leave()
        composer.attachments.discard([file.key for file in composer.attachments.files])
        assert (stored, composer.wait_notice.isVisible()) == ([], False)


def test_a_file_that_cannot_be_read_goes_and_says_why(composer, qtbot):
    composer.attachments.add_paths(["/x.pdf"])
    (file,) = composer.attachments.files
    with qtbot.waitSignal(composer.attachments.failed) as failed:
        composer.attachments.on_failed(file.key, "x.pdf is empty")
    assert failed.args == ["x.pdf is empty"]
    assert names(composer) == []


def test_a_removed_file_is_not_read_on(composer, qtbot):
    composer.attachments.add_paths(["/x.pdf"])
    (file,) = composer.attachments.files
    with qtbot.waitSignal(composer.attachments.cancel_requested) as cancelled:
        composer.chips.chips()[0].remove.click()
    assert cancelled.args == [file.key]
    composer.attachments.on_read(file.key, NOTES)
    assert names(composer) == []


def test_each_chat_has_its_own_files(composer):
    composer.attachments.add(NOTES)
    show(composer, 1)
    assert names(composer) == []
    show(composer, None)
    assert names(composer) == ["notes.md"]


def test_what_is_to_be_kept_of_a_draft_is_told_once_it_is_read(composer):
    told = []
    composer.attachments.kept.connect(lambda place, files: told.append((place, files)))
    show(composer, 3)
    composer.attachments.add_paths(["/notes.md"])
    assert told == [(3, ())]
    show(composer, None)
    (file,) = composer.attachments._files[3]
    composer.attachments.on_read(file.key, NOTES)  # while another chat is on the screen
    assert told[-1] == (3, (NOTES,))
    composer.set_editing(True, [NOTES])
    assert told[-1][0] == 3


def test_what_was_kept_is_shown_with_its_draft_and_counted(composer):
    asked = []
    composer.attachments.count_requested.connect(lambda _key, text: asked.append(text))
    show(composer, 3, (Attachment("notes.md", "text/markdown", "rain"),))
    assert (names(composer), asked) == (["notes.md"], ["rain"])
    composer.attachments.discard([file.key for file in composer.attachments.files])
    show(composer, 3, (NOTES,))  # what is on the screen is newer than the store
    assert names(composer) == []


def test_files_of_a_message_taken_back_come_back_to_its_chat(composer):
    composer.attachments.add(NOTES)
    show(composer, 1)
    show(composer, None)
    composer.attachments.put_back(1, (Attachment("back.txt", "text/plain", "x", 1),))
    assert names(composer) == ["notes.md"]
    show(composer, 1)
    assert names(composer) == ["back.txt"]
    composer.attachments.move(1, None)
    show(composer, None)
    assert names(composer) == ["notes.md", "back.txt"]


def test_the_first_message_takes_its_files_into_the_new_chat(composer, qtbot):
    composer.submitted.connect(lambda *_: show(composer, 1))
    composer.submitted.connect(lambda *_: composer.set_draft(""))
    composer.attachments.add(NOTES)
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return)
    show(composer, None)
    assert names(composer) == []


def test_editing_shows_the_message_s_files_and_leaving_brings_back_the_draft_s(composer, qtbot):
    composer.attachments.add(NOTES)
    composer.set_editing(True, [Attachment("old.txt", "text/plain", "x")])
    assert (names(composer), composer.edit_notice.isVisible()) == (["old.txt"], True)
    with qtbot.waitSignal(composer.edit_cancelled):
        qtbot.keyClick(composer.prompt, Qt.Key.Key_Escape)
    composer.set_editing(False)
    assert (names(composer), composer.edit_notice.isVisible()) == (["notes.md"], False)


def test_escape_leaves_the_edit_before_it_stops_an_answer(composer):
    event = QKeyEvent(*ESCAPE)
    event.ignore()
    QApplication.sendEvent(composer.prompt, event)
    assert not event.isAccepted()
    composer.set_editing(True)
    event = QKeyEvent(*ESCAPE)
    event.ignore()
    QApplication.sendEvent(composer.prompt, event)
    assert event.isAccepted()


def test_a_long_paste_is_offered_as_a_file(composer, qtbot):
    qtbot.keyClicks(composer.prompt, "Look: ")
    paste(composer, "x" * 2501)
    assert composer.prompt.toPlainText() == "Look: " + "x" * 2501
    assert composer.paste_notice.text.text() == "2,501 characters were pasted."
    composer.paste_notice.buttons[0].click()
    assert composer.prompt.toPlainText() == "Look: "
    assert names(composer) == [PASTED_NAME]
    assert composer.attachments.attachments[0].text == "x" * 2501
    assert not composer.paste_notice.isVisible()


def test_a_short_paste_is_not_offered(composer):
    paste(composer, "x" * 2500)
    assert not composer.paste_notice.isVisible()


def test_the_offer_keeps_line_breaks_and_ends_with_the_text(composer, qtbot):
    paste(composer, "line\n" * 600)
    composer.paste_notice.buttons[0].click()
    assert composer.attachments.attachments[0].text == "line\n" * 600
    paste(composer, "line\n" * 600)
    composer.prompt.clear()
    assert not composer.paste_notice.isVisible()


def test_an_offer_can_be_declined_with_escape(composer, qtbot):
    paste(composer, "x" * 3000)
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Escape)
    assert not composer.paste_notice.isVisible()
    assert composer.prompt.toPlainText() == "x" * 3000


def test_pasted_files_are_attached_not_spelled_out(composer, files):
    composer.prompt.insertFromMimeData(files)
    assert names(composer) == ["a.txt", "b.md"]
    assert composer.prompt.toPlainText() == ""


def test_files_dropped_anywhere_on_the_window_are_taken(composer, files, qtbot):
    drop = FileDrop(composer.window())
    place = QPointF(5, 5)
    buttons = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(drop.hovering) as hovering:
        enter = QDragEnterEvent(place.toPoint(), Qt.DropAction.CopyAction, files, *buttons)
        QApplication.sendEvent(composer.window(), enter)
    assert (hovering.args, enter.isAccepted()) == ([True], True)
    with qtbot.waitSignal(drop.dropped) as dropped:
        event = QDropEvent(place, Qt.DropAction.CopyAction, files, *buttons)
        QApplication.sendEvent(composer.window(), event)
    assert dropped.args == [files.names]
    assert not composer.prompt.canInsertFromMimeData(files)


def test_dragged_text_is_left_to_the_text_fields(composer, qtbot):
    FileDrop(composer.window())
    data = QMimeData()
    data.setText("words")
    enter = QDragEnterEvent(
        composer.pos(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    enter.ignore()
    QApplication.sendEvent(composer.window(), enter)
    assert not enter.isAccepted()
    assert composer.prompt.canInsertFromMimeData(data)


def test_up_in_an_empty_field_edits_the_last_message(composer, qtbot):
    with qtbot.waitSignal(composer.edit_last_requested):
        qtbot.keyClick(composer.prompt, Qt.Key.Key_Up)
    qtbot.keyClicks(composer.prompt, "x")
    with qtbot.assertNotEmitted(composer.edit_last_requested):
        qtbot.keyClick(composer.prompt, Qt.Key.Key_Up)


def test_a_full_context_is_said_in_words_and_colour(composer):
    composer.show_context(ContextUse(chat=100, draft=20, length=1000, counted=True))
    assert composer.gauge.label.text() == "20 tokens · 12 %"
    assert (composer.gauge.label.property("tone"), composer.context_notice.isVisible()) == (
        "muted",
        False,
    )
    composer.show_context(ContextUse(chat=780, draft=20, length=1000))
    assert composer.gauge.label.text() == "≈ 20 tokens · 80 %"
    assert composer.gauge.label.property("tone") == "warning"
    assert "almost filled" in composer.context_notice.text.text()
    composer.show_context(ContextUse(chat=980, draft=20, length=1000))
    assert "oldest messages will be left out" in composer.context_notice.text.text()
    composer.show_context(ContextUse(chat=0, draft=980, length=1000))
    assert composer.gauge.label.property("tone") == "bad"
    assert "can read only 1,000" in composer.context_notice.text.text()
    assert composer.gauge.accessibleDescription().endswith("attach less.")


def test_everything_fits_into_the_room_there_is(composer, qtbot):
    window = composer.window()
    window.resize(480, 360)
    composer.set_room(250)
    paste(composer, "some words\n" * 500)
    for _ in range(12):
        composer.attachments.add(NOTES)
    composer.set_editing(True, [NOTES] * 12)
    composer.show_context(ContextUse(chat=0, draft=980, length=1000))
    parts = (composer.extras, composer.prompt, composer.attach, composer.button)

    def stands_apart():
        rects = [part.geometry() for part in parts]
        inside = all(composer.rect().contains(rect) for rect in rects)
        return (
            composer.height() <= 250
            and inside
            and not any(a.intersects(b) for a, b in combinations(rects, 2))
        )

    qtbot.waitUntil(stands_apart)

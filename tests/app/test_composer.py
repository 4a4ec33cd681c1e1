"""Typing and sending."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from ternchat.app.views.composer import Composer


@pytest.fixture
def composer(theme, qtbot):
    window = QWidget()
    window.resize(600, 500)
    composer = Composer(theme)
    box = QVBoxLayout(window)
    box.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
    box.addWidget(composer)
    box.addStretch()
    qtbot.addWidget(window)
    window.show()
    yield composer  # noqa: PT022  the window has to live as long


@pytest.fixture
def sent(composer):
    sent = []
    composer.submitted.connect(lambda text, _attachments: sent.append(text))
    return sent


def test_enter_sends_and_the_text_stays_until_it_is_stored(composer, sent, qtbot):
    qtbot.keyClicks(composer.prompt, "Hello")
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return)
    assert sent == ["Hello"]
    assert composer.prompt.toPlainText() == "Hello"
    composer.prompt.set_draft("")
    assert composer.prompt.toPlainText() == ""


@pytest.mark.parametrize("modifier", ["ShiftModifier", "ControlModifier"])
def test_enter_with_shift_or_ctrl_breaks_the_line(composer, sent, qtbot, modifier):
    qtbot.keyClicks(composer.prompt, "a")
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return, getattr(Qt.KeyboardModifier, modifier))
    qtbot.keyClicks(composer.prompt, "b")
    assert (sent, composer.prompt.toPlainText()) == ([], "a\nb")


def test_enter_that_ends_a_composition_does_not_send(composer, sent, qtbot):
    composer.prompt.setPlainText("x")
    QApplication.sendEvent(composer.prompt, QInputMethodEvent("にほん", []))
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return)
    assert sent == []
    done = QInputMethodEvent("", [])
    done.setCommitString("日本")
    QApplication.sendEvent(composer.prompt, done)
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return)
    assert len(sent) == 1


def test_the_hint_does_not_show_through_words_in_the_making(composer):
    QApplication.sendEvent(composer.prompt, QInputMethodEvent("nihon", []))
    seen = composer.prompt.grab().toImage()
    composer.prompt.setPlaceholderText("")
    assert seen == composer.prompt.grab().toImage()
    QApplication.sendEvent(composer.prompt, QInputMethodEvent("", []))
    assert composer.prompt.placeholderText() == "Message Ternchat"


def test_blanks_are_not_sent(composer, sent, qtbot):
    qtbot.keyClicks(composer.prompt, "   ")
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return)
    composer.button.click()
    assert sent == []


def test_one_button_is_send_and_stop(composer, sent, qtbot):
    composer.prompt.setPlainText("next")
    place = composer.button.geometry()
    assert composer.button.accessibleName() == "Send"
    composer.set_busy(True)
    assert composer.button.accessibleName() == "Stop"
    assert composer.button.geometry() == place
    with qtbot.waitSignal(composer.stop_requested):
        composer.button.click()
    composer.set_busy(False)
    composer.button.click()
    assert sent == ["next"]


def test_one_can_type_and_send_while_an_answer_is_written(composer, sent, qtbot):
    composer.set_busy(True)
    assert composer.prompt.isEnabled()
    assert not composer.prompt.isReadOnly()
    qtbot.keyClicks(composer.prompt, "more")
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Return)
    assert sent == ["more"]


def test_it_grows_with_its_text_up_to_a_share_of_the_window(composer):
    low = composer.prompt.height()
    composer.prompt.setPlainText("1\n2\n3")
    assert composer.prompt.height() > 2 * low
    composer.prompt.setPlainText("line\n" * 100)
    assert composer.prompt.height() == round(0.4 * composer.window().height())
    composer.prompt.setPlainText("")
    assert composer.prompt.height() == low


def test_page_keys_scroll_the_chat_when_the_caret_cannot_move(composer, qtbot):
    with qtbot.waitSignal(composer.prompt.page_requested) as up:
        qtbot.keyClick(composer.prompt, Qt.Key.Key_PageUp)
    assert up.args == [-1]
    composer.prompt.setPlainText("line\n" * 100)
    composer.prompt.moveCursor(QTextCursor.MoveOperation.End)
    with qtbot.assertNotEmitted(composer.prompt.page_requested):
        qtbot.keyClick(composer.prompt, Qt.Key.Key_PageUp)


def test_a_draft_is_told_as_it_is_typed(composer, qtbot):
    drafts = []
    composer.draft_changed.connect(drafts.append)
    qtbot.keyClicks(composer.prompt, "ab")
    assert drafts == ["a", "ab"]


def test_the_ring_shows_only_when_the_keyboard_moved_here(composer):
    def focus(reason):
        composer.prompt.clearFocus()
        composer.prompt.setFocus(reason)
        return composer.property("ring")

    composer.window().activateWindow()
    assert focus(Qt.FocusReason.TabFocusReason) == "keyboard"
    assert focus(Qt.FocusReason.MouseFocusReason) == "other"
    composer.prompt.clearFocus()
    assert composer.property("ring") == ""


def test_tab_leaves_the_text(composer, qtbot):
    composer.prompt.setFocus()
    qtbot.keyClick(composer.prompt, Qt.Key.Key_Tab)
    assert composer.prompt.toPlainText() == ""
    assert composer.attach.hasFocus()
    qtbot.keyClick(composer.attach, Qt.Key.Key_Tab)
    assert composer.button.hasFocus()


def test_the_caret_stands_where_what_one_types_begins(composer, qtbot):
    prompt = composer.prompt
    middle = prompt.viewport().width() // 2

    def is_right():
        return prompt.cursorRect().left() > middle

    assert not is_right()
    composer.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    assert is_right()  # with nothing typed yet, as the window runs
    prompt.set_draft("rain")
    assert not is_right()
    prompt.set_draft("גשם")
    assert is_right()
    composer.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert is_right()
    qtbot.keyClick(prompt, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(prompt, Qt.Key.Key_Delete)
    assert not is_right()
    prompt.undo()
    assert prompt.toPlainText() == "גשם"

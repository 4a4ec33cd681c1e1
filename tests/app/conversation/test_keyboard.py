"""The conversation without a mouse, and with a screen reader."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.views.conversation_view import ConversationView

TEXT = "text\n\n```py\nx = 1\n```\n\nmore"

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def page(theme, conversation, qtbot):
    """A conversation between two fields."""
    page = QWidget()
    box = QVBoxLayout(page)
    page.before, page.view, page.after = (
        QLineEdit(),
        ConversationView(theme, conversation),
        QLineEdit(),
    )
    for widget in (page.before, page.view, page.after):
        box.addWidget(widget)
    page.resize(700, 600)
    qtbot.addWidget(page)
    page.show()
    page.activateWindow()
    return page


@pytest.fixture
def short(conversation):
    conversation.set_messages(
        [Message(1, 1, None, Role.USER, "?"), Message(2, 1, 1, Role.ASSISTANT, TEXT)]
    )


def press(qtbot, key, count=1, modifier=Qt.KeyboardModifier.NoModifier):
    names = []
    for _ in range(count):
        qtbot.keyClick(QApplication.focusWidget(), key, modifier)
        focus = QApplication.focusWidget()
        names.append(focus.accessibleName() if focus else None)
    return names


STOPS = ["Your message", "Copy", "Edit", "More", "Answer", "Code", "Wrap lines", "Copy code"]
STOPS += ["Answer", "Copy", "Regenerate", "More"]


def test_tab_goes_through_all_messages_and_out(page, short, qtbot):
    page.before.setFocus()
    assert press(qtbot, Qt.Key.Key_Tab, len(STOPS)) == STOPS
    press(qtbot, Qt.Key.Key_Tab)
    assert page.after.hasFocus()


def test_shift_tab_goes_the_same_way_back(page, short, qtbot):
    page.after.setFocus()
    assert press(qtbot, Qt.Key.Key_Backtab, len(STOPS)) == STOPS[::-1]
    press(qtbot, Qt.Key.Key_Backtab)
    assert page.before.hasFocus()


def test_tab_reaches_messages_that_had_no_widgets(page, conversation, qtbot):
    conversation.set_messages([Message(n, 1, n - 1 or None, Role.USER, "?") for n in range(1, 100)])
    page.view.go_to(0)
    page.before.setFocus()
    press(qtbot, Qt.Key.Key_Tab, 4 * 40)
    row = page.view.column.row_of(QApplication.focusWidget())
    assert row == 39
    assert page.view.first_visible() <= row <= page.view.last_visible()
    assert len(page.view.rows()) < 60


def test_alt_and_an_arrow_go_from_message_to_message(page, conversation, qtbot):
    conversation.set_messages([Message(n, 1, n - 1 or None, Role.USER, "?") for n in range(1, 100)])
    page.after.setFocus()
    press(qtbot, Qt.Key.Key_Backtab)
    rows = []
    for key in [Qt.Key.Key_Up] * 3 + [Qt.Key.Key_Down]:
        press(qtbot, key, modifier=Qt.KeyboardModifier.AltModifier)
        rows.append(page.view.column.row_of(QApplication.focusWidget()))
    assert rows == [97, 96, 95, 96]
    assert not page.view.follow.following


def test_a_message_with_the_focus_keeps_its_widget(page, conversation, qtbot):
    conversation.set_messages(
        [Message(n, 1, n - 1 or None, Role.USER, "word " * 200) for n in range(1, 100)]
    )
    focused = page.view.message_widget(98).text.parts[0].surface
    focused.setFocus()
    page.view.go_to(0)
    qtbot.waitUntil(lambda: not page.view._ahead.isActive())
    assert focused.hasFocus()
    assert page.view.message_widget(50) is None


def test_buttons_do_not_take_the_focus_from_the_composer(page, short, qtbot):
    page.after.setFocus()
    qtbot.mouseClick(page.view.message_widget(1).copy, Qt.MouseButton.LeftButton)
    assert page.after.hasFocus()


def text_below(node):
    words = []
    for at in range(node.childCount()):
        child = node.child(at)
        if child is not None and not child.state().invisible:
            words += [child.text(QAccessible.Text.Name)]
            if child.textInterface() is not None:
                text = child.textInterface()
                words.append(text.text(0, text.characterCount()))
            words += text_below(child)
    return [word for word in words if word]


def test_every_message_on_the_screen_stands_below_the_conversation(page, conversation):
    conversation.set_messages(
        [
            Message(1, 1, None, Role.USER, "What is *rain*?"),
            Message(
                2, 1, 1, Role.ASSISTANT, "1. **Water**\n\n```py\nx = 1\n```\n\n|a|\n|-|\n|cell|"
            ),
            Message(3, 1, 2, Role.USER, "More", State.QUEUED),
        ]
    )
    words = text_below(QAccessible.queryAccessibleInterface(page.view))
    for expected in ("What is *rain*?", "1.\tWater", "x = 1", "Queued", "Copy code", "You"):
        assert expected in words
    assert any("cell" in word for word in words)


def test_no_accessible_child_vanishes_with_a_scroll_bar(page, conversation, qtbot):
    node = QAccessible.queryAccessibleInterface(page.view)
    before = node.childCount()
    conversation.set_messages([Message(1, 1, None, Role.ASSISTANT, "word " * 5000)])
    assert page.view.verticalScrollBar().maximum() > 0
    assert node.childCount() == before == 1

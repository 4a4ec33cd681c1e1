"""Widgets that show another message remember nothing; what a reader chose is remembered."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.models.code_choices import MAX_MESSAGES, CodeChoice, CodeChoices
from ternchat.app.views.blocks.code_part import FOLDED_LINES, CodePart
from ternchat.app.views.spare_messages import MAX_PARTS

CODE = "```py\n" + "x = 1\n" * 60 + "```"
ANSWER = f"# Title {{}}\n\nwords {{}}\n\n{CODE}\n\n| a | b |\n|---|---|\n| {{}} | 2 |\n\nend"


def chat(count, text=ANSWER, chat_id=1):
    roles = (Role.USER, Role.ASSISTANT)
    return [
        Message(n, chat_id, n - 1 or None, roles[n % 2 == 0], text.replace("{}", str(n)))
        for n in range(1, count + 1)
    ]


@pytest.fixture
def long_chat(view, conversation, qtbot):
    conversation.set_messages(chat(200))
    qtbot.waitUntil(lambda: not view._ahead.isActive())
    return conversation


def jump(view, qtbot, row):
    view.go_to(row)
    qtbot.waitUntil(lambda: not view._ahead.isActive())
    return view.message_widget(row)


def code_of(widget):
    return next(part for part in widget.text.parts if isinstance(part, CodePart))


def test_jumping_about_makes_no_new_widgets_in_the_end(view, long_chat, qtbot, monkeypatch):
    for row in (10, 90, 30, 150, 60, 120, 11, 91, 31):
        jump(view, qtbot, row)
    made = []
    original = view._listen
    monkeypatch.setattr(view, "_listen", lambda widget: made.append(widget) or original(widget))
    for row in (151, 61, 121, 13, 93, 33, 153):
        jump(view, qtbot, row)
        words = view.message_widget(row).text.toPlainText()
        assert words.startswith(f"Title {row + 1}\n\nwords {row + 1}")
    assert made == []


def test_a_widget_used_again_looks_like_a_new_one(view, conversation, qtbot, theme):
    """Whatever it has shown before, nothing of it is left."""
    first = [
        Message(1, 1, None, Role.ASSISTANT, ANSWER, State.STOPPED, pinned=True),
        *chat(60)[1:],
    ]
    conversation.set_messages(first, siblings={1: (1, 2)}, left_out=[0])
    widget = jump(view, qtbot, 0)
    place = QPointF(1, 1)
    QApplication.sendEvent(widget, QEnterEvent(place, place, place))
    widget.copy.click()
    code_of(widget).wrap.click()
    code_of(widget).fold.click()
    view.find("words")
    assert widget.text.surfaces()[0].extraSelections()
    view.end_find()
    widget.text.surfaces()[0].select(0, 3)
    widget.text.surfaces()[0].setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))
    view.setFocus()
    view.selection.clear()
    jump(view, qtbot, 40)
    conversation.set_messages([Message(9, 2, None, Role.ASSISTANT, ANSWER)])
    used = view.message_widget(0)
    used.grab()
    qtbot.waitUntil(lambda: not code_of(used)._later.isActive())
    seen = used.grab().toImage()
    new = type(used)(theme, used.message, view.column)
    new.set_last(True)
    new.setGeometry(0, 3000, used.width(), used.height())  # not below the pointer
    new.arrange(used.width())
    new.show()
    qtbot.waitUntil(lambda: not code_of(new)._later.isActive())
    assert new.grab().toImage() == seen
    assert used.text.surfaces()[0].selection() is None


def test_spare_widgets_hold_no_text(view, long_chat, qtbot):
    for row in (10, 90, 30):
        jump(view, qtbot, row)
    long_chat.set_messages([])
    spare = [w for kind in view.column.spare._widgets.values() for w in kind]
    assert spare
    for widget in spare:
        assert widget.text.parts == []
        for parts in widget.text._spare.values():
            assert all(part.surface.toPlainText() == "" for part in parts)
            assert all(part.items == [] for part in parts)


def test_large_messages_and_those_with_files_are_not_kept(view, conversation, qtbot):
    many = "\n\n".join(["```\nx\n```"] * (MAX_PARTS + 1))
    file = Attachment("a.md", "text/markdown", "x", 1)
    conversation.set_messages(
        [
            Message(1, 1, None, Role.USER, "?", attachments=(file,)),
            Message(2, 1, 1, Role.ASSISTANT, many),
        ]
    )
    conversation.set_messages([])
    assert not any(view.column.spare._widgets.values())


def test_an_answer_being_written_is_not_written_into_another(view, conversation, qtbot):
    messages = chat(100)
    messages[1] = replace(messages[1], state=State.WRITING, text="growing")
    conversation.set_messages(messages)
    jump(view, qtbot, 1)
    jump(view, qtbot, 50)
    conversation.append_text(2, " more")
    for row in view.rows():
        assert "growing" not in view.message_widget(row).text.toPlainText()
    assert jump(view, qtbot, 1).text.toPlainText() == "growing more"


def test_screen_readers_meet_messages_and_parts_from_top_to_bottom(view, long_chat, qtbot):
    for row in (10, 90, 30, 89):
        widget = jump(view, qtbot, row)
    shown = [child for child in view.column.children() if child in view.column.widgets()]
    assert shown == view.column.widgets()
    parts = [part.widget() for part in widget.text.parts]
    assert [child for child in widget.text.children() if child in parts] == parts


# Code as the reader wanted it


def test_code_stays_unfolded_and_wrapped_when_its_message_was_out_of_sight(view, long_chat, qtbot):
    code = code_of(jump(view, qtbot, 11))
    assert code.surface.document().blockCount() == FOLDED_LINES
    code.fold.click()
    code.wrap.click()
    jump(view, qtbot, 150)
    assert view.message_widget(11) is None
    other = code_of(jump(view, qtbot, 13))
    assert (other.surface.document().blockCount(), other.wrap.isChecked()) == (FOLDED_LINES, False)
    jump(view, qtbot, 150)
    code = code_of(jump(view, qtbot, 11))
    assert (code.surface.document().blockCount(), code.wrap.isChecked()) == (60, True)
    code.fold.click()
    jump(view, qtbot, 150)
    code = code_of(jump(view, qtbot, 11))
    assert (code.surface.document().blockCount(), code.wrap.isChecked()) == (FOLDED_LINES, True)


def test_code_stays_so_when_another_chat_was_open(view, conversation, qtbot):
    conversation.set_messages(chat(4))
    code_of(view.message_widget(3)).wrap.click()
    conversation.set_messages([Message(99, 2, None, Role.ASSISTANT, ANSWER)])
    assert not code_of(view.message_widget(0)).wrap.isChecked()
    conversation.set_messages(chat(4))
    assert code_of(view.message_widget(3)).wrap.isChecked()
    assert not code_of(jump(view, qtbot, 1)).wrap.isChecked()


def test_each_block_of_a_message_is_as_it_was_left(view, conversation, qtbot):
    text = f"{CODE}\n\nbetween\n\n{CODE}"
    conversation.set_messages(chat(100, text))
    widget = jump(view, qtbot, 1)
    widget.text.parts[2].fold.click()
    jump(view, qtbot, 60)
    parts = jump(view, qtbot, 1).text.parts
    lines = [parts[at].surface.document().blockCount() for at in (0, 2)]
    assert lines == [FOLDED_LINES, 60]


def test_code_one_saw_being_written_does_not_fold_behind_ones_back(view, conversation, qtbot):
    messages = [*chat(40, "words " * 100), Message(41, 1, 40, Role.ASSISTANT, "", State.WRITING)]
    conversation.set_messages(messages)
    conversation.append_text(41, CODE)
    conversation.update(replace(conversation.messages()[-1], state=State.DONE))
    assert code_of(view.message_widget(40)).surface.document().blockCount() == 60
    jump(view, qtbot, 0)
    assert view.message_widget(40) is None
    assert code_of(jump(view, qtbot, 40)).surface.document().blockCount() == 60


def test_only_the_choices_in_the_messages_seen_last_are_remembered():
    choices = CodeChoices()
    choices.of(1)[0] = CodeChoice(wrapped=True)
    choices.of(2)[0] = CodeChoice(folded=False)
    for number in range(3, MAX_MESSAGES + 1):
        choices.of(number)
    choices.of(1)
    choices.of(MAX_MESSAGES + 1)
    assert choices.of(1) == {0: CodeChoice(wrapped=True)}
    assert choices.of(2) == {}

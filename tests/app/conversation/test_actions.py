"""What can be done with a message: by mouse, by keyboard, in the menu."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QTextDocument
from PySide6.QtWidgets import QApplication

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import AnswerStats, Message, Role, State
from ternchat.app.views import links
from ternchat.app.views.info_card import InfoCard
from ternchat.app.views.labels import PlainLabel
from ternchat.app.views.link_dialog import LinkDialog

STATS = AnswerStats("BitNet", "stop", 120, 340, 150.0, 34.1, 0.8, "avx2", 2, 42)
ALT = Qt.KeyboardModifier.AltModifier
no_hints = pytest.mark.qt_log_ignore("This plugin does not support")


def question(id_=1, text="What is rain?", **more):
    return Message(id_, 1, None, Role.USER, text, **more)


def answer(id_=2, text="**Water.**", state=State.DONE, stats=STATS, **more):
    return Message(id_, 1, id_ - 1, Role.ASSISTANT, text, state, stats, **more)


@pytest.fixture
def chat(view, conversation):
    conversation.set_messages([question(), answer(), question(3), answer(4)], siblings={4: (2, 3)})
    return conversation


def menu_of(view, row):
    """The names of what the menu offers."""
    menu = view.message_widget(row).actions.menu()
    return [action.data() for action in menu.actions() if action.data()]


def trigger(view, row, name):
    menu = view.message_widget(row).actions.menu()
    next(action for action in menu.actions() if action.data() == name).trigger()


@pytest.mark.parametrize(
    ("message", "offered"),
    [
        (question(), "copy copy_text select_all edit branch pin delete info"),
        (question(pinned=True), "copy copy_text select_all edit branch unpin delete info"),
        (question(state=State.QUEUED), "copy copy_text select_all take_back"),
        (answer(), "copy copy_text select_all regenerate branch pin delete info"),
        (answer(state=State.WRITING), "copy copy_text select_all info"),
        (answer(state=State.FAILED),
         "copy copy_text select_all retry regenerate branch pin delete info"),
        (answer(state=State.STOPPED),
         "copy copy_text select_all continue regenerate branch pin delete info"),
        (answer(state=State.INTERRUPTED),
         "copy copy_text select_all continue regenerate branch pin delete info"),
        (answer(stats=replace(STATS, finish_reason="length")),
         "copy copy_text select_all continue regenerate branch pin delete info"),
        (answer(stats=replace(STATS, finish_reason="context")),
         "copy copy_text select_all continue regenerate branch pin delete info"),
    ],
)  # fmt: skip
def test_the_menu_offers_what_makes_sense(view, conversation, message, offered):
    conversation.set_messages([message])
    assert menu_of(view, 0) == offered.split()


@pytest.mark.parametrize(
    ("name", "signal", "args"),
    [
        ("regenerate", "regenerate_requested", [4]),
        ("branch", "branch_requested", [4]),
        ("delete", "delete_requested", [4]),
        ("pin", "pin_requested", [4, True]),
    ],
)
def test_the_menu_asks_for_what_it_says(view, chat, qtbot, name, signal, args):
    with qtbot.waitSignal(getattr(view, signal)) as asked:
        trigger(view, 3, name)
    assert asked.args == args


def test_requests_name_the_message_they_are_about(view, conversation, qtbot):
    conversation.set_messages([question(state=State.QUEUED), answer(2, state=State.FAILED)])
    for row, signal, id_ in ((0, view.take_back_requested, 1), (1, view.retry_requested, 2)):
        with qtbot.waitSignal(signal) as asked:
            view.message_widget(row).extra.click()
        assert asked.args == [id_]
    conversation.set_messages([question(), answer(2, state=State.STOPPED)])
    with qtbot.waitSignal(view.continue_requested) as asked:
        view.message_widget(1).extra.click()
    assert asked.args == [2]
    with qtbot.waitSignal(view.edit_requested) as asked:
        view.message_widget(0).actions.change.click()
    assert asked.args == [1]


def test_an_answer_can_only_go_on_at_the_end_of_the_chat(view, conversation):
    conversation.set_messages([question(), answer(2, state=State.STOPPED)])
    assert view.message_widget(1).extra is not None
    conversation.insert(question(3))
    assert view.message_widget(1).extra is None


def test_actions_come_forward_under_the_pointer_and_with_the_focus(view, chat, monkeypatch):
    widget = view.message_widget(3)
    roles = []
    monkeypatch.setattr(widget.actions.more, "set_role", roles.append)
    place = QPointF(1, 1)
    QApplication.sendEvent(widget, QEnterEvent(place, place, place))
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))
    widget.text.parts[0].surface.setFocus(Qt.FocusReason.TabFocusReason)
    view.message_widget(2).text.parts[0].surface.setFocus(Qt.FocusReason.TabFocusReason)
    assert roles == ["text", "faint", "text", "faint"]
    widget.copy.setFocus(Qt.FocusReason.TabFocusReason)
    view.message_widget(2).copy.setFocus(Qt.FocusReason.TabFocusReason)
    assert roles[4:] == ["text", "faint"]


@pytest.mark.parametrize("row", [0, 1, 2, 3])
def test_actions_are_never_absent_for_the_keyboard(view, chat, row):
    view.go_to(0)
    names = [widget.accessibleName() for widget in view.message_widget(row).focus_chain()]
    assert {"Copy", "More", "Edit" if row % 2 == 0 else "Regenerate"} <= set(names)


def test_copy_gives_markdown_and_copy_as_plain_text_what_one_sees(view, chat, clipboard):
    view.message_widget(3).copy.click()
    assert clipboard() == "**Water.**"
    trigger(view, 3, "copy_text")
    assert clipboard() == "Water."


def test_what_is_copied_obeys_no_terminal(view, conversation, clipboard):
    conversation.set_messages([answer(1, "a\x1b[31mb\n```\nrm\u202e\x07\n```")])
    view.message_widget(0).copy.click()
    assert not set("\x1b\x07\u202e") & set(clipboard())
    view.message_widget(0).text.parts[1].copy.click()
    assert clipboard() == "rm\ufffd␇"


@no_hints
def test_the_menu_opens_at_the_text_and_below_its_button(view, chat, qtbot):
    surface = view.message_widget(3).text.parts[0].surface
    surface.customContextMenuRequested.emit(QPoint(1, 1))
    menu = QApplication.activePopupWidget()
    assert "Copy message" in [action.text() for action in menu.actions()]
    assert "Copy selection" not in [action.text() for action in menu.actions()]
    menu.close()
    surface.select(0, 3)
    surface.customContextMenuRequested.emit(QPoint(1, 1))
    menu = QApplication.activePopupWidget()
    assert "Copy selection" in [action.text() for action in menu.actions()]
    menu.close()
    view.message_widget(3).actions.more.click()
    QApplication.activePopupWidget().close()


@no_hints
@pytest.mark.parametrize("where", ["widget", "more", "note", "code header"])
def test_the_menu_opens_wherever_one_asks_for_it(view, conversation, where):
    text = "```py\nx = 1\n```" if where == "code header" else ""
    conversation.set_messages([question(), answer(text=text, state=State.FAILED, stats=None)])
    widget = view.message_widget(1)
    places = {
        "widget": widget,
        "more": widget.actions.more,
        "note": widget.note,
        "code header": widget.text.parts[0]._header if text else None,
    }
    place = QPoint(2, 2)
    kind = QContextMenuEvent.Reason.Keyboard if where == "more" else QContextMenuEvent.Reason.Mouse
    event = QContextMenuEvent(kind, place, places[where].mapToGlobal(place))
    QApplication.sendEvent(places[where], event)
    menu = QApplication.activePopupWidget()
    assert {"retry", "regenerate", "branch", "delete", "info"} <= {
        action.data() for action in menu.actions()
    }
    menu.close()


@no_hints
def test_the_menu_of_a_link_can_copy_where_it_leads(view, conversation, clipboard):
    conversation.set_messages([answer(1, "[here](https://e.org/x?y=1)")])
    surface = view.message_widget(0).text.parts[0].surface
    surface.customContextMenuRequested.emit(QPoint(10, 10))
    menu = QApplication.activePopupWidget()
    next(a for a in menu.actions() if str(a.data()).startswith("copy_link")).trigger()
    assert clipboard() == "https://e.org/x?y=1"
    menu.close()


# Versions


def test_versions_are_counted_and_switched_below_the_message(view, chat, qtbot):
    actions = view.message_widget(3).actions
    assert actions.version.text() == "2/3"
    assert view.message_widget(1).actions.version.isHidden()
    for button, step in ((actions.older, -1), (actions.newer, 1)):
        with qtbot.waitSignal(view.sibling_requested) as asked:
            button.click()
        assert asked.args == [4, step]
    chat.set_siblings({4: (3, 3)})
    assert actions.version.text() == "3/3"
    assert not actions.newer.isEnabled()


@pytest.mark.parametrize(("key", "step"), [(Qt.Key.Key_Left, -1), (Qt.Key.Key_Right, 1)])
def test_alt_and_an_arrow_switch_versions(view, chat, qtbot, key, step):
    surface = view.message_widget(3).text.parts[0].surface
    surface.setFocus()
    with qtbot.waitSignal(view.sibling_requested) as asked:
        qtbot.keyClick(surface, key, ALT)
    assert asked.args == [4, step]
    other = view.message_widget(2).text.parts[0].surface
    other.setFocus()
    with qtbot.assertNotEmitted(view.sibling_requested):
        qtbot.keyClick(other, key, ALT)


# What is known about a message


@no_hints
def test_info_tells_all_figures(view, chat, clipboard):
    trigger(view, 3, "info")
    card = next(w for w in QApplication.topLevelWidgets() if isinstance(w, InfoCard))
    facts = dict(card.facts)
    assert facts["Model"] == "BitNet"
    assert facts["Read"] == "120 tokens · 150 tok/s"
    assert facts["Written"] == "340 tokens · 34.1 tok/s"
    assert facts["First token after"].endswith(" s")
    assert facts["Ended"] == "by itself"
    assert facts["Kernel set"] == "avx2, 2 threads"
    assert facts["Seed"] == "42"
    assert facts["Time"]
    assert not card.isModal()
    card.copy_button.click()
    assert "Seed: 42" in clipboard()
    card.close()


def test_info_leaves_out_what_is_unknown(view, conversation, theme, qtbot):
    card = InfoCard(theme, answer(stats=AnswerStats("B", "length")), view)
    assert [name for name, _ in card.facts] == [
        "Time",
        "Model",
        "Read",
        "Written",
        "Ended",
        "Length",
    ]
    card.close()


def test_time_and_speed_stand_below_an_answer(view, chat):
    actions = view.message_widget(3).actions
    assert actions.rate.text() == "34.1 tok/s"
    assert ":" in actions.time.text()
    assert actions.time.toolTip()


def test_files_are_named_in_plain_text(view, conversation):
    file = Attachment("<b>x</b>\u202e.md", "text/markdown", "x", 1340)
    conversation.set_messages([question(attachments=(file,))])
    name, tokens = view.message_widget(0).attachments.findChildren(PlainLabel)
    assert (name.text(), tokens.text()) == ("<b>x</b>\ufffd.md", "1,340 tokens")
    assert name.textFormat() is Qt.TextFormat.PlainText
    assert view.message_widget(0).attachments.height() > 0


def test_a_long_name_of_a_file_leaves_its_tokens_to_be_seen(view, conversation):
    file = Attachment(f"{'very-' * 60}long.md", "text/markdown", "x", 1340)
    conversation.set_messages([question(attachments=(file,))])
    row = view.message_widget(0).attachments
    name, tokens = row.findChildren(PlainLabel)
    assert name.width() < name.sizeHint().width()
    assert tokens.width() == tokens.sizeHint().width()
    assert row.rect().contains(tokens.geometry())


# Links


@pytest.fixture
def linked(view, conversation):
    conversation.set_messages(
        [answer(1, "see [here](https://e.org/x?y=1) ![p](https://e.org/p.png) [z](javascript:1)")]
    )
    return view.message_widget(0).text.parts[0].surface


@pytest.fixture
def opened(monkeypatch):
    urls = []
    monkeypatch.setattr(links.QDesktopServices, "openUrl", urls.append)
    return urls


def dialog():
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, LinkDialog))


@no_hints
def test_a_link_asks_before_it_is_opened(view, linked, opened):
    linked.anchorClicked.emit(QUrl("https://e.org/x?y=1"))
    assert opened == []
    assert dialog().address.toPlainText() == "https://e.org/x?y=1"
    dialog().open_button.click()
    assert opened == [QUrl("https://e.org/x?y=1")]


@no_hints
@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//host/share"]
)
def test_other_links_cannot_be_opened(view, linked, opened, url):
    linked.link_opened.emit(url)
    assert not dialog().open_button.isEnabled()
    dialog().open_button.click()
    dialog().reject()
    assert opened == []


@no_hints
def test_enter_does_not_open_what_nobody_looked_at(view, linked, opened, qtbot):
    linked.link_opened.emit("https://e.org")
    one = dialog()
    qtbot.waitExposed(one)
    qtbot.keyClick(one, Qt.Key.Key_Return)
    assert opened == []
    one.reject()


@no_hints
def test_a_host_in_other_letters_is_shown_as_it_is_looked_up(view, linked, theme):
    one = LinkDialog(theme, "https://аpple.com/x", view)  # the first letter is Cyrillic
    texts = [label.text() for label in one.findChildren(type(view.message_widget(0).note))]
    assert any("xn--pple-43d.com" in text for text in texts)
    one.reject()


@no_hints
def test_a_link_shows_where_it_leads_under_the_pointer_and_by_keyboard(view, linked, qtbot):
    linked.highlighted.emit(QUrl("https://e.org/x?y=1"))
    assert view.links.target.text() == "https://e.org/x?y=1"
    linked.highlighted.emit(QUrl())
    assert view.links.target.isHidden()
    linked.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(linked, Qt.Key.Key_Tab)
    assert view.links.target.text() == "https://e.org/x?y=1"
    with qtbot.waitSignal(linked.link_opened) as asked:
        qtbot.keyClick(linked, Qt.Key.Key_Return)
    assert asked.args == ["https://e.org/x?y=1"]
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, LinkDialog):
            widget.reject()


def test_only_web_addresses_are_links_and_images_are_their_names(linked):
    html = linked.document().toHtml()
    assert "javascript" not in html.replace("[z](javascript:1)", "")
    assert "<img" not in html
    assert linked.toPlainText() == "see here p [z](javascript:1)"


@pytest.mark.parametrize("name", ["file:///etc/hostname", "https://e.org/x.png", "//h/x", "/etc"])
def test_nothing_a_text_names_is_loaded(linked, name):
    for kind in QTextDocument.ResourceType:
        assert linked.loadResource(kind.value, QUrl(name)).isNull()
    linked.document().setHtml(f'<img src="{name}"><link rel="stylesheet" href="{name}">')
    resource = linked.document().resource(2, QUrl(name))
    assert resource is None or resource.isNull()

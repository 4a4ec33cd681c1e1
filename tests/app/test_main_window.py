"""The window as a whole, with the fake engine behind it."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import Role, State
from ternchat.app.core.problem import Problem
from ternchat.app.core.turn import Phase
from ternchat.app.views.close_question import CloseQuestion
from ternchat.app.views.main_window import MainWindow


@pytest.fixture
def hidden(theme, controller, conversation, chats, status, qtbot):
    window = MainWindow(theme, controller, conversation, chats, status)
    qtbot.addWidget(window)
    return window


@pytest.fixture
def window(hidden):
    hidden.show()
    hidden.activateWindow()
    return hidden


@pytest.fixture
def prompt(window):
    return window.page.composer.prompt


@pytest.fixture
def answered(conversation, qtbot):
    """Wait for the answer at the end of the conversation."""

    def last_is_done():
        messages = conversation.messages()
        return messages and messages[-1].state is not State.WRITING

    return lambda: qtbot.waitUntil(last_is_done)


def ask(qtbot, prompt, text):
    qtbot.keyClicks(prompt, text)
    qtbot.keyClick(prompt, Qt.Key.Key_Return)


def trigger(window, name):
    next(a for a in window.findChildren(QAction) if a.text() == name).trigger()


def test_from_the_first_start_to_the_first_answer(window, prompt, qtbot, answered):
    assert window.page.empty.isVisible()
    assert prompt.hasFocus()
    ask(qtbot, prompt, "Hello!")
    assert prompt.toPlainText() == ""
    assert window.page.conversation.isVisible()
    assert window.page.composer.button.accessibleName() == "Stop"
    answered()
    rows = window.page.conversation.message_widgets()
    assert [row.text.toPlainText() for row in rows] == ["Hello!", "You said: Hello!"]
    qtbot.waitUntil(lambda: window.page.composer.button.accessibleName() == "Send")
    assert "Hello!" in window.windowTitle()
    assert window.page.composer._model.text() == "Fledgling"


def test_the_status_line_tells_all_numbers(window, prompt, controller, qtbot, answered, status):
    status.on_memory(123_000_000)
    ask(qtbot, prompt, "count 50")
    answered()
    qtbot.waitUntil(lambda: "Ready" in window.status.toolTip())
    whole = window.status.toolTip()
    for part in (
        "read 80.0 tok/s", "write 20.0 tok/s", "context 57 / 256 (22 %)", "weights 5.0 MB",
        "KV 0.3 MB", "process 123 MB", "scalar, 1 thread",
    ):  # fmt: skip
        assert part in whole
    window.resize(480, 360)
    assert window.status.labels["phase"].isVisible()
    assert not window.status.labels["kernel"].isVisible()


def test_loading_has_a_number(window, prompt, fake, qtbot, controller, status):
    fake.load_gate.clear()
    ask(qtbot, prompt, "Hello!")
    qtbot.waitUntil(lambda: status.snapshot.fraction == 0.5)
    qtbot.waitUntil(lambda: "Loading Fledgling · 50 %" in window.status.toolTip())
    note = window.page.conversation.message_widgets()[1].note
    assert note.text() == "Loading Fledgling · 50 %"
    qtbot.keyClicks(prompt, "typing goes on")
    assert prompt.toPlainText() == "typing goes on"
    controller.stop()


def test_escape_stops(window, prompt, qtbot, controller, answered, status):
    ask(qtbot, prompt, "hold")
    qtbot.waitUntil(lambda: status.snapshot.phase is Phase.WRITING)
    qtbot.keyClick(prompt, Qt.Key.Key_Escape)
    answered()
    assert window.page.conversation.message_widgets()[1].note.text() == "Stopped"
    assert not window.menus.stop.isEnabled()


def test_a_prompt_card_sends(window, qtbot, answered):
    card = next(b for b in window.findChildren(QAbstractButton) if b.text() == "What is rain?")
    card.click()
    answered()
    rows = window.page.conversation.message_widgets()
    assert rows[0].text.toPlainText() == "What is rain?"


def test_a_prompt_card_leaves_draft_and_files_alone(window, prompt, qtbot, answered, store):
    notes = Attachment("notes.md", "text/markdown", "rain")
    window.page.composer.attachments.add(notes)
    qtbot.keyClicks(prompt, "half a sent")
    next(b for b in window.findChildren(QAbstractButton) if b.text() == "What is rain?").click()
    answered()
    (chat,) = store.chats()
    assert [m.attachments for m in store.messages(chat.id)] == [(), ()]
    assert prompt.toPlainText() == "half a sent"
    assert [file.name for file in window.page.composer.attachments.files] == ["notes.md"]


def test_the_built_in_model_can_be_loaded_without_a_message(
    window, controller, qtbot, store, status
):
    button = next(b for b in window.findChildren(QAbstractButton) if b.text() == "Use it now")
    button.click()
    qtbot.waitUntil(lambda: status.snapshot.phase is Phase.READY)
    assert not button.isVisible()
    assert store.chats() == []


def test_a_folder_is_asked_for_and_used(window, controller, qtbot, tmp_path, status):
    with qtbot.waitSignal(window.folder_chosen):
        window.folder_chosen.emit(str(tmp_path))
    qtbot.waitUntil(lambda: status.snapshot.phase is Phase.READY)
    assert status.snapshot.facts.model.path == tmp_path


def test_chats_are_listed_and_opened(window, prompt, qtbot, answered, chats):
    for text in ("one", "two"):
        ask(qtbot, prompt, text)
        answered()
        trigger(window, "New chat")
        assert window.page.empty.isVisible()
    assert [chats.index(i).data() for i in range(2)] == ["two", "one"]
    window.sidebar.chats.setCurrentIndex(chats.index(1))
    rows = window.page.conversation.message_widgets()
    assert rows[0].text.toPlainText() == "one"
    trigger(window, "Previous chat")
    assert window.page.header.title.text() == "two"
    trigger(window, "Next chat")
    assert window.page.header.title.text() == "one"


def test_each_chat_has_its_own_draft_in_the_composer(window, prompt, qtbot, answered, chats):
    ask(qtbot, prompt, "one")
    answered()
    qtbot.keyClicks(prompt, "draft")
    trigger(window, "New chat")
    assert prompt.toPlainText() == ""
    window.sidebar.chats.setCurrentIndex(chats.index(0))
    assert prompt.toPlainText() == "draft"


def test_a_problem_is_shown_as_plain_text(window, qtbot):
    strip = window.page.errors
    assert strip.isHidden()
    strip.show_problem(Problem("<b>Title</b>", "<i>x</i>", "Do it.", "Trace", chat_full=True))
    for label, text in ((strip.title, "<b>Title</b>"), (strip.text, "<i>x</i>")):
        assert label.textFormat() is Qt.TextFormat.PlainText
        assert label.text() == text
    assert strip.details.isHidden()
    strip.details_button.click()
    assert strip.details.toPlainText() == "Trace"
    strip.copy.click()
    assert QGuiApplication.clipboard().text().endswith("Trace")
    with qtbot.waitSignal(strip.new_chat_requested):
        strip.new_chat.click()
    assert strip.isHidden()


def test_a_problem_can_be_read_in_the_smallest_window(window, qtbot):
    window.resize(480, 360)
    strip = window.page.errors
    strip.show_problem(Problem("A rather long title", "Text. " * 12, "Advice. " * 9, "d"))
    labels = (strip.title, strip.text, strip.advice)
    qtbot.waitUntil(lambda: all(x.height() >= x.heightForWidth(x.width()) for x in labels))
    assert window.height() == 360
    for label in labels:
        assert window.rect().contains(label.mapTo(window, label.rect().bottomRight()))


def test_an_error_strip_can_be_dismissed(window):
    window.page.errors.show_problem(Problem("T", "t", "a", "d"))
    assert not window.page.errors.new_chat.isVisible()
    window.page.errors.dismiss.click()
    assert window.page.errors.isHidden()


def test_the_sidebar_gives_way_and_comes_back(window, qtbot):
    assert window.sidebar.isVisible()
    window.resize(700, 500)
    assert not window.sidebar.isVisible()
    window.resize(900, 500)
    assert window.sidebar.isVisible()
    trigger(window, "Sidebar")
    assert not window.sidebar.isVisible()
    window.resize(700, 500)
    window.resize(900, 500)
    assert not window.sidebar.isVisible()


def test_the_smallest_window_holds_everything_that_matters(window, prompt, qtbot, answered):
    ask(qtbot, prompt, "Hello! " * 30)
    answered()
    window.resize(480, 360)
    assert (window.width(), window.height()) == (480, 360)
    widgets = (prompt, window.page.composer.button, window.page.conversation, window.status)
    assert all(widget.isVisible() for widget in widgets)
    corners = [lambda w=widget: w.mapTo(window, w.rect().bottomRight()) for widget in widgets]
    qtbot.waitUntil(lambda: all(window.rect().contains(corner()) for corner in corners))
    assert window.page.conversation.viewport().height() > 80


def test_zoom_changes_everything(window, theme):
    before = window.page.composer.prompt.fontInfo().pixelSize()
    for _ in range(20):
        theme.zoom_in()
    assert theme.zoom == 200
    assert window.page.composer.prompt.fontInfo().pixelSize() == 2 * before
    theme.zoom_reset()
    assert window.page.composer.prompt.fontInfo().pixelSize() == before


def test_shortcuts_are_there_once(window):
    actions = [a for a in window.findChildren(QAction) if a.text() and not a.menu()]
    without = [a.text() for a in actions if a.parent() is window and a.shortcut().isEmpty()]
    assert not without
    counts = Counter(s.toString() for a in actions for s in a.shortcuts() if a.parent() is window)
    assert {name for name, count in counts.items() if count > 1} == set()
    for needed in ("Ctrl+N", "Ctrl+L", "Esc", "Ctrl+B", "Ctrl+Q", "Ctrl++", "Ctrl+-", "Ctrl+0"):
        assert needed in counts


def test_the_last_code_block_is_copied_from_whichever_answer_has_one(
    window, qtbot, store, controller
):
    chat = store.create_chat("Code")
    parent = None
    for number, text in enumerate(("?", "```py\none\n```\n> ```\n> two\n> ```\nx", "?", "none")):
        role = Role.ASSISTANT if number % 2 else Role.USER
        parent = store.add(chat.id, parent, role, text, State.DONE).id
    controller.open_chat(chat.id)
    trigger(window, "Copy last code block")
    assert QGuiApplication.clipboard().text() == "two"
    answer = store.add(chat.id, parent, Role.ASSISTANT, "1. ```\n   half of", State.WRITING)
    controller.new_chat()
    controller.open_chat(chat.id)
    trigger(window, "Copy last code block")
    assert QGuiApplication.clipboard().text() == "half of"
    assert answer.state is State.WRITING


def test_edit_actions_act_on_the_text_with_the_focus(window, prompt, qtbot):
    qtbot.keyClicks(prompt, "abc")
    trigger(window, "Select all")
    trigger(window, "Cut")
    assert (prompt.toPlainText(), QGuiApplication.clipboard().text()) == ("", "abc")
    trigger(window, "Paste")
    assert prompt.toPlainText() == "abc"
    trigger(window, "Undo")
    assert prompt.toPlainText() == ""


def test_the_last_answer_can_be_copied_from_the_menu(window, prompt, qtbot, answered):
    ask(qtbot, prompt, "Hello!")
    answered()
    trigger(window, "Copy last answer")
    assert QGuiApplication.clipboard().text() == "You said: Hello!"


def test_everything_one_can_press_has_a_name(window, prompt, qtbot, answered):
    ask(qtbot, prompt, "Hello!")
    answered()
    nameless = [
        button
        for button in window.findChildren(QAbstractButton)
        if button.objectName() != "qt_menubar_ext_button"
        and button.isVisible()  # a toast's button has its words when it is shown
        and not QAccessible.queryAccessibleInterface(button).text(QAccessible.Text.Name)
    ]
    assert not nameless
    names = {w.accessibleName() for w in window.findChildren(QWidget)}
    assert {"Message", "Send", "Conversation", "Chats", "New chat", "Models"} <= names


def test_tab_goes_round_and_is_trapped_nowhere(window, prompt, qtbot, answered):
    ask(qtbot, prompt, "Hello!")
    answered()
    qtbot.waitUntil(lambda: window.page.composer.button.accessibleName() == "Send")
    prompt.setFocus()
    seen = []
    for _ in range(40):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
        if seen[-1] is prompt:
            break
    assert seen[-1] is prompt
    names = [widget.accessibleName() for widget in seen]
    assert names[:6] == ["Attach files", "Send", "New chat", "Search", "New folder", "Chats"]
    assert {"Sidebar", "Your message", "Answer", "Copy"} <= set(names)


def test_the_first_painting_is_told_once(hidden, qtbot):
    with qtbot.waitSignal(hidden.painted):
        hidden.show()
    with qtbot.assertNotEmitted(hidden.painted):
        hidden.repaint()


def test_somebody_looks(window, qtbot):
    with qtbot.waitSignal(window.seen) as seen:
        window.hide()
    assert seen.args == [False]
    with qtbot.waitSignal(window.seen) as seen:
        window.show()
    assert seen.args == [True]


@pytest.mark.qt_log_ignore("does not support raise")
def test_a_minimised_window_comes_forward(window):
    window.showMinimized()
    window.come_forward()
    assert window.isVisible()
    assert not window.windowState() & Qt.WindowState.WindowMinimized


def test_no_accessible_child_vanishes_with_a_scroll_bar(window, prompt, qtbot, answered):
    pages = (window.page.empty, window.page.conversation)

    def children():
        return [QAccessible.queryAccessibleInterface(page).childCount() for page in pages]

    before = children()
    ask(qtbot, prompt, "count 3000")
    answered()
    qtbot.waitUntil(lambda: window.page.conversation.verticalScrollBar().maximum() > 0)
    assert children() == before == [1, 1]


def test_messages_are_edited_versioned_pinned_and_deleted_from_the_page(
    window, prompt, qtbot, answered, conversation, controller
):
    ask(qtbot, prompt, "one")
    answered()
    qtbot.waitUntil(lambda: controller.quiet)
    view = window.page.conversation
    view.message_widget(1).actions.change.click()
    qtbot.waitUntil(lambda: controller.quiet and len(conversation.messages()) == 2)
    assert view.message_widget(1).actions.version.text() == "2/2"
    trigger(window, "Previous version")
    assert view.message_widget(1).actions.version.text() == "1/2"
    view.pin_requested.emit(conversation.messages()[0].id, True)
    assert conversation.messages()[0].pinned
    view.message_widget(0).actions.change.click()
    assert prompt.toPlainText() == "one"
    qtbot.keyClick(prompt, Qt.Key.Key_Escape)
    view.delete_requested.emit(conversation.messages()[1].id)
    assert len(conversation.messages()) < 2 or view.message_widget(1).actions.version.isHidden()


def test_words_are_found_from_the_menu(window, prompt, qtbot, answered):
    ask(qtbot, prompt, "rainy rain")
    answered()
    trigger(window, "Find in this chat")
    bar = window.page.find_bar
    assert bar.isVisible()
    qtbot.keyClicks(bar.words, "rain")
    qtbot.waitUntil(lambda: bar.count.text() == "1/4")
    qtbot.keyClick(bar.words, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert prompt.hasFocus()


def test_a_queued_message_comes_back_with_its_files(window, prompt, qtbot, controller, status):
    files = window.page.composer.attachments
    ask(qtbot, prompt, "hold")
    qtbot.waitUntil(lambda: status.snapshot.phase is Phase.WRITING)
    files.add(Attachment("notes.md", "text/markdown", "rain", 1))
    ask(qtbot, prompt, "next")
    assert files.files == ()
    queued = controller._screen.last(Role.USER)
    controller.take_back(queued.id)
    assert prompt.toPlainText() == "next"
    assert [file.name for file in files.files] == ["notes.md"]
    controller.stop()


def test_attached_files_are_stored_with_the_draft_until_the_message_is(
    window, prompt, qtbot, store, controller
):
    files = window.page.composer.attachments
    notes = Attachment("notes.md", "text/markdown", "rain")
    controller.new_chat()
    files.add(notes)
    assert store.draft_files(None) == (notes,)
    ask(qtbot, prompt, "count 1")
    chat = store.chats()[0]
    assert store.messages(chat.id)[0].attachments == (notes,)
    assert (store.draft_files(None), store.draft_files(chat.id)) == ((), ())
    files.add(notes)
    assert store.draft_files(chat.id) == (notes,)
    controller.new_chat()
    assert files.files == ()
    qtbot.waitUntil(lambda: controller.quiet)


def test_up_edits_the_last_message_and_escape_brings_the_draft_back(
    window, prompt, qtbot, answered, conversation
):
    ask(qtbot, prompt, "first")
    answered()
    qtbot.keyClick(prompt, Qt.Key.Key_Up)
    assert (prompt.toPlainText(), window.page.composer.editing) == ("first", True)
    qtbot.keyClicks(prompt, "!")
    qtbot.keyClick(prompt, Qt.Key.Key_Escape)
    assert (prompt.toPlainText(), window.page.composer.editing) == ("", False)
    qtbot.keyClicks(prompt, "draft")
    trigger(window, "Edit the last message")
    qtbot.keyClicks(prompt, "!")
    qtbot.keyClick(prompt, Qt.Key.Key_Return)
    answered()
    assert [m.shown_text for m in conversation.messages()] == ["first!", "You said: first!"]
    assert prompt.toPlainText() == "draft"


def test_a_key_answers_anew(window, prompt, qtbot, answered, store):
    ask(qtbot, prompt, "first")
    answered()
    trigger(window, "Answer anew")
    answered()
    (chat,) = store.chats()
    assert len(store.siblings(store.messages(chat.id)[-1].id)) == 2


def test_a_temporary_chat_says_so(window, prompt, qtbot, answered):
    trigger(window, "New temporary chat")
    assert window.page.header.temporary.isVisible()
    ask(qtbot, prompt, "secret")
    answered()
    assert window.page.header.temporary.isVisible()
    trigger(window, "New chat")
    assert not window.page.header.temporary.isVisible()


# ---- Closing, repeating ------------------------------------------------------------------------


def questions(window):
    return window.findChildren(CloseQuestion)


def test_the_window_closes_at_once_when_nothing_is_being_written(window, controller, answered):
    controller.send("Hello!")
    answered()
    assert window.close()
    assert questions(window) == []


def test_closing_on_an_answer_asks_once_and_can_be_left(window, controller, shown, fake, answered):
    controller.send("hold")
    shown("held")
    assert not window.close()
    (question,) = questions(window)
    assert question.isVisible()
    assert not window.close()
    assert questions(window) == [question]
    button(question, "Go on writing").click()
    assert window.isVisible()
    fake.gate.set()
    answered()


def test_closing_on_an_answer_can_be_confirmed(window, controller, conversation, engine, shown):
    controller.send("hold")
    shown("held")
    window.close()
    button(questions(window)[0], "Stop and close").click()
    assert not window.isVisible()
    controller.close()
    assert conversation.messages()[-1].state is State.INTERRUPTED
    assert engine.close()


def test_an_answer_in_another_chat_is_asked_about_too(window, controller, shown, fake, qtbot):
    controller.send("hold")
    shown("held")
    controller.new_chat()
    assert not window.close()
    fake.gate.set()
    qtbot.waitUntil(lambda: controller.quiet)


def test_an_answer_that_repeats_itself_is_stopped_with_one_click(
    window, controller, runner, qtbot, states
):
    notice = window.page.composer.repeat_notice
    controller.send("loop")
    qtbot.waitUntil(notice.isVisible)
    assert notice.text.text() == "The answer repeats itself."
    button(notice, "Stop the answer").click()
    assert not notice.isVisible()
    assert states() == ["done", "stopped"]
    qtbot.waitUntil(lambda: controller.quiet)


def test_an_answer_that_repeats_itself_can_be_let_go_on(window, controller, runner, qtbot):
    notice = window.page.composer.repeat_notice
    controller.send("loop")
    qtbot.waitUntil(notice.isVisible)
    notice.dismissed.emit()
    assert not notice.isVisible()
    assert runner.busy
    controller.stop()
    qtbot.waitUntil(lambda: controller.quiet)


def button(widget, text):
    return next(b for b in widget.findChildren(QAbstractButton) if b.text() == text)


def test_the_settings_are_reached_from_the_sidebar(window, qtbot):
    with qtbot.waitSignal(window.menus.settings.triggered):
        window.sidebar.settings.click()

"""For the keyboard and for screen readers: names, keys, the way round."""

from collections import Counter
from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QWidget,
)

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.context_use import ContextUse
from ternchat.app.core.problem import Problem
from ternchat.app.core.settings_file import SettingsFile
from ternchat.app.models.settings_model import SettingsModel
from ternchat.app.views.main_window import MainWindow
from ternchat.app.views.settings_dialog import SettingsDialog
from ternchat.app.views.shortcut_sheet import ShortcutSheet

# What a single key may do: nothing that takes something away.
SINGLE_KEYS = {"Esc", "F1", "F2", "F11"}


@pytest.fixture
def window(theme, controller, conversation, chats, status, qtbot):
    window = MainWindow(theme, controller, conversation, chats, status)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.activateWindow()
    return window


@pytest.fixture
def full(window, controller, qtbot):
    """The window with everything that can be shown at once."""
    controller.send("Hello")
    qtbot.waitUntil(lambda: controller.quiet)
    composer = window.page.composer
    composer.attachments.add(Attachment("notes.md", "text/markdown", "x" * 40))
    composer.set_editing(True, [Attachment("notes.md", "text/markdown", "x" * 40)])
    composer.show_context(ContextUse(chat=0, draft=980, length=1000))
    composer.paste_notice.say("A long text was pasted.")
    window.page.errors.show_problem(Problem("Title", "Text.", "Advice.", "Details"))
    window.page.errors.details_button.click()
    window.panel.show_settings(ChatSettings("Hello", seed=3, temperature=0.1))
    window.panel.show()
    return window


@pytest.fixture
def dialogs(window, theme, tmp_path):
    model = SettingsModel(SettingsFile(tmp_path / "settings.toml"))
    model.change(zoom=110, threads=2)
    return [SettingsDialog(theme, model, window), ShortcutSheet(theme, window.menus, window)]


def actions(window):
    found = [a for a in window.findChildren(QAction) if a.text() and not a.isSeparator()]
    return [a for a in found if a.parent() is window and a.menu() is None]


def takes_focus(widget):
    tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return tab and widget.isVisible() and widget.focusProxy() is None and widget.isEnabled()


def name_of(widget):
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def test_every_control_has_a_name(full, dialogs):
    for dialog in dialogs:
        dialog.show()
    tops = [full, *dialogs]
    controls = [w for top in tops for w in top.findChildren(QWidget) if takes_focus(w)]
    assert len(controls) > 30
    assert [widget for widget in controls if not name_of(widget)] == []


def test_every_action_has_a_key_and_no_key_does_two_things(window):
    assert [a.text() for a in actions(window) if a.shortcut().isEmpty()] == []
    keys = Counter(key.toString() for a in actions(window) for key in a.shortcuts())
    assert [key for key, count in keys.items() if count > 1] == []


def test_no_single_key_takes_anything_away(window):
    singles = {
        key.toString()
        for action in actions(window)
        for key in action.shortcuts()
        if not key[0].keyboardModifiers()
    }
    assert singles <= SINGLE_KEYS


KEYS_PEOPLE_KNOW = {  # as the systems' guidelines and other programs have them
    "Ctrl+N": "New chat",
    "Ctrl+K": "Search…",
    "Ctrl+F": "Find in this chat",
    "Ctrl+L": "Write a message",
    "Ctrl+,": "Settings…",
    "Ctrl+B": "Sidebar",
    "Ctrl+Shift+C": "Copy last answer",
    "Ctrl+Shift+;": "Copy last code block",
    "Ctrl+R": "Answer anew",
    "Ctrl+E": "Edit the last message",
    "Ctrl+Tab": "Next chat",
    "Ctrl+Shift+Tab": "Previous chat",
    "F2": "Rename chat",
    "Ctrl+Shift+Backspace": "Delete chat",
    "Ctrl+M": "Models",
    "Ctrl+Shift+M": "Monitor",
    "Alt+Left": "Previous version",
    "Alt+Right": "Next version",
    "Ctrl++": "Larger",
    "Ctrl+-": "Smaller",
    "Ctrl+0": "Normal size",
    "F11": "Full screen",
    "Esc": "Stop answering",
    "Ctrl+/": "Keyboard shortcuts",
    "F1": "Keyboard shortcuts",
    "Ctrl+Q": "Quit",
    "Ctrl+Z": "Undo",
    "Ctrl+Y": "Redo",
}


def test_the_keys_people_know_do_what_people_know(window):
    found = {key.toString(): a.text() for a in actions(window) for key in a.shortcuts()}
    assert {key: found.get(key) for key in KEYS_PEOPLE_KNOW} == KEYS_PEOPLE_KNOW


def test_no_part_of_the_window_has_a_key_that_the_menus_have(window):
    menus = {key.toString() for action in actions(window) for key in action.shortcuts()}
    parts = [one.key().toString() for one in window.findChildren(QShortcut)]
    assert len(parts) == len(set(parts))
    assert menus.isdisjoint(parts)


def test_every_key_of_the_menus_works_while_one_types(window, qtbot):
    prompt = window.page.composer.prompt
    prompt.setFocus()
    done = []
    for action in actions(window):
        action.setEnabled(True)
        action.triggered.disconnect()
        action.triggered.connect(lambda _=False, action=action: done.append(action))
    for action in actions(window):
        if action.data() is not None:
            continue  # undo, copy, ...: the text field does these itself
        for key in action.shortcuts():
            done.clear()
            qtbot.keyClick(prompt, key[0].key(), key[0].keyboardModifiers())
            assert done == [action], key.toString()


def test_the_sheet_lists_every_action_with_its_keys(window, dialogs):
    sheet = dialogs[1]
    told = [label.accessibleName() for label in sheet.findChildren(QWidget, "keys")]
    for action in actions(window):
        keys = ", ".join(
            k.toString(QKeySequence.SequenceFormat.NativeText) for k in action.shortcuts()
        )
        assert f"{action.text().removesuffix('…')}: {keys}" in told


@pytest.mark.parametrize("key", ["F1", "Ctrl+/"])
def test_the_sheet_opens_by_key_and_closes_with_escape(window, qtbot, key):
    combination = QKeySequence(key)[0]
    qtbot.keyClick(window, combination.key(), combination.keyboardModifiers())
    sheet = window.findChild(ShortcutSheet)
    assert sheet.isVisible()
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


@pytest.mark.parametrize("back", [False, True], ids=["forwards", "backwards"])
def test_tab_reaches_everything_and_is_trapped_nowhere(full, qtbot, back):
    prompt = full.page.composer.prompt
    prompt.setFocus()
    key = Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab
    reached = []
    for _ in range(120):
        qtbot.keyClick(QApplication.focusWidget(), key)
        reached.append(QApplication.focusWidget())
        if reached[-1] is prompt:
            break
    assert reached[-1] is prompt
    wanted = {w for w in full.findChildren(QWidget) if takes_focus(w)}
    # The conversation only leads on to its messages.
    passed = {w for w in wanted if any(w.isAncestorOf(one) for one in reached)}
    missed = [name_of(w) or w for w in wanted - set(reached) - passed]
    assert missed == []


def test_tab_goes_through_the_dialogs(dialogs, qtbot):
    for dialog in dialogs:
        dialog.show()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        wanted = {w for w in dialog.findChildren(QWidget) if takes_focus(w)}
        start = next(iter(wanted))
        start.setFocus()
        reached = {start}
        for _ in range(60):
            qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
            reached.add(QApplication.focusWidget())
        missed = [name_of(widget) for widget in wanted - reached]
        assert missed == []


def test_the_focus_is_seen_on_everything_that_takes_it(full, dialogs, qtbot):
    """Whatever has the focus looks otherwise than without."""
    dialogs[0].show()
    for top in (full, dialogs[0]):
        top.activateWindow()
        qtbot.waitUntil(top.isActiveWindow)
        for widget in top.findChildren(QWidget):
            if not takes_focus(widget):
                continue
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            if QApplication.focusWidget() is not widget:
                continue
            frame = widget.parentWidget() if widget.size().isEmpty() else widget
            ringed = [frame, frame.parentWidget(), frame.parentWidget().parentWidget()]
            with_focus = [w.grab().toImage() for w in ringed]
            widget.clearFocus()
            without = [w.grab().toImage() for w in ringed]
            assert with_focus != without, name_of(widget)


def test_zoom_applies_to_every_text_and_every_button(full, dialogs, theme, qtbot):
    def sizes():
        kinds = (QLabel, QAbstractButton, QAbstractSpinBox, QComboBox, QAbstractScrollArea)
        widgets = [w for top in (full, *dialogs) for w in top.findChildren(QWidget)]
        shown = [w for w in widgets if isinstance(w, kinds) and w.isVisible()]
        return {w: w.fontInfo().pixelSize() for w in shown}

    for dialog in dialogs:
        dialog.show()
    before = sizes()
    theme.set_zoom(200)
    after = sizes()  # what became too much for the window is not among them
    assert {name_of(w) or w for w in before if after.get(w) not in (None, 2 * before[w])} == set()
    buttons = [b for b in full.findChildren(QAbstractButton) if b.isVisible()]
    icons = {b for b in buttons if not b.icon().isNull()}
    assert {b for b in icons if b.iconSize().height() not in (2 * s for s in (14, 16, 18))} == set()


@pytest.mark.parametrize("zoom", [80, 100, 150, 200])
@pytest.mark.parametrize("size", ["smallest", (480, 360), (800, 700)])
def test_error_files_and_notices_never_lie_upon_each_other(window, theme, zoom, size, qtbot):
    theme.set_zoom(zoom)
    if size != "smallest":  # a screen may be that small
        window.setMinimumSize(1, 1)
    window.resize(1, 1) if size == "smallest" else window.resize(*size)
    page, composer = window.page, window.page.composer
    page.errors.show_problem(Problem("A rather long title", "Text. " * 40, "Advice. " * 9, "d"))
    for number in range(9):
        composer.attachments.add(Attachment(f"notes {number}.md", "text/markdown", "x" * 40))
    composer.set_editing(True, composer.attachments.attachments)
    composer.show_repeating(True)
    composer.context_notice.say("There is not enough room for all of this. " * 3, "bad")
    composer.prompt.setPlainText("Some words that are to be sent.\n" * 30)
    stacks = (
        (window.menuBar(), page.header, page.foot, window.status),
        (page.errors, composer),
        (page.errors.title, page.errors.details_button, page.errors._area),
        (composer.extras, composer.prompt, composer.attach, composer.button),
        (*(n for n in (composer.repeat_notice, composer.context_notice)), composer.chips),
    )

    def rect(widget):
        return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())

    def apart():
        return all(
            all(widget.isVisible() for widget in stack)
            and not any(rect(a).intersects(rect(b)) for a, b in combinations(stack, 2))
            for stack in stacks
        )

    qtbot.waitUntil(apart)
    assert window.rect().contains(rect(page.foot))
    qtbot.waitUntil(lambda: rect(page.foot).contains(rect(composer.button)))  # to be sent
    for inner, outer in ((composer.prompt, composer), (page.errors._area, page.errors)):
        assert rect(outer).contains(rect(inner))


@pytest.mark.parametrize("zoom", [80, 100, 150, 200])
def test_at_every_zoom_the_smallest_window_holds_the_composer(window, theme, zoom, qtbot):
    theme.set_zoom(zoom)
    window.resize(1, 1)
    composer = window.page.composer
    composer.attachments.add(Attachment("notes.md", "text/markdown", "x" * 40))
    qtbot.keyClicks(composer.prompt, "Some words that are to be sent.")
    parts = (composer.extras, composer.prompt, composer.attach, composer.button)

    def fits():
        rects = [QRect(p.mapTo(window, QPoint(0, 0)), p.size()) for p in parts]
        inside = all(window.rect().contains(rect) for rect in rects)
        return inside and not any(a.intersects(b) for a, b in combinations(rects, 2))

    qtbot.waitUntil(fits)

"""A message of the desktop when an answer is ready and nobody looks."""

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.views import notifier as notifier_module
from ternchat.app.views.main_window import MainWindow
from ternchat.app.views.notifier import Notifier, tray_of


class Tray(QObject):
    """Stands for a place in the desktop's tray."""

    messageClicked = Signal()
    activated = Signal(object)

    def __init__(self, owner):
        super().__init__(owner)
        self.shown, self.messages = False, []

    def setIcon(self, icon):
        assert not icon.isNull()

    def setToolTip(self, text):
        self.tip = text

    def show(self):
        self.shown = True

    def hide(self):
        self.shown = False

    def showMessage(self, title, text, icon, milliseconds):
        assert isinstance(icon, QIcon)
        self.messages.append((title, text))


@pytest.fixture
def alerts(monkeypatch):
    """The windows that asked for attention."""
    asked = []
    monkeypatch.setattr(QApplication, "alert", lambda window: asked.append(window))
    return asked


@pytest.fixture
def window(theme, controller, conversation, chats, status, qtbot):
    window = MainWindow(theme, controller, conversation, chats, status)
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def wanted():
    return [True]


@pytest.fixture
def trays():
    return []


@pytest.fixture
def notifier(window, wanted, trays, runner):
    def tray(owner):
        trays.append(Tray(owner))
        return trays[-1]

    notifier = Notifier(window, lambda: wanted[0], tray)
    runner.ended.connect(notifier.on_ended)
    return notifier


@pytest.fixture
def away(window, qtbot):
    """Another program is in front."""

    def away():
        window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
        window.hide()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is None)

    return away


def ask(controller, qtbot, text):
    controller.send(text)
    qtbot.waitUntil(lambda: controller.quiet)


def test_an_answer_that_is_ready_is_told_without_a_word_of_it(
    notifier, window, away, controller, trays, alerts, qtbot, texts
):
    away()
    ask(controller, qtbot, "secret words")
    assert texts() == ["secret words", "You said: secret words"]
    assert alerts == [window]
    [tray] = trays
    assert tray.messages == [("Ternchat", "An answer is ready.")]
    assert tray.shown
    ask(controller, qtbot, "more")
    assert len(trays) == 1
    assert len(tray.messages) == 2
    assert not any("secret" in part for message in tray.messages for part in message)


def test_an_answer_that_failed_is_told_too_and_one_that_was_stopped_is_not(
    notifier, away, controller, trays, alerts, runner, qtbot
):
    away()
    ask(controller, qtbot, "fail")
    assert trays[0].messages == [("Ternchat", "An answer could not be finished.")]
    controller.send("hold")
    qtbot.waitUntil(lambda: runner.answer is not None)
    controller.stop()
    qtbot.waitUntil(lambda: controller.quiet)
    assert len(trays[0].messages) == 1
    assert len(alerts) == 1


def test_nothing_is_told_while_somebody_looks(notifier, window, controller, trays, alerts, qtbot):
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    ask(controller, qtbot, "Hello")
    assert (trays, alerts) == ([], [])


def test_nothing_is_told_to_those_who_do_not_want_it(
    notifier, away, wanted, controller, trays, alerts, qtbot
):
    wanted[0] = False
    away()
    ask(controller, qtbot, "Hello")
    assert (trays, alerts) == ([], [])


@pytest.mark.qt_log_ignore("This plugin does not support raise")
def test_a_click_brings_the_window_and_then_the_icon_goes(
    notifier, window, away, controller, trays, alerts, qapp, qtbot
):
    away()
    ask(controller, qtbot, "Hello")
    trays[0].messageClicked.emit()
    assert window.isVisible()
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert not trays[0].shown


def test_without_a_tray_the_window_alone_asks_for_attention(
    window, away, alerts, monkeypatch, qapp
):
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    assert tray_of(window) is None
    notifier = Notifier(window, lambda: True)
    away()
    notifier.on_ended(Message(1, 1, None, Role.ASSISTANT, "x"))
    assert alerts == [window]


def test_where_there_is_a_tray_its_icon_is_made(qtbot, monkeypatch):
    owner = QWidget()
    qtbot.addWidget(owner)
    for name in ("isSystemTrayAvailable", "supportsMessages"):
        monkeypatch.setattr(QSystemTrayIcon, name, lambda: True)
    assert isinstance(notifier_module.tray_of(owner), QSystemTrayIcon)


def test_only_ends_that_are_news_are_told(window, away, alerts):
    notifier = Notifier(window, lambda: True, lambda _owner: None)
    away()
    for state in State:
        notifier.on_ended(Message(1, 1, None, Role.ASSISTANT, "x", state))
    notifier.on_ended(None)
    assert len(alerts) == 2

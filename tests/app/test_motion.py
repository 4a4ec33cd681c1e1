"""Whether the system asks for no motion, as desktops say it."""

import shutil
import subprocess

import pytest
from needed import need
from PySide6.QtCore import ClassInfo, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusVariant

from ternchat.app.views.motion import Motion

PATH, INTERFACE = "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings"
REDUCED = ("org.freedesktop.appearance", "reduced-motion")
ANIMATED = ("org.gnome.desktop.interface", "enable-animations")


@ClassInfo({"D-Bus Interface": INTERFACE})
class Portal(QObject):
    """A desktop that answers; what it does not know is an error."""

    def __init__(self, bus, values):
        super().__init__()
        self._bus, self.values, self.asked = bus, values, 0
        assert bus.registerObject(PATH, self, QDBusConnection.RegisterOption.ExportAllSlots)
        assert bus.registerService("org.freedesktop.portal.Desktop")

    @Slot(str, str, QDBusMessage, result="QDBusVariant")
    def Read(self, space, name, message):
        self.asked += 1
        message.setDelayedReply(True)
        answer = message.createErrorReply("org.freedesktop.portal.Error.NotFound", "unknown")
        if (space, name) in self.values:
            answer = message.createReply([])
            answer.setArguments([QDBusVariant(self.values[space, name])])
        self._bus.send(answer)
        return QDBusVariant()

    def change(self, key, value):
        news = QDBusMessage.createSignal(PATH, INTERFACE, "SettingChanged")
        news.setArguments([*key, QDBusVariant(value)])
        self._bus.send(news)


@pytest.fixture
def connect(qapp):
    """Makes connections to a bus of the test's own."""
    need(shutil.which("dbus-daemon"), "dbus-daemon")
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    address = daemon.stdout.readline().strip()
    names = []

    def connect():
        names.append(f"test-{len(names)}")
        return QDBusConnection.connectToBus(address, names[-1])

    yield connect
    for name in names:
        QDBusConnection.disconnectFromBus(name)
    daemon.terminate()
    daemon.wait()
    daemon.stdout.close()


@pytest.mark.parametrize(
    ("values", "reduced"),
    [
        ({REDUCED: 1, ANIMATED: True}, True),
        ({REDUCED: 0, ANIMATED: True}, False),
        ({ANIMATED: False}, True),
        ({ANIMATED: True}, False),
        ({REDUCED: "odd"}, False),
        ({}, False),
    ],
)
def test_a_desktop_tells_at_the_start(connect, qtbot, values, reduced):
    portal = Portal(connect(), values)
    motion = Motion(bus=connect())
    qtbot.waitUntil(lambda: portal.asked == 2)
    qtbot.waitUntil(lambda: motion.reduced is reduced)


def test_a_desktop_tells_when_it_changes(connect, qtbot):
    portal = Portal(connect(), {REDUCED: 0})
    motion = Motion(bus=connect())
    qtbot.waitUntil(lambda: portal.asked == 2)
    portal.change(REDUCED, 1)
    qtbot.waitUntil(lambda: motion.reduced)
    portal.change(("org.freedesktop.appearance", "color-scheme"), 1)
    portal.change(REDUCED, 0)
    qtbot.waitUntil(lambda: not motion.reduced)


def test_without_such_a_desktop_things_move(connect, qapp):
    assert not Motion(bus=connect()).reduced


@pytest.mark.parametrize(("factor", "reduced"), [("0", True), ("1", False), ("0.5", False)])
def test_kde_says_it_in_a_file(qapp, tmp_path, monkeypatch, factor, reduced):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "kdeglobals").write_text(f"[KDE]\nAnimationDurationFactor={factor}\n")
    assert Motion().reduced is reduced

"""A display that cannot show a window is told in a sentence, before Qt would abort."""

import os
import shutil
import socket
import subprocess
import sys
import threading

import pytest

from ternchat.app import display

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 and Wayland")


def test_no_display_at_all():
    assert display.why_no_window({}) == "there is no display"


@pytest.mark.parametrize("name", ["offscreen", "minimal", "vnc:size=800x600", "offscreen;xcb"])
def test_platforms_that_need_no_display(name):
    assert display.why_no_window({"QT_QPA_PLATFORM": name}) is None


@pytest.mark.parametrize("name", [":4999", "localhost:4999", "nonsense", ":x", "::", "\u00e9:1"])
def test_a_display_nobody_serves(name):
    assert display.why_no_window({"DISPLAY": name}) == f"the display {name} does not answer"


def test_a_display_that_accepts_but_never_answers(monkeypatch):
    monkeypatch.setattr(display, "ANSWER_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if port < 6000:
            pytest.skip("the port is no display's")
        accepted = []
        thread = threading.Thread(target=lambda: accepted.append(server.accept()[0]))
        thread.start()
        name = f"127.0.0.1:{port - 6000}"
        assert display.why_no_window({"DISPLAY": name}) == f"the display {name} does not answer"
        thread.join()
        accepted[0].close()


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
def test_a_display_that_answers(monkeypatch):
    monkeypatch.setattr(display, "ANSWER_SECONDS", 120)  # no limit on how busy this machine is
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            name = ":" + answer.readline().strip()
        assert display.why_no_window({"DISPLAY": name}) is None
        assert display.why_no_window({"DISPLAY": name, "QT_QPA_PLATFORM": "xcb"}) is None
    finally:
        server.terminate()
        server.wait()


def test_a_wayland_display(tmp_path):
    environ = {"WAYLAND_DISPLAY": "wayland-9", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert display.why_no_window(environ) == "there is no display"
    wanted = environ | {"QT_QPA_PLATFORM": "wayland"}
    assert display.why_no_window(wanted) == "the Wayland display does not answer"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-9"))
        server.listen()
        assert display.why_no_window(environ) is None
        assert display.why_no_window(wanted) is None


def test_missing_libraries_are_named(monkeypatch):
    monkeypatch.setitem(display.XCB_LIBRARIES, "libxcb-nonsense.so.0", "libxcb-nonsense0")
    reason = display.why_no_window({"DISPLAY": ":0"})
    assert "libxcb-nonsense0" in reason
    assert "apt install libxcb-nonsense0" in reason


def test_the_window_is_not_tied_to_linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert display.why_no_window({}) is None

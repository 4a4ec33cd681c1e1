"""PySide6 6.12.0 loses a reference to None or True with every call on Python < 3.12.

Such a program runs for some minutes, then aborts; a short test does not notice. This one does.
"""

import sys

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

CALLS = 2000


class Sender(QObject):
    sent = Signal()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None and True are immortal")
@pytest.mark.parametrize(
    ("thing", "call"),
    [
        (None, QWidget.update),
        (None, QWidget.parent),
        (True, lambda widget: widget.findChild(Sender).sent.emit()),
    ],
    ids=["a call without a result", "a call that gives None", "a signal"],
)
def test_qt_calls_lose_no_references(qtbot, thing, call):
    widget = QWidget()
    qtbot.addWidget(widget)
    Sender(widget)
    before = sys.getrefcount(thing)
    for _ in range(CALLS):
        call(widget)
    assert sys.getrefcount(thing) > before - CALLS // 10

"""A conversation on the screen."""

import pytest
from PySide6.QtGui import QGuiApplication

from ternchat.app.views.conversation_view import ConversationView


@pytest.fixture
def view(theme, conversation, qtbot):
    view = ConversationView(theme, conversation)
    view.resize(600, 400)
    qtbot.addWidget(view)
    view.show()
    view.activateWindow()
    return view


@pytest.fixture
def clipboard(qapp):
    """What is on the clipboard."""
    board = QGuiApplication.clipboard()
    board.clear()
    return board.text

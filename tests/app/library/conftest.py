"""The window with its library of chats."""

import pytest

from ternchat.app.chat_library import ChatLibrary
from ternchat.app.core.conversation import Role, State
from ternchat.app.views.library_views import LibraryViews
from ternchat.app.views.main_window import MainWindow
from ternchat.app.workers.job_thread import JobThread


@pytest.fixture
def chat_jobs(qapp):
    """The thread of long work on chats."""
    jobs = JobThread("chats")
    yield jobs
    assert jobs.close()


@pytest.fixture
def library(store, chats, controller, chat_jobs):
    return ChatLibrary(store, chats, controller, chat_jobs)


@pytest.fixture
def window(theme, controller, conversation, chats, status, qtbot):
    window = MainWindow(theme, controller, conversation, chats, status)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    return window


@pytest.fixture
def views(window, theme, library):
    return LibraryViews(window, theme, library)


@pytest.fixture
def talk(store, controller, library):
    """Makes a chat and shows it."""

    def talk(title, *texts):
        chat = store.create_chat(title)
        parent = None
        for number, text in enumerate(texts or ["x"]):
            role = Role.ASSISTANT if number % 2 else Role.USER
            parent = store.add(chat.id, parent, role, text, State.DONE).id
        library.refresh()
        controller.open_chat(chat.id)
        return chat

    return talk

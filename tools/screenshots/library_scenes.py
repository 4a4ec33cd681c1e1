"""Chats that are there already: read, searched, edited, deleted; and the program's own windows."""

from ternchat.app.core.conversation import Role
from ternchat.app.views.search_palette import SearchPalette

from .sample_chats import LONG_CHAT
from .studio import Studio


def empty_with_chats(studio: Studio) -> None:
    """A new chat beside the old ones."""
    studio.context.controller.new_chat()
    studio.shoot("empty-with-chats")


def chats(studio: Studio) -> None:
    """A chat of each kind."""
    for name, title in (
        ("short-chat", "What is rain?"),
        ("code-and-table", "Code and a table"),
        ("math", "Roots of an equation"),
        ("right-to-left-text", "גשם"),
        ("interrupted", "An interrupted story"),
        ("failed-answer", "A question that failed"),
        ("long-chat", LONG_CHAT),
    ):
        _open(studio, title)
        studio.shoot(name)


def find_in_chat(studio: Studio) -> None:
    """Words found in a chat, and words that are not there."""
    _open(studio, "A walk in Porto")
    bar = studio.window.page.find_bar
    for name, words in (("find", "lighthouse"), ("find-nothing", "submarine")):
        bar.open(words)
        studio.shoot(name)
    bar.close_bar()


def editing(studio: Studio) -> None:
    """An earlier question in the composer."""
    _open(studio, "What is rain?")
    studio.context.controller.begin_edit_last()
    studio.shoot("editing")
    studio.context.controller.end_edit()


def info(studio: Studio) -> None:
    """All that is known of an answer."""
    _open(studio, "What is rain?")
    view = studio.window.page.conversation
    answer = next(row for row in view.rows() if view.message(row).role is Role.ASSISTANT)
    view.message_widget(answer).requested.emit("info")
    studio.shoot("info")
    studio.close_dialogs()


def search(studio: Studio) -> None:
    """What a search over all chats finds, and when there is nothing."""
    for name, words in (("search", "lighthouse"), ("search-nothing", "submarine")):
        studio.window.menus.search.trigger()
        palette = studio.find(SearchPalette)
        palette.field.setText(words)
        palette.look()
        studio.shoot(name)
        studio.close_dialogs()


def windows(studio: Studio) -> None:
    """The program's own windows."""
    menus = studio.window.menus
    for name, action in (
        ("trash", menus.trash),
        ("archive", menus.archive),
        ("program-settings", menus.settings),
        ("key-sheet", menus.shortcuts),
        ("delete-all-question", menus.delete_all),
        ("export", menus.export_all),
    ):
        action.trigger()
        studio.shoot(name)
        studio.close_dialogs()


def toast(studio: Studio) -> None:
    """A chat was deleted."""
    _open(studio, "A walk in Porto")
    studio.window.menus.delete_chat.trigger()
    studio.shoot("deleted-with-undo")
    studio.press("Undo", studio.window.toast)


def chat_settings(studio: Studio) -> None:
    """How one chat is answered."""
    _open(studio, "What is rain?")
    studio.window.menus.chat_settings.trigger()
    studio.shoot("chat-settings")
    studio.window.menus.chat_settings.trigger()


def error_strip(studio: Studio) -> None:
    """A model that cannot be loaded, with and without its details."""
    broken = studio.data / "broken"
    broken.mkdir(exist_ok=True)
    (broken / "config.json").write_text("{ this is no JSON")
    studio.context.controller.use_model(str(broken))
    errors = studio.window.page.errors
    studio.wait(errors.isVisible)
    studio.shoot("error")
    studio.press("Details", errors)
    studio.shoot("error-details")
    studio.context.controller.problem_raised.emit(None)


def narrow(studio: Studio) -> None:
    """The smallest window: a chat, an empty one, the models."""
    size = studio.window.size()
    studio.window.resize(480, 360)
    _open(studio, "Code and a table")
    studio.shoot("narrow-chat")
    studio.context.controller.new_chat()
    studio.shoot("narrow-empty")
    studio.window.menus.models.trigger()
    studio.shoot("narrow-models")
    studio.window.models.close_requested.emit()
    studio.window.resize(size)


def _open(studio: Studio, title: str) -> None:
    chats = studio.context.chats.store.chats()
    studio.context.controller.open_chat(next(c.id for c in chats if c.title == title))


SCENES = (
    empty_with_chats,
    chats,
    find_in_chat,
    editing,
    info,
    search,
    windows,
    toast,
    chat_settings,
    error_strip,
    narrow,
)
FEW = (empty_with_chats, chats, windows, chat_settings)  # at other sizes and directions

"""Texts no honest model writes, on the page: nothing is loaded, nothing hangs, all is copied."""

import threading

import psutil
import pytest
from hostile_markdown import HOSTILE, LINKS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QDesktopServices, QTextOption

from ternchat.app.core.conversation import Message, Role, State
from ternchat.app.core.markdown import reader, stream
from ternchat.app.core.markdown.code_lines import shown_lines
from ternchat.app.core.safe_text import safe_text
from ternchat.app.views.blocks.body import MAX_TEXT_ITEMS
from ternchat.app.views.blocks.code_part import CodePart
from ternchat.app.views.blocks.text_part import TextPart
from ternchat.app.views.message_feed import AT_ONCE
from ternchat.app.views.message_text import MessageText

MAX_PARTS = 2 * stream.MAX_FRAMES + stream.MAX_ITEMS // MAX_TEXT_ITEMS + 200


@pytest.fixture
def asked(monkeypatch):
    """What anything on the page asked to be loaded or opened; it never got anything."""
    asked = []
    load = MessageText.loadResource

    def load_resource(self, kind, name):
        asked.append(name)
        resource = load(self, kind, name)
        assert resource.isNull()
        return resource

    monkeypatch.setattr(MessageText, "loadResource", load_resource)
    monkeypatch.setattr(QDesktopServices, "openUrl", asked.append)
    return asked


@pytest.fixture
def parsed(monkeypatch):
    """How many characters markdown-it was given, piece by piece."""
    lengths = []
    parser = reader._parser()
    original = parser.parse
    monkeypatch.setattr(
        parser, "parse", lambda text, env: lengths.append(len(text)) or original(text, env)
    )
    return lengths


def open_things():
    process = psutil.Process()
    return {file.path for file in process.open_files()}, process.net_connections()


def shown(view, conversation, qtbot, text):
    """The widget of an answer, when all of it is on the page."""
    conversation.set_messages([Message(1, 1, None, Role.ASSISTANT, text)])
    widget = view.message_widget(0)
    qtbot.waitUntil(lambda: widget._feed.complete, timeout=60_000)
    return widget


@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_shown_at_a_bounded_cost(
    view, conversation, qtbot, clipboard, asked, parsed, name
):
    text = HOSTILE[name]
    before, threads = open_things(), threading.active_count()
    steps = []
    widget = shown(view, conversation, qtbot, "")
    widget._feed.changed.connect(lambda *change: steps.append(change))
    widget = shown(view, conversation, qtbot, text)
    # Each character is looked at a few times, whatever it is; never the whole text for a piece.
    assert sum(parsed) <= 6 * min(len(text), stream.MAX_LENGTH + AT_ONCE) + 10_000
    assert max(parsed, default=0) <= stream.MAX_BLOCK + AT_ONCE
    assert len(steps) <= len(text) // stream.SLICE + 3
    assert len(widget.text.parts) <= MAX_PARTS
    for part in widget.text.parts:
        blocks = part.surface.document().blockCount()
        assert blocks <= 20_000
        if isinstance(part, TextPart):
            assert blocks == len(part.items)
        if isinstance(part, CodePart) and not part.fold.isVisible():
            assert blocks == len(shown_lines(part.code))
    view.grab()
    assert open_things() == before
    assert threading.active_count() == threads
    assert asked == []
    widget.copy.click()
    assert clipboard() == safe_text(text.lstrip())
    assert not set("\x1b\x07\0\u202e") & set(widget.text.toPlainText())


def anchors(surface):
    """Where the links in a text lead."""
    found = set()
    block = surface.document().firstBlock()
    while block.isValid():
        found |= {part.format.anchorHref() for part in block.textFormats()}
        block = block.next()
    return found - {""}


@pytest.mark.parametrize("url", LINKS)
def test_only_the_web_and_mail_can_be_reached_from_a_text(view, conversation, qtbot, asked, url):
    text = f"[x]({url}) <{url}> ![y]({url}) {url}\n\n[z]: {url}\n\n| [x]({url}) |\n|---|\n"
    widget = shown(view, conversation, qtbot, text + "\nand [w](https://e.org/y)")
    found = [anchor for surface in widget.text.surfaces() for anchor in anchors(surface)]
    assert found == ["https://e.org/y"]
    view.grab()
    assert asked == []


@pytest.mark.parametrize("name", ["a line of 1 MB without blanks", "a long word in styles", "NUL"])
def test_words_without_an_end_are_broken_anywhere(view, conversation, qtbot, name):
    widget = shown(view, conversation, qtbot, HOSTILE[name])
    modes = {surface.wordWrapMode() for surface in widget.text.surfaces()}
    assert modes == {QTextOption.WrapMode.WrapAnywhere}
    widget = shown(view, conversation, qtbot, "雨は水です。" * 400 + "\n\n" + "word " * 400)
    modes = {surface.wordWrapMode() for surface in widget.text.surfaces()}
    assert modes == {QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere}


def test_endless_lines_of_code_are_wrapped_anywhere(view, conversation, qtbot):
    code = shown(view, conversation, qtbot, HOSTILE["code in one line"]).text.parts[0]
    code.wrap.click()
    assert code.surface.wordWrapMode() is QTextOption.WrapMode.WrapAnywhere
    code.copy.click()
    assert len(code.code) == 200_000


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["a line of 1 MB without blanks", "HTML that loads", "ANSI"])
def test_what_a_person_pastes_is_shown_as_it_stands(view, conversation, qtbot, asked, name):
    text = HOSTILE[name]
    conversation.set_messages([Message(1, 1, None, Role.USER, text)])
    widget = view.message_widget(0)
    qtbot.waitUntil(lambda: widget._feed.complete, timeout=60_000)
    words = "".join(surface.toPlainText() for surface in widget.text.surfaces())
    assert words.replace("\n", "") == safe_text(text).replace("\n", "")
    assert asked == []


PIECES = [
    "<img src='file:///etc/passwd'>", "![x](https://e.org/x.png)", "[x](javascript:1)",
    "\x1b[31m", "\0", "\u202e", "\u200b", "\ud800", "👩\u200d", "a\u0301", "x" * 1200, "&#x0;",
    "**", "`", "```\n", "$$\n", "$x", "|a|\n|-|\n", "|b\n", "> ", "- ", "1. ", "\n", "\n\n",
    "word ", "\u2029", "\ufdd0", "שלום ", "雨", "\\",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=25))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_hostile_pieces_end_as_if_they_had_come_at_once(
    view, conversation, qtbot, clipboard, asked, pieces
):
    conversation.set_messages([Message(1, 1, None, Role.ASSISTANT, "", State.WRITING)])
    for piece in pieces:
        conversation.append_text(1, piece)
    text = conversation.messages()[0].shown_text
    conversation.update(Message(1, 1, None, Role.ASSISTANT, text))
    widget = view.message_widget(0)
    qtbot.waitUntil(lambda: widget._feed.complete)
    grown = widget.text.items()
    for part in widget.text.parts:
        if isinstance(part, TextPart):
            assert part.surface.document().blockCount() == len(part.items)
    assert all(part.surface.isVisible() or not text.strip() for part in widget.text.parts)
    widget.copy.click()
    assert not text or clipboard() == safe_text(text)
    assert shown(view, conversation, qtbot, text).text.items() == grown
    assert asked == []

"""The shown branch of chats as one HTML page that loads nothing, light and dark."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from importlib import resources

from markdown_it import MarkdownIt

from ternchat.app.core.conversation import ChatTree, Message, Role
from ternchat.app.core.message_tree import shown_messages

from .markdown_export import day, speaker

# Nothing may be loaded and nothing may run, whatever a model has written.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"

# More than this is shown as plain text: Markdown of this size can take minutes.
MARKDOWN_LIMIT = 256_000


def html_pieces(
    titles: Sequence[str], trees: Iterable[ChatTree], moment: datetime
) -> Iterator[str]:
    """The chats as one page, with a table of contents where there are several; piece by piece."""
    style = (resources.files("ternchat.resources") / "export.css").read_text("utf-8")
    title = titles[0] if len(titles) == 1 else "Chats"
    yield "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            '<head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{escape(title)}</title>",
            f"<style>\n{style}</style></head>",
            "<body><main>",
            "",
        ]
    )
    if len(titles) > 1:
        yield _contents(titles)
    for number, tree in enumerate(trees, 1):
        yield from _chat(number, tree)
    yield f"<footer>Ternchat, {day(moment)}</footer>\n</main></body></html>\n"


def html_of(trees: Sequence[ChatTree], moment: datetime) -> str:
    """The same as one text."""
    return "".join(html_pieces([tree.chat.title for tree in trees], trees, moment))


def _contents(titles: Sequence[str]) -> str:
    lines = [
        f'<li><a href="#chat-{number}">{escape(title)}</a></li>'
        for number, title in enumerate(titles, 1)
    ]
    return f"<nav><ol>{''.join(lines)}</ol></nav>\n"


def _chat(number: int, tree: ChatTree) -> Iterator[str]:
    yield (
        f'<article id="chat-{number}"><h1 dir="auto">{escape(tree.chat.title)}</h1>'
        f"<p class=date>{day(tree.chat.created)}</p>\n"
    )
    for message in shown_messages(tree):
        yield _message(message) + "\n"
    yield "</article>\n"


def _message(message: Message) -> str:
    text = message.shown_text.rstrip()
    if message.role is Role.ASSISTANT and len(text) <= MARKDOWN_LIMIT:
        content = f'<div class=text dir="auto">{_markdown().render(text)}</div>'
    else:
        content = f'<div class="text plain" dir="auto">{escape(text)}</div>'
    attached = "".join(
        f"<details><summary>{escape(each.name)}</summary><pre>{escape(each.text)}</pre></details>"
        for each in message.attachments
    )
    return (
        f"<section class={message.role}><h2>{escape(speaker(message))}</h2>"
        f"{attached}{content}</section>"
    )


def _markdown() -> MarkdownIt:
    """Markdown without HTML, and without images, which would be loaded from anywhere."""
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")

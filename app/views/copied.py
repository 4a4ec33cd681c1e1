"""What of a message is put on the clipboard."""

from ternchat.app.core.conversation import Message, Role
from ternchat.app.core.markdown.items import CodeItem, FlowItem
from ternchat.app.core.markdown.stream import MarkdownStream
from ternchat.app.core.markdown.writer import as_markdown, as_text
from ternchat.app.core.safe_text import safe_text


def source_of(message: Message) -> str:
    """A message as it was written, with nothing in it that would obey a terminal."""
    return safe_text(message.shown_text)


def words_of(message: Message) -> str:
    """A message as one sees it."""
    if message.role is Role.USER:
        return source_of(message)
    stream = MarkdownStream()
    stream.append(message.shown_text)
    stream.finish()
    return as_text(stream.settled)


def markdown_of(items: list[FlowItem]) -> str:
    """Markdown, except for a part of one block of code: that is wanted without its fence."""
    match items:
        case [CodeItem(code)]:
            return code
    return as_markdown(items)

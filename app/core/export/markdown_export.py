"""The shown branch of chats as Markdown."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from ternchat.app.core.conversation import ChatTree, Message, Role, State
from ternchat.app.core.message_tree import shown_messages

NOTES = {
    State.STOPPED: "stopped",
    State.FAILED: "failed",
    State.INTERRUPTED: "interrupted",
    State.WRITING: "being written",
    State.QUEUED: "not sent yet",
}


def markdown_pieces(
    _titles: Sequence[str], trees: Iterable[ChatTree], moment: datetime
) -> Iterator[str]:
    """The chats one below the other, each with a title; a message at a time."""
    for tree in trees:
        for paragraph in _chat(tree):
            yield f"{paragraph}\n\n"
    yield f"*Ternchat, {day(moment)}*\n"


def markdown_of(trees: Sequence[ChatTree], moment: datetime) -> str:
    """The same as one text."""
    return "".join(markdown_pieces([], trees, moment))


def day(moment: datetime) -> str:
    """A date that reads the same everywhere, in this machine's time."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def speaker(message: Message) -> str:
    """Who speaks, and what happened to it."""
    name = "You"
    if message.role is Role.ASSISTANT:
        name = message.stats.model if message.stats and message.stats.model else "Answer"
    note = NOTES.get(message.state)
    return f"{name} ({note})" if note else name


def _chat(tree: ChatTree) -> Iterator[str]:
    yield f"# {_one_line(tree.chat.title) or 'Chat'}"
    yield f"*{day(tree.chat.created)}*"
    for message in shown_messages(tree):
        parts = ["---", f"**{_one_line(speaker(message))}**"]
        parts += [f"{each.name}:\n\n{_fenced(each.text)}" for each in message.attachments]
        parts.append(message.shown_text.rstrip())
        yield "\n\n".join(part for part in parts if part)


def _one_line(text: str) -> str:
    """The text as one line of plain words: nothing in it is Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", " ".join(text.split()))


def _fenced(text: str) -> str:
    """The text as a code block whose fence does not occur in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text.rstrip()}\n{fence}"

"""The tree of a chat of another program: what is no message of text is left out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ternchat.app.core.conversation import (
    AnswerStats,
    Chat,
    ChatTree,
    Message,
    Role,
    State,
    now,
    title_of,
)

TITLE_LIMIT = 200
MILLISECONDS_FROM = 1e11  # as seconds, that were the year 5138


@dataclass(frozen=True)
class Node:
    """A place in the tree of another program.

    Attributes:
        parent, children: keys of other nodes; a key nothing belongs to is no harm.
        role: None for what is no message of text; what follows it then follows its parent.

    """

    key: str
    parent: str | None
    children: tuple[str, ...] = ()
    role: Role | None = None
    text: str = ""
    created: datetime | None = None
    model: str = ""
    complete: bool = True


def tree_of(
    title: Any, created: Any, used: Any, pinned: bool, nodes: Sequence[Node], current: Any
) -> ChatTree | None:
    """The chat; None when no message is left. `current` is the key at the end of what is shown."""
    begun = moment_of(created) or moment_of(used) or now()
    kept: dict[str, int | None] = {}  # node -> its message, or the one before it
    messages: list[Message] = []
    for node in _from_the_roots(nodes):
        parent = kept.get(node.parent) if node.parent is not None else None
        if node.role is None or not node.text.strip():
            kept[node.key] = parent
            continue
        kept[node.key] = len(messages) + 1
        messages.append(_message(node, len(messages) + 1, parent, begun))
    if not messages:
        return None
    path = _path(messages, kept.get(current) if isinstance(current, str) else None)
    shown = [message.id for message in messages if message.id not in path] + [*reversed(path)]
    name = " ".join(title.split())[:TITLE_LIMIT] if isinstance(title, str) else ""
    last = moment_of(used) or max(message.created for message in messages)
    chat = Chat(0, name or title_of(messages[0].text), begun, last, bool(name), pinned)
    return ChatTree(chat, tuple(messages), tuple(shown))


def moment_of(value: Any) -> datetime | None:
    """A time in seconds or milliseconds since 1970; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        seconds = float(value)
        if not math.isfinite(seconds) or seconds <= 0:
            return None
        return datetime.fromtimestamp(
            seconds / 1000 if seconds >= MILLISECONDS_FROM else seconds, UTC
        )
    except (OverflowError, OSError, ValueError):
        return None


def text_of(content: Any) -> str:
    """The text of a content that is a text, or a list of texts and other things."""
    parts = content if isinstance(content, list) else [content]
    texts = []
    for part in parts:
        text = part.get("text") if isinstance(part, dict) else part
        if isinstance(text, str):
            texts.append(text)
        elif isinstance(part, dict) and "image" in str(part.get("content_type", part.get("type"))):
            texts.append("[image]")
    return "\n\n".join(text for text in texts if text)


def _message(node: Node, message_id: int, parent: int | None, begun: datetime) -> Message:
    assert node.role is not None
    stats = None
    if node.role is Role.ASSISTANT and node.model:
        stats = AnswerStats(node.model, "stop")
    return Message(
        message_id,
        0,
        parent,
        node.role,
        node.text,
        State.DONE if node.complete else State.INTERRUPTED,
        stats,
        node.created or begun,
    )


def _from_the_roots(nodes: Sequence[Node]) -> list[Node]:
    """The nodes with parents first, siblings as their parent lists them; circles are left out."""
    by_key = {node.key: node for node in nodes}
    below: dict[str | None, list[Node]] = {}
    for node in by_key.values():
        parent = node.parent if node.parent in by_key else None
        below.setdefault(parent, []).append(node)
    for key, siblings in below.items():
        if key is not None:
            places = {child: place for place, child in enumerate(by_key[key].children)}
            siblings.sort(key=lambda node: places.get(node.key, len(places)))
    ordered = list(below.get(None, []))
    for node in ordered:  # grows meanwhile
        ordered += below.get(node.key, [])
    return ordered


def _path(messages: Sequence[Message], message_id: int | None) -> dict[int, None]:
    """The messages from this one up to the first."""
    path: dict[int, None] = {}
    while message_id is not None:
        path[message_id] = None
        message_id = messages[message_id - 1].parent
    return path

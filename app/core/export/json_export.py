"""Ternchat's own format: everything about a chat, documented in docs/export-format.md."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import ChatTree, Message

FORMAT = "ternchat-chats"
VERSION = 1


def json_pieces(
    _titles: Sequence[str], trees: Iterable[ChatTree], moment: datetime
) -> Iterator[str]:
    """The chats as one JSON text, a chat at a time."""
    about = {"format": FORMAT, "version": VERSION, "exported": moment.isoformat()}
    yield _dumped(about).removesuffix("\n}") + ',\n "chats": ['
    separator = "\n"
    for tree in trees:
        yield separator + _dumped(_chat(tree))
        separator = ",\n"
    yield "\n ]\n}\n"


def _dumped(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _chat(tree: ChatTree) -> dict[str, Any]:
    chat = tree.chat
    # Ids mean something within this chat only.
    numbers = {message.id: number for number, message in enumerate(tree.messages, 1)}
    return {
        "title": chat.title,
        "created": chat.created.isoformat(),
        "used": chat.used.isoformat(),
        "named": chat.named,
        "pinned": chat.pinned,
        "unread": chat.unread,
        "folder": chat.folder,
        "archived": chat.archived,
        "settings": dict(tree.settings),
        "draft": tree.draft,
        "draft_files": [_attachment(each) for each in tree.draft_files],
        "messages": [_message(message, numbers) for message in tree.messages],
        "shown": [numbers[message_id] for message_id in tree.shown],
    }


def _message(message: Message, numbers: dict[int, int]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": numbers[message.id],
        "parent": None if message.parent is None else numbers[message.parent],
        "role": message.role,
        "text": message.text,
        "state": message.state,
        "created": message.created.isoformat(),
        "pinned": message.pinned,
    }
    if message.stats is not None:
        values["stats"] = message.stats.to_dict()
    if message.attachments:
        values["attachments"] = [_attachment(each) for each in message.attachments]
    return values


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "name": attachment.name,
        "media_type": attachment.media_type,
        "text": attachment.text,
        "tokens": attachment.tokens,
    }

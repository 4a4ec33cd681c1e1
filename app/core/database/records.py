"""Rows of the database and the records they stand for."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import AnswerStats, Chat, Message, Role, State

CHAT_COLUMNS = (
    "id, title, created, used, named, pinned, unread, trashed,"
    " (SELECT name FROM folders WHERE folders.id = chats.folder), archived"
)
MESSAGE_COLUMNS = "id, chat_id, parent, role, text, state, stats, created, pinned"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def chat_of(row: tuple[Any, ...]) -> Chat:
    """The chat in a row of CHAT_COLUMNS."""
    id_, title, created, used, named, pinned, unread, trashed, folder, archived = row
    return Chat(
        id_,
        title,
        moment_of(created),
        moment_of(used),
        named=bool(named),
        pinned=bool(pinned),
        unread=bool(unread),
        trashed=None if trashed is None else moment_of(trashed),
        folder=folder,
        archived=bool(archived),
    )


def message_of(row: tuple[Any, ...], attachments: Iterable[Attachment] = ()) -> Message:
    """The message in a row of MESSAGE_COLUMNS."""
    id_, chat_id, parent, role, text, state, stats, created, pinned = row
    return Message(
        id_,
        chat_id,
        parent,
        Role(role),
        text,
        State(state),
        stats_of(stats),
        moment_of(created),
        bool(pinned),
        tuple(attachments),
    )


def microseconds(moment: datetime) -> int:
    """A moment as a column holds it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(value: int) -> datetime:
    """The moment in a column."""
    try:
        return _EPOCH + timedelta(microseconds=value)
    except OverflowError:  # not written by us
        return _EPOCH


def json_text(values: Mapping[str, Any]) -> str:
    """A mapping as a column holds it."""
    return json.dumps(dict(values), separators=(",", ":"))


def mapping_of(text: str) -> dict[str, Any]:
    """The mapping in a column; empty when it is none."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def stats_of(text: str | None) -> AnswerStats | None:
    """The statistics in a column."""
    values = mapping_of(text) if text else {}
    try:
        return AnswerStats.from_dict(values) if values else None
    except TypeError:
        return None

"""Reads what `json_export` wrote; every value is checked, and the first wrong one is named."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import (
    AnswerStats,
    Chat,
    ChatTree,
    Message,
    Role,
    State,
)
from ternchat.app.core.export.json_export import FORMAT, VERSION
from ternchat.app.core.language import sentence
from ternchat.app.core.message_tree import subtree
from ternchat.app.core.translatable import QT_TRANSLATE_NOOP

from .errors import ImportFileError
from .place import FILE, Place

T = TypeVar("T")


def is_own(value: Any) -> bool:
    """Whether this is Ternchat's format, of whatever version."""
    return isinstance(value, dict) and value.get("format") == FORMAT


def own_chats(value: Mapping[str, Any]) -> Iterator[ChatTree]:
    """The chats of an export."""
    check_version(value)
    for number, chat in enumerate(_get(value, "chats", list, FILE), 1):
        yield own_chat(chat, number)


def check_version(value: Mapping[str, Any]) -> None:
    """Refuse a format that is newer than this program."""
    version = _get(value, "version", int, FILE)
    if version > VERSION:
        raise ImportFileError(
            sentence(
                "the file was written by a newer Ternchat: its format is {version}, this program"
                " knows {known}",
                version=version,
                known=VERSION,
            )
        )


def own_chat(value: Any, number: int) -> ChatTree:
    """The chat that stands at that place of an export, counted from 1."""
    where = Place(number)
    return _tree(_is(value, dict, where), where)


def _tree(values: Mapping[str, Any], where: Place) -> ChatTree:
    chat = Chat(
        0,
        _get(values, "title", str, where),
        _time(values, "created", where),
        _time(values, "used", where),
        named=_get(values, "named", bool, where),
        pinned=_get(values, "pinned", bool, where),
        unread=_get(values, "unread", bool, where),
        folder=_folder(values, where),
        archived=_is(values.get("archived", False), bool, where, "archived"),
    )
    messages = [
        _message(each, where.message(n))
        for n, each in enumerate(_get(values, "messages", list, where), 1)
    ]
    ids = [message.id for message in messages]
    if len({*ids}) < len(ids):
        raise ImportFileError(sentence("{where} has two messages of the same id", where=where))
    ordered = subtree(None, messages)
    if len(ordered) < len(messages):
        raise ImportFileError(
            sentence("{where} has messages that follow none of its others", where=where)
        )
    shown = _get(values, "shown", list, where)
    if not all(type(each) is int for each in shown) or sorted(shown) != sorted(ids):
        raise ImportFileError(
            sentence('{where}: "shown" does not list each message once', where=where)
        )
    return ChatTree(
        chat,
        tuple(ordered),
        tuple(shown),
        _get(values, "settings", dict, where),
        _get(values, "draft", str, where),
        _attachments(values, "draft_files", where),
    )


def _folder(values: Mapping[str, Any], where: Place) -> str | None:
    """The folder; exports of before there were any do not name one."""
    folder = values.get("folder")
    return None if folder is None else _is(folder, str, where, "folder")


def _message(value: Any, where: Place) -> Message:
    values = _is(value, dict, where)
    parent = values.get("parent")
    stats = values.get("stats")
    return Message(
        id=_get(values, "id", int, where),
        chat_id=0,
        parent=None if parent is None else _is(parent, int, where, "parent"),
        role=_member(Role, values, "role", where),
        text=_get(values, "text", str, where),
        state=_ended(_member(State, values, "state", where)),
        stats=None if stats is None else _stats(_is(stats, dict, where, "stats"), where),
        created=_time(values, "created", where),
        pinned=_get(values, "pinned", bool, where),
        attachments=_attachments(values, "attachments", where),
    )


def _ended(state: State) -> State:
    """What was under way when it was exported is not under way here."""
    return {State.WRITING: State.INTERRUPTED, State.QUEUED: State.DONE}.get(state, state)


def _stats(values: Mapping[str, Any], where: Place) -> AnswerStats:
    for name, value in values.items():
        kind = _STATS.get(name, (int, float))
        if isinstance(value, bool) or not isinstance(value, kind):
            raise ImportFileError(
                sentence(
                    "{where}, stats: {name} is {found}",
                    where=where,
                    name=name,
                    found=_shortened(value),
                )
            )
    try:
        return AnswerStats.from_dict(values)
    except TypeError as error:
        raise ImportFileError(
            sentence("{where}, stats: model or finish_reason is missing", where=where)
        ) from error


_STATS: dict[str, Any] = {"model": str, "finish_reason": str, "kernel": str, "token_ids": list,
                          "left_out": list}  # fmt: skip


def _attachments(values: Mapping[str, Any], name: str, where: Place) -> tuple[Attachment, ...]:
    """A list of files, which may be missing."""
    found = _is(values.get(name, []), list, where, name)
    return tuple(_attachment(each, where.attachment()) for each in found)


def _attachment(value: Any, where: Place) -> Attachment:
    values = _is(value, dict, where)
    tokens = values.get("tokens")
    return Attachment(
        _get(values, "name", str, where),
        _get(values, "media_type", str, where),
        _get(values, "text", str, where),
        None if tokens is None else _is(tokens, int, where, "tokens"),
    )


def _get(values: Mapping[str, Any], name: str, kind: type[T], where: Place) -> T:
    if name not in values:
        raise ImportFileError(sentence("{where} has no {name}", where=where, name=name))
    return _is(values[name], kind, where, name)


def _is(value: Any, kind: type[T], where: Place, name: str = "") -> T:
    # True is an int to Python, but not to a person.
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ImportFileError(
            sentence(
                "{where} is {found}, not {expected}",
                where=where.at(name),
                found=_shortened(value),
                expected=sentence(_NAMES[kind]),
            )
        )
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ImportFileError(sentence("{where} is a number out of range", where=where.at(name)))
    return value


_NAMES = {
    str: QT_TRANSLATE_NOOP("Sentence", "a text"),
    int: QT_TRANSLATE_NOOP("Sentence", "a whole number"),
    bool: QT_TRANSLATE_NOOP("Sentence", "true or false"),
    list: QT_TRANSLATE_NOOP("Sentence", "a list"),
    dict: QT_TRANSLATE_NOOP("Sentence", "an object"),
}


def _member(kind: Any, values: Mapping[str, Any], name: str, where: Place) -> Any:
    value = _get(values, name, str, where)
    try:
        return kind(value)
    except ValueError:
        raise ImportFileError(
            sentence(
                "{where}, {name} is {found}",
                where=where,
                name=name,
                found=_shortened(value),
            )
        ) from None


def _time(values: Mapping[str, Any], name: str, where: Place) -> datetime:
    value = _get(values, name, str, where)
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ImportFileError(
            sentence(
                "{where}, {name} is {found}, no time",
                where=where,
                name=name,
                found=_shortened(value),
            )
        ) from None


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"

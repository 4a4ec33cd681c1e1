"""The tree that a chat's messages make: paths, branches, copies."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from .attachments import Attachment
from .conversation import Chat, ChatTree, Message, State
from .folders import folder_name


def shown_path(messages: Iterable[Message], chosen: Mapping[int, int]) -> list[Message]:
    """The shown branch, then what waits in the queue.

    Of siblings, the one with the highest number in `chosen` is shown.
    """
    messages = list(messages)
    following: dict[int | None, Message] = {}
    for message in messages:
        rival = following.get(message.parent)
        if message.state is not State.QUEUED and (
            rival is None or chosen[rival.id] <= chosen[message.id]
        ):
            following[message.parent] = message
    path: list[Message] = []
    message_on_path = following.get(None)
    while message_on_path is not None:
        path.append(message_on_path)
        message_on_path = following.get(message_on_path.id)
    return path + [m for m in messages if m.state is State.QUEUED]


def shown_messages(tree: ChatTree) -> list[Message]:
    """The messages of a tree that a person sees."""
    return shown_path(tree.messages, {id_: place for place, id_ in enumerate(tree.shown)})


def children_of(parent: int | None, messages: Iterable[Message]) -> list[Message]:
    """The messages that follow `parent`, without those in the queue."""
    return [m for m in messages if m.parent == parent and m.state is not State.QUEUED]


def subtree(root: int | None, messages: Iterable[Message]) -> list[Message]:
    """What follows `root`, with the message itself: parents first, siblings by age.

    None gives the whole chat. A message that waited in the queue may be older than its parent.
    """
    below: dict[int | None, list[Message]] = {}
    first: list[Message] = []
    for message in messages:
        below.setdefault(message.parent, []).append(message)
        if message.id == root:
            first = [message]
    ordered = first if root is not None else below.get(None, [])
    ordered = list(ordered)
    for message in ordered:  # grows meanwhile
        ordered += below.get(message.id, [])
    return ordered


def versions(messages: Iterable[Message]) -> dict[int, tuple[int, int]]:
    """Of each message that has siblings its place among them, from 1, and their number."""
    siblings: dict[int | None, list[int]] = {}
    for message in messages:
        if message.state is not State.QUEUED:
            siblings.setdefault(message.parent, []).append(message.id)
    return {
        message_id: (place, len(ids))
        for ids in siblings.values()
        if len(ids) > 1
        for place, message_id in enumerate(ids, 1)
    }


def copy_of_path(tree: ChatTree, message_id: int, moment: datetime) -> ChatTree:
    """The tree of one branch, up to a message, as a chat begun at `moment`."""
    by_id = {message.id: message for message in tree.messages}
    path: list[Message] = []
    above: int | None = message_id
    while above is not None:
        message = by_id[above]
        # The copy is not written on.
        state = State.STOPPED if message.state is State.WRITING else message.state
        path.insert(0, replace(message, state=state))
        above = message.parent
    chat = replace(
        tree.chat,
        created=moment,
        used=moment,
        pinned=False,
        unread=False,
        trashed=None,
        archived=False,
    )
    shown = tuple(message.id for message in path)
    return replace(tree, chat=chat, messages=tuple(path), shown=shown, draft="", draft_files=())


def storable(text: str) -> str:
    """The text as every store can keep it: half a surrogate pair is no character."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def storable_chat(chat: Chat) -> Chat:
    """The chat's record as every store can keep it, on the disk and outside the trash."""
    return replace(
        chat,
        title=storable(chat.title),
        folder=folder_name(chat.folder or "") or None,
        temporary=False,
        trashed=None,
    )


def storable_attachments(attachments: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """The attachments as every store can keep them."""
    return tuple(
        replace(
            each,
            name=storable(each.name),
            media_type=storable(each.media_type),
            text=storable(each.text),
        )
        for each in attachments
    )

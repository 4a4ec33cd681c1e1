"""Brings the chats of a file into the store."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ternchat.app.core.chat_store import ChatStore, StorageError
from ternchat.app.core.conversation import ChatTree
from ternchat.app.core.language import sentence

from .chatgpt import chatgpt_chat, is_chatgpt
from .errors import ImportFileError
from .input_file import read_json
from .open_webui import is_open_webui, open_webui_chat
from .own_json import is_own, own_chats


@dataclass(frozen=True)
class Imported:
    """What came of an import.

    Attributes:
        chat_ids: the new chats.
        messages: how many messages they hold.
        skipped: chats in the file that hold no text.

    """

    chat_ids: tuple[int, ...]
    messages: int
    skipped: int


def read_chats(path: Path) -> tuple[list[ChatTree], int]:
    """The chats of an export of Ternchat, ChatGPT or Open WebUI, and how many hold no text."""
    trees: list[ChatTree] = []
    skipped = 0
    for value in read_json(path):
        if is_own(value):
            trees += own_chats(value)
            continue
        for tree in _foreign(value, path):
            if tree is None:
                skipped += 1
            else:
                trees.append(tree)
    return trees, skipped


def import_chats(store: ChatStore, path: Path) -> Imported:
    """Bring all chats of a file into the store, or none of them."""
    trees, skipped = read_chats(path)
    new: list[int] = []
    try:
        for tree in trees:
            new.append(store.add_tree(tree).id)
    except StorageError:
        with suppress(StorageError):
            store.purge(new)
        raise
    return Imported(tuple(new), sum(len(tree.messages) for tree in trees), skipped)


def _foreign(value: Any, path: Path) -> list[ChatTree | None]:
    conversations = value if isinstance(value, list) else [value]
    if conversations and all(map(is_chatgpt, conversations)):
        return [chatgpt_chat(each) for each in conversations]
    if conversations and all(map(is_open_webui, conversations)):
        return [open_webui_chat(each) for each in conversations]
    raise ImportFileError(
        sentence(
            "{name} is no export that can be read: Ternchat's own JSON, ChatGPT's export"
            " (conversations.json or the whole ZIP file) or Open WebUI's",
            name=path.name,
        )
    )

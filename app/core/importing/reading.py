"""The chats of an export of whatever program, one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ternchat.app.core.conversation import ChatTree
from ternchat.app.core.export.json_export import FORMAT
from ternchat.app.core.language import sentence

from .chatgpt import chatgpt_chat, is_chatgpt
from .errors import ImportFileError
from .input_file import JsonText, json_texts
from .open_webui import is_open_webui, open_webui_chat
from .own_json import check_version, is_own, own_chat, own_chats

Converter = Callable[[dict[str, Any]], ChatTree | None]


@dataclass(frozen=True)
class Found:
    """A conversation of the file.

    Attributes:
        tree: None when it holds no text.
        done_bytes, total_bytes: how far the file has been read.

    """

    tree: ChatTree | None
    done_bytes: int
    total_bytes: int


def conversations(path: Path) -> Iterator[Found]:
    """The conversations of a file of Ternchat, ChatGPT or Open WebUI; one is in memory at a time.

    The first thing that is wrong is an ImportFileError, also behind conversations that are sound.
    """
    for text in json_texts(path):
        for tree in _trees(text, path):
            yield Found(tree, text.done_bytes, text.total_bytes)


def _trees(text: JsonText, path: Path) -> Iterator[ChatTree | None]:
    stream = text.stream
    match stream.begins_with():
        case "[":
            yield from _foreign(stream.items(), path)
        case "{":
            yield from _object(text, path)
        case _:
            stream.value()
            raise _no_export(path)
    stream.end()


def _object(text: JsonText, path: Path) -> Iterator[ChatTree | None]:
    """One conversation of another program, or our own format, whose chats come last."""
    stream, members = text.stream, dict[str, Any]()
    has_begun = False
    for name in stream.members():
        is_list = name == "chats" and stream.begins_with() == "["
        if is_list and members.get("format") == FORMAT and "version" in members:
            check_version(members)
            has_begun = True
            for number, value in enumerate(stream.items(), 1):
                yield own_chat(value, number)
        else:
            members[name] = stream.value()
    if is_own(members):
        if not has_begun:
            yield from own_chats(members)
    else:
        yield from _foreign(iter([members]), path)


def _foreign(values: Iterator[Any], path: Path) -> Iterator[ChatTree | None]:
    """Conversations that are all of one other program."""
    convert: Converter | None = None
    for value in values:
        its_own = _converter_of(value)
        if its_own is None or its_own is not (convert or its_own):
            raise _no_export(path)
        convert = its_own
        yield convert(value)
    if convert is None:
        raise _no_export(path)


def _converter_of(value: Any) -> Converter | None:
    if is_chatgpt(value):
        return chatgpt_chat
    return open_webui_chat if is_open_webui(value) else None


def _no_export(path: Path) -> ImportFileError:
    return ImportFileError(
        sentence(
            "{name} is no export that can be read: Ternchat's own JSON, ChatGPT's export"
            " (conversations.json or the whole ZIP file) or Open WebUI's",
            name=path.name,
        )
    )

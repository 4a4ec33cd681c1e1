"""Writes chats into a file: JSON that loses nothing, Markdown or HTML to read."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ternchat.app.core.chat_store import ChatStore
from ternchat.app.core.conversation import ChatTree, now
from ternchat.app.core.errors import AppError, reason_of
from ternchat.app.core.language import sentence

from .formats import ExportFormat
from .html_export import html_pieces
from .json_export import json_pieces
from .markdown_export import markdown_pieces


class ExportError(AppError):
    """The file cannot be written."""


Titles = Sequence[str]
Pieces = Callable[[Titles, Iterable[ChatTree], datetime], Iterator[str]]

_WRITERS: dict[ExportFormat, Pieces] = {
    ExportFormat.JSON: json_pieces,
    ExportFormat.MARKDOWN: markdown_pieces,
    ExportFormat.HTML: html_pieces,
}


@dataclass(frozen=True)
class ExportProgress:
    """How many chats of how many have been written."""

    done: int
    total: int


def trees_of(store: ChatStore, chat_ids: Iterable[int]) -> list[ChatTree]:
    """Those chats as they are now."""
    return [store.tree(chat_id) for chat_id in chat_ids]


def data_of(trees: Sequence[ChatTree], format_: ExportFormat, moment: datetime) -> bytes:
    """The whole file."""
    return b"".join(map(_encoded, _WRITERS[format_](_titles(trees), trees, moment)))


def export_chats(trees: Sequence[ChatTree], path: Path, format_: ExportFormat) -> None:
    """Write a file, whole or not at all; one that is there is replaced."""
    for _ in _written(_WRITERS[format_](_titles(trees), trees, now()), path):
        pass


def export_steps(
    store: ChatStore, chat_ids: Sequence[int], path: Path, format_: ExportFormat
) -> Iterator[ExportProgress]:
    """Do the same in small steps, with one chat in memory at a time; closing it takes all back.

    A chat that is deleted for ever meanwhile is left out.
    """
    done = 0

    def trees() -> Iterator[ChatTree]:
        nonlocal done
        for chat_id in chat_ids:
            with suppress(KeyError):
                yield store.tree(chat_id)
            done += 1

    by_id = {chat.id: chat.title for chat in [*store.chats(), *store.trashed()]}
    titles = [by_id[chat_id] for chat_id in chat_ids if chat_id in by_id]
    for _ in _written(_WRITERS[format_](titles, trees(), now()), path):
        yield ExportProgress(done, len(chat_ids))


def _titles(trees: Iterable[ChatTree]) -> Titles:
    return [tree.chat.title for tree in trees]


def _encoded(piece: str) -> bytes:
    # Half a character, which only settings can hold, is written as JSON's escape.
    return piece.encode("utf-8", "backslashreplace")


def _written(pieces: Iterable[str], path: Path) -> Iterator[None]:
    """Write a file piece by piece; it takes its place when it is whole."""
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with open(unfinished, "wb") as file:
            for piece in pieces:
                file.write(_encoded(piece))
                yield
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        raise ExportError(
            sentence("{path} cannot be written: {reason}", path=path, reason=reason_of(error))
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink()

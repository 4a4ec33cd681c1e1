"""Writes chats into a file: JSON that loses nothing, Markdown or HTML to read."""

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from ternchat.app.core.chat_store import ChatStore
from ternchat.app.core.conversation import ChatTree, now
from ternchat.app.core.errors import AppError

from .formats import ExportFormat
from .html_export import html_of
from .json_export import json_of
from .markdown_export import markdown_of


class ExportError(AppError):
    """The file cannot be written."""


_WRITERS: dict[ExportFormat, Callable[[Sequence[ChatTree], datetime], str]] = {
    ExportFormat.JSON: json_of,
    ExportFormat.MARKDOWN: markdown_of,
    ExportFormat.HTML: html_of,
}


def trees_of(store: ChatStore, chat_ids: Iterable[int]) -> list[ChatTree]:
    """Those chats as they are now."""
    return [store.tree(chat_id) for chat_id in chat_ids]


def data_of(trees: Sequence[ChatTree], format_: ExportFormat, moment: datetime) -> bytes:
    """The whole file."""
    # Half a character, which only settings can hold, is written as JSON's escape.
    return _WRITERS[format_](trees, moment).encode("utf-8", "backslashreplace")


def export_chats(trees: Sequence[ChatTree], path: Path, format_: ExportFormat) -> None:
    """Write a file, whole or not at all; one that is there is replaced."""
    data = data_of(trees, format_, now())
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with open(unfinished, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise ExportError(f"{path} cannot be written: {error.strerror or error}") from error

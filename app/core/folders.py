"""Folders: one level, each with a name of its own; a chat is in one of them or in none."""

from collections.abc import Iterable
from dataclasses import dataclass

from .errors import AppError
from .language import sentence

NAME_LENGTH = 80


@dataclass(frozen=True)
class Folder:
    """A folder as the list of chats shows it; `folded` when its chats are hidden there."""

    name: str
    folded: bool = False


class FolderNameError(AppError):
    """A folder cannot be called that."""

    title = "This name cannot be used for a folder"
    advice = "Choose another name."


def folder_name(text: str) -> str:
    """The name as every store keeps it: one line, not too long; "" where nothing is left.

    Half a surrogate pair is no character, and becomes a question mark.
    """
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())[:NAME_LENGTH].rstrip()


def checked_name(text: str, taken: Iterable[str] = ()) -> str:
    """The name as it is kept, if a folder can be called that beside those of the names taken."""
    name = folder_name(text)
    if not name:
        raise FolderNameError(sentence("a folder needs a name"))
    if name in taken:
        raise FolderNameError(sentence("there is a folder called {name} already", name=name))
    return name


def by_name(folders: Iterable[Folder]) -> list[Folder]:
    """The folders in the order in which they are listed."""
    return sorted(folders, key=lambda folder: (folder.name.casefold(), folder.name))

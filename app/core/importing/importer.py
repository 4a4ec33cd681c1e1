"""Brings the chats of a file into the store."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ternchat.app.core.chat_store import Arrival, ChatStore
from ternchat.app.core.conversation import ChatTree

from .reading import conversations

READING_SHARE = 0.1  # of the time


class ImportPhase(StrEnum):
    """What is being done; a file is read twice, so that a damaged one changes nothing."""

    READING = "reading"
    WRITING = "writing"

    @property
    def final(self) -> bool:
        """Something always comes after it."""
        return False


@dataclass(frozen=True)
class ImportProgress:
    """How far an import is.

    Attributes:
        done, total: chats; None while it is not known how many there are.

    """

    state: ImportPhase
    done: int
    total: int | None
    done_bytes: int
    total_bytes: int
    name: str = ""

    @property
    def fraction(self) -> float:
        """How much of all the work is done, from 0 to 1; reading is the lesser part of it."""
        read = min(1.0, self.done_bytes / self.total_bytes) if self.total_bytes else 0.0
        if self.total is None:
            return READING_SHARE * read
        return READING_SHARE + (1 - READING_SHARE) * self.done / max(self.total, 1)


@dataclass(frozen=True)
class Imported:
    """What came of an import.

    Attributes:
        arrivals: the new chats.
        messages: how many messages they hold.
        skipped: chats in the file that hold no text.

    """

    arrivals: tuple[Arrival, ...]
    messages: int
    skipped: int

    @property
    def chat_ids(self) -> tuple[int, ...]:
        """The new chats."""
        return tuple(arrival.chat_id for arrival in self.arrivals)


def read_chats(path: Path) -> tuple[list[ChatTree], int]:
    """The chats of an export of Ternchat, ChatGPT or Open WebUI, and how many hold no text."""
    found = [each.tree for each in conversations(path)]
    trees = [tree for tree in found if tree is not None]
    return trees, len(found) - len(trees)


def import_chats(store: ChatStore, path: Path) -> Imported:
    """Bring all chats of a file into the store, or none of them."""
    steps = import_steps(store, path)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            imported: Imported = end.value
            store.welcome(imported.arrivals)
            return imported


def import_steps(store: ChatStore, path: Path) -> Generator[ImportProgress, None, Imported]:
    """Do it in small steps, on whatever thread; nobody sees the chats before `welcome`.

    When it fails or is closed, `ChatStore.clean_up` takes away what has been written.
    """
    chats = messages = skipped = done_bytes = total_bytes = 0
    for found in conversations(path):
        if found.tree is None:
            skipped += 1
        else:
            chats += 1
            messages += len(found.tree.messages)
        done_bytes, total_bytes = found.done_bytes, found.total_bytes
        yield ImportProgress(ImportPhase.READING, chats, None, done_bytes, total_bytes)

    def trees() -> Iterator[ChatTree]:
        nonlocal done_bytes
        for found in conversations(path):
            done_bytes = found.done_bytes
            if found.tree is not None:
                yield found.tree

    arrivals: list[Arrival] = []
    for arrived in store.take_in(trees()):
        arrivals += arrived
        yield ImportProgress(ImportPhase.WRITING, len(arrivals), chats, done_bytes, total_bytes)
    return Imported(tuple(arrivals), messages, skipped)

"""What is typed but not sent, per chat: in memory at once, in the store a little later."""

import logging
from collections.abc import Callable, Iterable, MutableSet
from dataclasses import replace
from typing import Any

from .attachments import Attachment
from .chat_store import ChatStore
from .errors import AppError

TEMPORARY = "temporary"
Place = int | str | None
"""Whose draft: a chat's id, None for the chat that does not exist yet, or TEMPORARY for the one
that will never touch the disk."""

log = logging.getLogger(__name__)


class Drafts:
    """A text and some files per chat; only what may be stored is."""

    def __init__(self, store: ChatStore) -> None:
        self._store = store
        self._texts: dict[Place, str] = {TEMPORARY: ""}
        self._files: dict[Place, tuple[Attachment, ...]] = {TEMPORARY: ()}
        self._unsaved_texts: set[int | None] = set()
        self._unsaved_files: set[int | None] = set()

    def of(self, place: Place) -> str:
        """The draft's text; empty when there is none."""
        if place not in self._texts and not isinstance(place, str):
            self._texts[place] = self._store.draft(place)
        return self._texts[place]

    def set(self, place: Place, text: str) -> None:
        """Replace the text; `save` stores it."""
        if text != self.of(place):
            self._texts[place] = text
            if not isinstance(place, str):
                self._unsaved_texts.add(place)

    def files(self, place: Place) -> tuple[Attachment, ...]:
        """The files that go with it; nobody has counted their tokens."""
        if place not in self._files and not isinstance(place, str):
            self._files[place] = self._store.draft_files(place)
        return self._files[place]

    def set_files(self, place: Place, files: Iterable[Attachment]) -> None:
        """Replace the files, and store them at once: they change seldom."""
        # Another model counts other tokens.
        files = tuple(replace(file, tokens=None) for file in files)
        try:
            is_news = files != self.files(place)
        except KeyError:  # the chat went while its files were read
            return
        if is_news:
            self._files[place] = files
            if not isinstance(place, str):
                self._unsaved_files.add(place)
                self.save_files()

    def put_before(self, place: Place, text: str, files: tuple[Attachment, ...] = ()) -> None:
        """Add a text and files in front of what is there already."""
        self.set(place, "\n".join(part for part in (text, self.of(place)) if part))
        self.set_files(place, (*files, *self.files(place)))

    def move(self, source: int, target: Place) -> None:
        """Hand the draft of a chat that is gone to another."""
        self._unsaved_texts.discard(source)
        self._unsaved_files.discard(source)
        text, files = self._texts.pop(source, ""), self._files.pop(source, ())
        self.set(target, "\n".join(part for part in (self.of(target), text) if part))
        self.set_files(target, (*self.files(target), *files))

    def save(self) -> None:
        """Write to the store what it does not have yet."""
        self._save(self._unsaved_texts, self._texts, self._store.set_draft)
        self.save_files()

    def save_files(self) -> None:
        """The same for files alone."""
        self._save(self._unsaved_files, self._files, self._store.set_draft_files)

    def _save(
        self,
        unsaved: MutableSet[int | None],
        held: dict[Place, Any],
        write: Callable[[int | None, Any], None],
    ) -> None:
        while unsaved:
            place = unsaved.pop()
            try:
                write(place, held[place])
            except KeyError:
                del held[place]  # the chat is gone, and its draft with it
            except AppError as error:  # typing goes on; what is sent is told
                log.warning("a draft cannot be saved: %s", error)

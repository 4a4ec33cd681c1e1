"""The files that go with the messages being typed, one list per draft."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.drafts import Place

EDITING = "editing"  # in place of a Place: the message being edited


@dataclass(frozen=True)
class AttachedFile:
    """A file on its way to a message; `attachment` is None while it is read."""

    key: int
    name: str
    attachment: Attachment | None = None


class AttachmentList(QObject):
    """Shows the list of the draft on the screen; whoever reads files answers its requests.

    Signals:
        changed: the shown list is another.
        kept: whose draft (Place), and what was read of the files that are to go with it now.
        read_requested, cancel_requested: of a file, by its key; the path to read.
        failed: why a file cannot be attached.
        count_requested: whose tokens (a key of ours), and the text.

    """

    changed = Signal()
    kept = Signal(object, object)
    read_requested = Signal(int, str)
    cancel_requested = Signal(int)
    failed = Signal(str)
    count_requested = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys = count(1)
        self._files: dict[Place, tuple[AttachedFile, ...]] = {}
        self._draft: Place = None
        self._editing = False

    @property
    def files(self) -> tuple[AttachedFile, ...]:
        """What is shown, in the order it came."""
        return self._files.get(self._place, ())

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """Those that have been read."""
        return _read(self.files)

    @property
    def reading(self) -> bool:
        """Whether a shown file is still being read."""
        return any(file.attachment is None for file in self.files)

    @Slot(list)
    def add_paths(self, paths: list[str]) -> None:
        """Attach files; each appears at once and is read meanwhile."""
        files = [AttachedFile(next(self._keys), Path(path).name) for path in paths]
        self._set(self._place, (*self.files, *files))
        for file, path in zip(files, paths, strict=True):
            self.read_requested.emit(file.key, path)

    def add(self, attachment: Attachment) -> None:
        """Attach a text that is here already."""
        self._set(self._place, (*self.files, self._file(attachment)))

    def discard(self, keys: Iterable[int]) -> None:
        """Take files away, from whichever list they are in."""
        gone = set(keys)
        for place, files in list(self._files.items()):
            for file in files:
                if file.key in gone and file.attachment is None:
                    self.cancel_requested.emit(file.key)
            self._set(place, tuple(file for file in files if file.key not in gone))

    @Slot(object, object)
    def show_place(self, place: Place, stored: tuple[Attachment, ...]) -> None:
        """Show the list of another draft; `stored` is what an earlier run left of it."""
        if place not in self._files:
            self._files[place] = tuple(map(self._file, stored))
        self._draft, self._editing = place, False
        self.changed.emit()

    @Slot(object, object)
    def put_back(self, place: Place, attachments: tuple[Attachment, ...]) -> None:
        """Files of a message that was not sent after all, in front of what its draft has.

        A list that was never shown gets them with the draft.
        """
        if place in self._files:
            self._set(place, (*map(self._file, attachments), *self._files[place]))

    @Slot(object, object)
    def move(self, source: Place, target: Place) -> None:
        """Hand the files of a chat that is gone to another."""
        files = self._files.pop(source, ())
        self._set(target, (*self._files.get(target, ()), *files))

    def set_editing(self, editing: bool, attachments: Iterable[Attachment] = ()) -> None:
        """Show the files of an earlier message instead, or what was there before."""
        self.discard(file.key for file in self._files.get(EDITING, ()))
        self._editing = editing
        if editing:
            self._set(EDITING, tuple(map(self._file, attachments)))
        self.changed.emit()

    @Slot(int, object)
    def on_read(self, key: int, attachment: Attachment) -> None:
        """A file was read."""
        self._change(key, attachment)
        self._count(key, attachment)

    @Slot(int, str)
    def on_failed(self, key: int, sentence: str) -> None:
        """A file cannot be read."""
        self.discard([key])
        self.failed.emit(sentence)

    @Slot(object, object)
    def on_counted(self, key: object, tokens: int | None) -> None:
        """Somebody counted; keys that are not ours are let pass."""
        for file in self._all():
            if file.key == key and file.attachment is not None and tokens is not None:
                self._change(file.key, replace(file.attachment, tokens=tokens))

    @Slot()
    def recount(self) -> None:
        """Let everything be counted again: another model came."""
        for file in self._all():
            if file.attachment is not None:
                self._count(file.key, file.attachment)

    @property
    def _place(self) -> Place:
        return EDITING if self._editing else self._draft

    def _all(self) -> list[AttachedFile]:
        return [file for files in self._files.values() for file in files]

    def _file(self, attachment: Attachment) -> AttachedFile:
        key = next(self._keys)
        if attachment.tokens is None:
            self._count(key, attachment)
        return AttachedFile(key, attachment.name, attachment)

    def _count(self, key: int, attachment: Attachment) -> None:
        self.count_requested.emit(key, attachment.text)

    def _set(self, place: Place, files: tuple[AttachedFile, ...]) -> None:
        if files == self._files.get(place, ()):
            return
        self._files[place] = files
        if place != EDITING:
            self.kept.emit(place, _read(files))
        self.changed.emit()

    def _change(self, key: int, attachment: Attachment) -> None:
        for place, files in list(self._files.items()):
            changed = (
                replace(file, attachment=attachment) if file.key == key else file for file in files
            )
            self._set(place, tuple(changed))


def _read(files: tuple[AttachedFile, ...]) -> tuple[Attachment, ...]:
    return tuple(file.attachment for file in files if file.attachment is not None)

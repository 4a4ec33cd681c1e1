"""The files that go with the messages being typed, one list per chat."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.core.attachments import Attachment
from ternchat.app.core.conversation import Chat

Place = int | str | None  # a chat's id, None for the new one, or the message being edited
EDITING = "editing"


@dataclass(frozen=True)
class AttachedFile:
    """A file on its way to a message; `attachment` is None while it is read."""

    key: int
    name: str
    attachment: Attachment | None = None


class AttachmentList(QObject):
    """Shows the list of the chat on the screen; whoever reads files answers its requests.

    Signals:
        changed: the shown list is another.
        read_requested, cancel_requested: of a file, by its key; the path to read.
        failed: why a file cannot be attached.
        count_requested: whose tokens (a key of ours), and the text.

    """

    changed = Signal()
    read_requested = Signal(int, str)
    cancel_requested = Signal(int)
    failed = Signal(str)
    count_requested = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys = count(1)
        self._files: dict[Place, tuple[AttachedFile, ...]] = {}
        self._chat: int | None = None
        self._editing = False

    @property
    def files(self) -> tuple[AttachedFile, ...]:
        """What is shown, in the order it came."""
        return self._files.get(self._place, ())

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """Those that have been read."""
        return tuple(f.attachment for f in self.files if f.attachment is not None)

    @property
    def reading(self) -> bool:
        """Whether a shown file is still being read."""
        return any(file.attachment is None for file in self.files)

    @Slot(list)
    def add_paths(self, paths: list[str]) -> None:
        """Attach files; each appears at once and is read meanwhile."""
        files = [AttachedFile(next(self._keys), Path(path).name) for path in paths]
        self._show((*self.files, *files))
        for file, path in zip(files, paths, strict=True):
            self.read_requested.emit(file.key, path)

    def add(self, attachment: Attachment) -> None:
        """Attach a text that is here already."""
        self._show((*self.files, self._file(attachment)))

    def discard(self, keys: Iterable[int]) -> None:
        """Take files away, from whichever list they are in."""
        gone = set(keys)
        for place, files in list(self._files.items()):
            for file in files:
                if file.key in gone and file.attachment is None:
                    self.cancel_requested.emit(file.key)
            self._files[place] = tuple(file for file in files if file.key not in gone)
        self.changed.emit()

    @Slot(object)
    def show_chat(self, chat: Chat | None) -> None:
        """Show the list of another chat; None is the new one."""
        chat_id = None if chat is None else chat.id
        if chat_id != self._chat or self._editing:
            self._chat, self._editing = chat_id, False
            self.changed.emit()

    @Slot(object, object)
    def put_back(self, chat_id: int | None, attachments: tuple[Attachment, ...]) -> None:
        """Files of a message that was not sent after all, in front of what its chat has."""
        mine = self._files.get(chat_id, ())
        self._files[chat_id] = (*map(self._file, attachments), *mine)
        self.changed.emit()

    @Slot(object, object)
    def move(self, source: int | None, target: int | None) -> None:
        """Hand the files of a chat that is gone to another."""
        files = self._files.pop(source, ())
        self._files[target] = (*self._files.get(target, ()), *files)
        self.changed.emit()

    def set_editing(self, editing: bool, attachments: Iterable[Attachment] = ()) -> None:
        """Show the files of an earlier message instead, or what was there before."""
        self.discard(file.key for file in self._files.get(EDITING, ()))
        self._editing = editing
        self._show(tuple(map(self._file, attachments)) if editing else self.files)

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
        return EDITING if self._editing else self._chat

    def _all(self) -> list[AttachedFile]:
        return [file for files in self._files.values() for file in files]

    def _file(self, attachment: Attachment) -> AttachedFile:
        key = next(self._keys)
        if attachment.tokens is None:
            self._count(key, attachment)
        return AttachedFile(key, attachment.name, attachment)

    def _count(self, key: int, attachment: Attachment) -> None:
        self.count_requested.emit(key, attachment.text)

    def _show(self, files: tuple[AttachedFile, ...]) -> None:
        self._files[self._place] = files
        self.changed.emit()

    def _change(self, key: int, attachment: Attachment) -> None:
        for place, files in self._files.items():
            self._files[place] = tuple(
                replace(file, attachment=attachment) if file.key == key else file for file in files
            )
        self.changed.emit()

"""What a person does with whole chats: name, pin, delete, search, export, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.core.conversation import Chat, ReadPosition
from ternchat.app.core.export.exporting import export_chats, trees_of
from ternchat.app.core.export.formats import ExportFormat
from ternchat.app.core.importing.importer import import_chats
from ternchat.app.core.language import translate
from ternchat.app.models.chat_list_model import ChatListModel
from ternchat.app.problems import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from ternchat.app.chat_controller import ChatController
    from ternchat.app.core.chat_store import ChatStore, Hit


class ChatLibrary(QObject):
    """Carries out requests for chats as a whole, and keeps lists of them in step.

    Attributes:
        trash: what lies in the trash.

    Signals:
        renamed: a chat with its new title.
        purged: chats were deleted for ever.
        undo_offered: what was done, in words, and can be undone now.
        done: what was done, in words.
        problem_raised: something went wrong (Problem).
    """

    renamed = Signal(object)
    purged = Signal()
    undo_offered = Signal(str)
    done = Signal(str)
    problem_raised = Signal(object)

    def __init__(
        self,
        store: ChatStore,
        chats: ChatListModel,
        controller: ChatController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._chats = chats
        self._controller = controller
        self._shown: int | None = None
        self._undo: Callable[[], None] | None = None
        self.trash = ChatListModel(self)
        self.trash.set_chats(store.trashed())
        controller.chat_changed.connect(self._on_chat_changed)
        controller.actions.deleted.connect(self._on_message_deleted)

    @Slot(int, str)
    @told
    def rename(self, chat_id: int, title: str) -> None:
        """Give a chat the title a person chose."""
        title = " ".join(title.split())
        if title and title != self._store.chat(chat_id).title:
            self._store.rename(chat_id, title)
            self._refresh()
            self.renamed.emit(self._store.chat(chat_id))

    @Slot(int, bool)
    @told
    def set_pinned(self, chat_id: int, pinned: bool) -> None:
        """Keep a chat at the top of the list, or no longer."""
        self._store.set_chat_pinned(chat_id, pinned)
        self._refresh()

    @Slot(object)
    @told
    def delete(self, chat_ids: list[int]) -> None:
        """Move chats to the trash; that can be undone."""
        self._controller.give_up(chat_ids)
        self._store.trash(chat_ids)
        if self._shown in chat_ids:
            self._controller.new_chat()
        self._undo = lambda: self.restore(chat_ids)
        self._refresh()
        self.undo_offered.emit(translate("ChatLibrary", "%n chat(s) deleted.", len(chat_ids)))

    @Slot()
    def undo(self) -> None:
        """Take back the last deletion."""
        if self._undo is not None:
            undo, self._undo = self._undo, None
            undo()

    @Slot(object)
    @told
    def restore(self, chat_ids: list[int]) -> None:
        """Take chats out of the trash."""
        self._store.restore(chat_ids)
        self._refresh()

    @Slot(object)
    @told
    def purge(self, chat_ids: list[int]) -> None:
        """Delete chats for ever, and what the engine remembers of them."""
        self._store.purge(chat_ids)
        self.purged.emit()
        self._refresh()

    def all_ids(self) -> list[int]:
        """All chats outside the trash."""
        return [chat.id for chat in self._store.chats()]

    def search(self, query: str) -> list[Hit]:
        """Where the words occur."""
        return self._store.search(query)

    @Slot(object)
    @told
    def open_hit(self, hit: Hit) -> None:
        """Show what a search found: the chat, on the branch and at the place of the message."""
        if hit.message_id is not None:
            self._store.select(hit.message_id)
            self._store.set_read_position(hit.chat_id, ReadPosition(hit.message_id))
            if hit.chat_id == self._shown:
                self._controller.new_chat()  # so that it is shown afresh
        self._controller.open_chat(hit.chat_id)

    @Slot(object, str)
    @told
    def export_to(self, chat_ids: list[int], file: str) -> None:
        """Write chats into a file, in the format its name asks for."""
        path = Path(file)
        export_chats(trees_of(self._store, chat_ids), path, ExportFormat.of_name(path))
        self.done.emit(translate("ChatLibrary", "%n chat(s) exported.", len(chat_ids)))

    @Slot(str)
    @told
    def import_from(self, file: str) -> None:
        """Bring in the chats of a file."""
        imported = import_chats(self._store, Path(file))
        self._refresh()
        self._undo = lambda: self._forget(list(imported.chat_ids))
        self.undo_offered.emit(
            translate("ChatLibrary", "%n chat(s) imported.", len(imported.chat_ids))
        )

    @told
    def _forget(self, chat_ids: list[int]) -> None:
        """Take back an import."""
        if self._shown in chat_ids:
            self._controller.new_chat()
        self.purge(chat_ids)

    def _refresh(self) -> None:
        self._chats.set_chats(self._store.chats())
        self.trash.set_chats(self._store.trashed())

    @Slot(object)
    def _on_chat_changed(self, chat: Chat | None) -> None:
        self._shown = chat.id if chat else None

    @Slot(int)
    def _on_message_deleted(self, message_id: int) -> None:
        self._undo = lambda: self._controller.actions.undelete(message_id)
        self.undo_offered.emit(self.tr("Message deleted."))

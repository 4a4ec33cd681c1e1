"""What a person does with whole chats: name, pin, put away, delete, search, export, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from ternchat.app.core.conversation import Chat, ReadPosition
from ternchat.app.core.language import translate
from ternchat.app.exporter import Exporter
from ternchat.app.folder_actions import FolderActions
from ternchat.app.housekeeping import Housekeeping
from ternchat.app.importer import Importer
from ternchat.app.models.put_away_model import archive_model, trash_model
from ternchat.app.problems import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from ternchat.app.chat_controller import ChatController
    from ternchat.app.core.chat_store import ChatStore, Hit
    from ternchat.app.core.export.formats import ExportFormat
    from ternchat.app.core.importing.importer import Imported
    from ternchat.app.models.chat_list_model import ChatListModel
    from ternchat.app.workers.job_thread import JobThread


class ChatLibrary(QObject):
    """Carries out requests for chats as a whole, and keeps lists of them in step.

    Attributes:
        trash, archive: what lies in the trash and in the archive.
        folders: what is done with folders.
        exporter, importer: write chats into files, and bring them in.
        housekeeping: wipes what is deleted for ever.

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
        jobs: JobThread,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._chats = chats
        self._controller = controller
        self._shown: int | None = None
        self._undo: Callable[[], None] | None = None
        self.trash, self.archive = trash_model(self), archive_model(self)
        self.folders = FolderActions(store, self)
        self.exporter = Exporter(store, self)
        self.importer = Importer(store, jobs, self)
        self.housekeeping = Housekeeping(store, jobs, self)
        self.folders.changed.connect(self.refresh)
        self.folders.undo_offered.connect(self._offer_undo)
        self.folders.problem_raised.connect(self.problem_raised)
        self.exporter.written.connect(self._on_written)
        self.exporter.problem_raised.connect(self.problem_raised)
        self.importer.imported.connect(self._on_imported)
        self.importer.cancelled.connect(self._on_import_cancelled)
        self.importer.left_over.connect(self.housekeeping.clean_up)
        self.importer.problem_raised.connect(self.problem_raised)
        self.purged.connect(self.housekeeping.clean_up)
        self.refresh()
        controller.chat_changed.connect(self._on_chat_changed)
        controller.actions.deleted.connect(self._on_message_deleted)

    @Slot(int, str)
    @told
    def rename(self, chat_id: int, title: str) -> None:
        """Give a chat the title a person chose."""
        title = " ".join(title.split())
        if title and title != self._store.chat(chat_id).title:
            self._store.rename(chat_id, title)
            self.refresh()
            self.renamed.emit(self._store.chat(chat_id))

    @Slot(object, bool)
    @told
    def set_pinned(self, chat_ids: list[int], pinned: bool) -> None:
        """Keep chats at the top of the list, or no longer, which can be undone."""
        changed = [id_ for id_ in chat_ids if self._store.chat(id_).pinned is not pinned]
        if changed:
            self._pin(changed, pinned)
            if pinned:
                text = translate("ChatLibrary", "%n chat(s) pinned.", len(changed))
            else:
                text = translate("ChatLibrary", "%n chat(s) unpinned.", len(changed))
            self._offer_undo(text, lambda: self._pin(self._still_there(changed), not pinned))

    @Slot(object, bool)
    @told
    def set_archived(self, chat_ids: list[int], archived: bool) -> None:
        """Keep chats out of the list, or bring them back, which can be undone."""
        self._archive(chat_ids, archived)
        if archived:
            text = translate("ChatLibrary", "%n chat(s) archived.", len(chat_ids))
        else:
            text = translate("ChatLibrary", "%n chat(s) back in the list.", len(chat_ids))
        self._offer_undo(text, lambda: self._archive(self._still_there(chat_ids), not archived))

    @Slot(object)
    def unarchive(self, chat_ids: list[int]) -> None:
        """Bring chats back into the list."""
        self.set_archived(chat_ids, False)

    @Slot(object)
    @told
    def delete(self, chat_ids: list[int]) -> None:
        """Move chats to the trash; that can be undone."""
        self._controller.give_up(chat_ids)
        self._store.trash(chat_ids)
        if self._shown in chat_ids:
            self._controller.new_chat()
        self.refresh()
        text = translate("ChatLibrary", "%n chat(s) deleted.", len(chat_ids))
        self._offer_undo(text, lambda: self.restore(self._still_there(chat_ids)))

    @Slot()
    def undo(self) -> None:
        """Take back the last thing that can be."""
        if self._undo is not None:
            undo, self._undo = self._undo, None
            undo()

    @Slot(object)
    @told
    def restore(self, chat_ids: list[int]) -> None:
        """Take chats out of the trash."""
        self._store.restore(chat_ids)
        self.refresh()

    @Slot(object)
    @told
    def purge(self, chat_ids: list[int]) -> None:
        """Delete chats for ever, and what the engine remembers of them."""
        self._store.purge(chat_ids)
        self.purged.emit()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read all lists anew."""
        chats = self._store.chats()
        self._chats.set_places(chats, self._store.folders())
        self.archive.set_rows([chat for chat in chats if chat.archived])
        self.trash.set_rows(self._store.trashed())

    def all_ids(self) -> list[int]:
        """All chats outside the trash, archived ones too."""
        return [chat.id for chat in self._store.chats()]

    def title_of(self, chat_id: int) -> str:
        """The chat's title."""
        return self._store.chat(chat_id).title

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

    @Slot(object, str, object)
    @told
    def export_to(self, chat_ids: list[int], file: str, format_: ExportFormat) -> None:
        """Begin to write chats into a file."""
        self.exporter.start(chat_ids, Path(file), format_)

    @Slot(str)
    def import_from(self, file: str) -> None:
        """Begin to bring in the chats of a file."""
        self.housekeeping.make_room()
        self.importer.start(Path(file))

    @Slot(object)
    def _on_imported(self, imported: Imported) -> None:
        chat_ids = list(imported.chat_ids)
        before = {folder.name for folder in self._chats.folders}
        self.refresh()
        new = [folder.name for folder in self._chats.folders if folder.name not in before]
        text = translate("ChatLibrary", "%n chat(s) imported.", len(chat_ids))
        if imported.skipped:
            skipped = translate("ChatLibrary", "%n without text left out.", imported.skipped)
            text = f"{text} {skipped}"
        self._offer_undo(text, lambda: self._forget(chat_ids, new))
        self.housekeeping.clean_up()  # goes on where it made room

    @Slot()
    def _on_import_cancelled(self) -> None:
        self.done.emit(translate("ChatLibrary", "Import cancelled; nothing of it is kept."))

    @told
    def _pin(self, chat_ids: list[int], pinned: bool) -> None:
        for chat_id in chat_ids:
            self._store.set_chat_pinned(chat_id, pinned)
        self.refresh()

    @told
    def _archive(self, chat_ids: list[int], archived: bool) -> None:
        self._store.set_archived(chat_ids, archived)
        if archived and self._shown in chat_ids:
            self._controller.new_chat()
        self.refresh()

    def _still_there(self, chat_ids: list[int]) -> list[int]:
        """Without those that were deleted for ever meanwhile."""
        there = {chat.id for chat in [*self._store.chats(), *self._store.trashed()]}
        return [chat_id for chat_id in chat_ids if chat_id in there]

    @told
    def _forget(self, chat_ids: list[int], folders: list[str]) -> None:
        """Take back an import, and the folders it made unless something else is in them now."""
        if self._shown in chat_ids:
            self._controller.new_chat()
        self.purge(self._still_there(chat_ids))
        self.folders.delete_empty(folders)

    @Slot(str, object)
    def _offer_undo(self, text: str, undo: Callable[[], None]) -> None:
        self._undo = undo
        self.undo_offered.emit(text)

    @Slot(int)
    def _on_written(self, count: int) -> None:
        self.done.emit(translate("ChatLibrary", "%n chat(s) exported.", count))

    @Slot(object)
    def _on_chat_changed(self, chat: Chat | None) -> None:
        self._shown = chat.id if chat else None

    @Slot(int)
    def _on_message_deleted(self, message_id: int) -> None:
        self._offer_undo(
            self.tr("Message deleted."), lambda: self._controller.actions.undelete(message_id)
        )

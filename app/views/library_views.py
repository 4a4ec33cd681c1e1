"""What the window needs for whole chats: search, trash, files, the line that offers Undo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from ternchat.app.core.language import translate

from .archive_dialog import ArchiveDialog
from .chats_question import ChatsQuestion
from .export_dialog import ExportDialog
from .export_progress import ExportProgressDialog
from .import_progress import ImportProgressDialog
from .search_palette import SearchPalette
from .trash_dialog import TrashDialog

if TYPE_CHECKING:
    from ternchat.app.chat_library import ChatLibrary

    from .main_window import MainWindow
    from .theme import Theme


class LibraryViews(QObject):
    """Ties the window's sidebar and menus to the library, and opens its dialogs.

    Attributes:
        progress, import_progress: how far an export is, and an import.

    Signals:
        import_chosen: the file to read.
    """

    import_chosen = Signal(str)

    def __init__(self, window: MainWindow, theme: Theme, library: ChatLibrary) -> None:
        super().__init__(window)
        self._window, self._theme, self._library = window, theme, library
        self.progress = ExportProgressDialog(theme, window)
        self.import_progress = ImportProgressDialog(theme, window)
        self._connect_list()
        self._connect_menus()
        self._connect_outcome()

    def _connect_list(self) -> None:
        library, sidebar = self._library, self._window.sidebar
        folders, requests = library.folders, sidebar.requests
        library.renamed.connect(self._window.show_title)
        sidebar.model.rename_requested.connect(library.rename)
        requests.pin_requested.connect(library.set_pinned)
        requests.archive_requested.connect(library.set_archived)
        requests.delete_requested.connect(library.delete)
        requests.export_requested.connect(self.choose_export)
        sidebar.search_requested.connect(self.open_search)
        sidebar.archive_opened.connect(self.open_archive)
        sidebar.trash_opened.connect(self.open_trash)
        sidebar.chats.undo_requested.connect(library.undo)
        sidebar.chats.undo_requested.connect(self._window.toast.hide)
        sidebar.model.folder_rename_requested.connect(folders.rename)
        requests.new_folder_requested.connect(folders.make)
        requests.move_requested.connect(folders.move)
        requests.fold_requested.connect(folders.fold)
        requests.folder_delete_requested.connect(folders.delete)
        folders.made.connect(self.edit_folder)
        folders.renamed.connect(sidebar.model.rename_folder)

    def _connect_menus(self) -> None:
        menus, requests = self._window.menus, self._window.sidebar.requests
        for action, does in (
            (menus.rename_chat, self.rename_shown),
            (menus.pin_chat, requests.pin_shown),
            (menus.move_chat, requests.move_shown),
            (menus.new_folder, requests.make_folder),
            (menus.archive_chat, requests.archive_shown),
            (menus.archive, self.open_archive),
            (menus.delete_chat, requests.delete_shown),
            (menus.delete_all, self.ask_delete_all),
            (menus.search, self.open_search),
            (menus.trash, self.open_trash),
            (menus.export_chat, requests.export_shown),
            (menus.export_all, self.choose_export_all),
            (menus.import_chats, self.choose_import),
        ):
            action.triggered.connect(does)

    def _connect_outcome(self) -> None:
        library, window = self._library, self._window
        exporter, importer = library.exporter, library.importer
        self.import_chosen.connect(library.import_from)
        exporter.began.connect(self.progress.begin)
        exporter.progressed.connect(self.progress.show_progress)
        exporter.ended.connect(self.progress.end)
        self.progress.cancelled.connect(exporter.cancel)
        importer.began.connect(self.import_progress.begin)
        importer.progressed.connect(self.import_progress.show_progress)
        importer.ended.connect(self.import_progress.end)
        self.import_progress.cancelled.connect(importer.cancel)
        library.undo_offered.connect(self._offer_undo)
        library.done.connect(window.toast.say)
        window.toast.accepted.connect(library.undo)
        library.problem_raised.connect(window.page.errors.show_problem)

    @Slot(str)
    def _offer_undo(self, text: str) -> None:
        self._window.toast.say(text, self.tr("Undo"))

    @Slot()
    def rename_shown(self) -> None:
        """Let a title be typed anew, in the list."""
        self._show_sidebar()
        self._window.sidebar.requests.rename_shown()

    @Slot(str)
    def edit_folder(self, name: str) -> None:
        """Let the name of a new folder be typed, in the list."""
        self._show_sidebar()
        self._window.sidebar.requests.edit_folder(name)

    def _show_sidebar(self) -> None:
        if self._window.sidebar.isHidden():
            self._window.body.toggle_sidebar()

    @Slot()
    def open_search(self) -> None:
        """Search all chats."""
        palette = SearchPalette(self._theme, self._library.search, self._window)
        palette.chosen.connect(self._library.open_hit)
        palette.finished.connect(palette.deleteLater)
        palette.open()
        palette.field.setFocus()

    @Slot()
    def open_trash(self) -> None:
        """Look into the trash."""
        trash = TrashDialog(self._theme, self._library.trash, self._window)
        trash.restore_requested.connect(self._library.restore)
        trash.purge_requested.connect(self._library.purge)
        trash.finished.connect(trash.deleteLater)
        trash.open()

    @Slot()
    def open_archive(self) -> None:
        """Look into the archive."""
        self._library.refresh()
        archive = ArchiveDialog(self._theme, self._library.archive, self._window)
        archive.open_requested.connect(self._window.sidebar.chat_chosen)
        archive.restore_requested.connect(self._library.unarchive)
        archive.delete_requested.connect(self._library.delete)
        archive.finished.connect(archive.deleteLater)
        archive.open()

    @Slot()
    def ask_delete_all(self) -> None:
        """Move all chats to the trash, after a question that says how many."""
        chat_ids = self._library.all_ids()
        if not chat_ids:
            return
        then = self.tr("They stay in the trash for 30 days.")
        archived = self._library.archive.rowCount()
        if archived:
            count = translate("LibraryViews", "%n of them archived.", archived)
            then = f"{count} {then}"
        question = ChatsQuestion(
            translate("LibraryViews", "Delete %n chat(s)?", len(chat_ids)),
            then,
            self.tr("Delete"),
            chat_ids,
            self._window,
        )
        question.confirmed.connect(self._library.delete)
        question.open()

    @Slot(object)
    def choose_export(self, chat_ids: list[int]) -> None:
        """Ask where to write chats, and as what."""
        several = len(chat_ids) > 1
        title = self.tr("Chats") if several else self._library.title_of(chat_ids[0])
        dialog = ExportDialog(chat_ids, title, self._window)
        dialog.chosen.connect(self._library.export_to)
        dialog.open()

    @Slot()
    def choose_export_all(self) -> None:
        """Ask where to write all chats."""
        chat_ids = self._library.all_ids()
        if chat_ids:
            self.choose_export(chat_ids)

    @Slot()
    def choose_import(self) -> None:
        """Ask which file to read."""
        dialog = QFileDialog(self._window, self.tr("Import chats"), str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Exports (*.json *.zip)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(self.import_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

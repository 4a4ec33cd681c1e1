"""What the window needs for whole chats: search, trash, files, the line that offers Undo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox

from ternchat.app.core.export.formats import ExportFormat, file_name_of
from ternchat.app.core.language import translate

from .search_palette import SearchPalette
from .trash_dialog import TrashDialog

if TYPE_CHECKING:
    from ternchat.app.chat_library import ChatLibrary

    from .main_window import MainWindow
    from .theme import Theme


class LibraryViews(QObject):
    """Ties the window's sidebar and menus to the library, and opens its dialogs.

    Signals:
        export_chosen: ids of chats, and the file to write.
        import_chosen: the file to read.
        delete_confirmed: ids of chats.
    """

    export_chosen = Signal(object, str)
    import_chosen = Signal(str)
    delete_confirmed = Signal(object)

    def __init__(self, window: MainWindow, theme: Theme, library: ChatLibrary) -> None:
        super().__init__(window)
        self._window, self._theme, self._library = window, theme, library
        menus, sidebar = window.menus, window.sidebar
        # From the list
        library.renamed.connect(window.show_title)
        sidebar.model.rename_requested.connect(library.rename)
        sidebar.pin_requested.connect(library.set_pinned)
        sidebar.delete_requested.connect(library.delete)
        sidebar.export_requested.connect(self.choose_export)
        sidebar.search_requested.connect(self.open_search)
        # From the menus
        menus.rename_chat.triggered.connect(sidebar.rename_shown)
        menus.pin_chat.triggered.connect(sidebar.pin_shown)
        menus.delete_chat.triggered.connect(sidebar.delete_shown)
        menus.delete_all.triggered.connect(self.ask_delete_all)
        menus.search.triggered.connect(self.open_search)
        menus.trash.triggered.connect(self.open_trash)
        menus.export_chat.triggered.connect(sidebar.export_shown)
        menus.export_all.triggered.connect(self.choose_export_all)
        menus.import_chats.triggered.connect(self.choose_import)
        # Dialogs, and what came of it
        self.export_chosen.connect(library.export_to)
        self.import_chosen.connect(library.import_from)
        self.delete_confirmed.connect(library.delete)
        library.undo_offered.connect(self._offer_undo)
        library.done.connect(window.toast.say)
        window.toast.accepted.connect(library.undo)
        library.problem_raised.connect(window.page.errors.show_problem)

    @Slot(str)
    def _offer_undo(self, text: str) -> None:
        self._window.toast.say(text, self.tr("Undo"))

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
    def ask_delete_all(self) -> None:
        """Move all chats to the trash, after a question that says how many."""
        chat_ids = self._library.all_ids()
        if not chat_ids:
            return
        question = QMessageBox(self._window)
        question.setIcon(QMessageBox.Icon.Question)
        question.setText(translate("LibraryViews", "Delete %n chat(s)?", len(chat_ids)))
        question.setInformativeText(self.tr("They stay in the trash for 30 days."))
        question.setStandardButtons(
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.Cancel
        )
        question.setDefaultButton(QMessageBox.StandardButton.Cancel)
        question.button(QMessageBox.StandardButton.Yes).setText(self.tr("Delete"))
        question.accepted.connect(lambda: self.delete_confirmed.emit(chat_ids))
        question.finished.connect(question.deleteLater)
        question.open()

    @Slot(object)
    def choose_export(self, chat_ids: list[int]) -> None:
        """Ask where to write chats, and as what."""
        name = self.tr("Chats")
        if len(chat_ids) == 1:
            row = self._window.sidebar.model.row_of(chat_ids[0])
            chat = self._window.sidebar.model.chat_at(row)
            name = chat.title if chat else name
        dialog = QFileDialog(self._window, self.tr("Export"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = {
            self.tr("Markdown (*.md)"): ExportFormat.MARKDOWN,
            self.tr("Web page (*.html)"): ExportFormat.HTML,
            self.tr("JSON, everything (*.json)"): ExportFormat.JSON,
        }
        dialog.setNameFilters([*filters])
        dialog.selectFile(file_name_of(name, ExportFormat.MARKDOWN))
        dialog.filterSelected.connect(
            lambda chosen: dialog.selectFile(file_name_of(name, filters[chosen]))
        )
        dialog.fileSelected.connect(lambda file: self.export_chosen.emit(chat_ids, file))
        dialog.finished.connect(dialog.deleteLater)
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

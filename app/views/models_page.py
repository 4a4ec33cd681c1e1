"""The models page: what is on its way, what is here, what could be had, and how to get more."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent, Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from ternchat.app.core.access_token import OPENED_BY_TOKEN
from ternchat.app.core.hub_address import AddressError, parse_repository
from ternchat.app.core.inspection import Inspection
from ternchat.app.core.model_overview import Overview
from ternchat.app.core.model_surroundings import Surroundings
from ternchat.app.core.problem import Problem
from ternchat.app.core.statistics import Snapshot
from ternchat.app.core.wording import size_text
from ternchat.app.models.download_model import DownloadModel

from .add_model_row import AddModelRow
from .buttons import IconButton, TextButton
from .column import Column
from .context_slider import ContextSlider
from .error_strip import ErrorStrip
from .import_question import ImportQuestion
from .labels import GroupLabel, PlainLabel
from .machine_row import MachineRow
from .model_list import ModelList
from .models_folder_row import ModelsFolderRow
from .page_area import PageArea
from .theme import Theme
from .toast import Toast

if TYPE_CHECKING:
    from ternchat.app.core.turn import ModelFacts


class ModelsPage(QWidget):
    """Everything about models in one place.

    Signals:
        close_requested: back to the chat.
        seen: the page appears.
        shown_changed: whether it is in view.
        measure_requested: find out anew how fast this computer is.
        import_requested: a path, and whether to copy.
    """

    close_requested = Signal()
    seen = Signal()
    shown_changed = Signal(bool)
    measure_requested = Signal()
    import_requested = Signal(str, bool)

    def __init__(self, theme: Theme, model: DownloadModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAccessibleName(self.tr("Models"))
        self._theme, self._model = theme, model
        self._around = Surroundings()
        self._facts: ModelFacts | None = None  # of the model in memory
        self.back = IconButton(theme, "arrow-left", self.tr("Back to the chat"))
        self.import_button = TextButton(self.tr("Import"), "plain")
        self.machine = MachineRow()
        self.slider = ContextSlider(theme)
        self.list = ModelList(theme, model)
        self.add = AddModelRow(theme)
        self.folder = ModelsFolderRow(theme)
        self.question = ImportQuestion(theme)
        self.errors = ErrorStrip(theme, offers_models=False)
        self.toast = Toast(theme)
        self._build()
        self.back.clicked.connect(self.close_requested)
        self.slider.chosen.connect(self._on_context)
        self.machine.measure_requested.connect(self.measure_requested)
        self.question.answered.connect(self.import_requested)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def surroundings(self) -> Surroundings:
        """What the numbers are for."""
        return self._around

    @Slot(object)
    def show_overview(self, overview: Overview) -> None:
        """Show the computer and the folder as they are now."""
        self.set_around(
            free_memory_bytes=overview.free_memory_bytes,
            free_disk_bytes=overview.free_disk_bytes,
            speed=overview.speed,
        )
        self.folder.show_overview(overview)

    @Slot(int)
    def set_context(self, tokens: int) -> None:
        """Count with what models are loaded with from now on."""
        self.set_around(set_context=tokens)
        self.slider.set_context(tokens)

    @Slot(str)
    def set_hub(self, address: str) -> None:
        """Know where the pages of models are to be found."""
        self.set_around(hub=address)

    def set_around(self, **changes: object) -> None:
        """Change some of what the numbers are for."""
        self._around = replace(self._around, **changes)
        self.list.set_surroundings(self._around)
        self.machine.show_surroundings(self._around)

    @Slot(str)
    def ask_import(self, path: str) -> None:
        """Ask how a model of this computer is to be taken over, where there is a choice."""
        if path.lower().endswith(".gguf"):  # there is none: the answer comes at once
            self.import_requested.emit(path, False)
            return
        self.question.ask(path)
        self._area.ensureWidgetVisible(self.question)

    def setFocus(self, *reason: Qt.FocusReason) -> None:
        """Begin with the way back; the page itself takes no keys."""
        self.back.setFocus(*reason)

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that somebody looks."""
        super().showEvent(event)
        self.shown_changed.emit(True)
        self.seen.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that nobody looks any more."""
        super().hideEvent(event)
        self.shown_changed.emit(False)

    @Slot(bool)
    def set_measuring(self, measuring: bool) -> None:
        """Say that this computer is being measured."""
        self.set_around(measuring=measuring)

    @Slot(object)
    def on_status(self, now: Snapshot) -> None:
        """Mark the model that is in memory."""
        facts = now.facts
        if facts is self._facts:
            return
        self._facts = facts
        if facts is None:
            self.set_around(loaded="", taken_bytes=None, told_bytes=None)
        else:
            self.set_around(
                loaded=facts.model.name,
                taken_bytes=facts.taken_bytes,
                told_bytes=facts.told_bytes,
            )

    @Slot(object)
    def show_found(self, answer: Inspection | Problem) -> None:
        """Show what the hub said about a repository."""
        if isinstance(answer, Problem):
            page = self._hub_page() if answer.code in OPENED_BY_TOKEN else ""
            self.add.show_problem(answer, page)
            return
        model, runs = answer.model, answer.verdict.runs
        if model is None or not runs:
            self.add.say(answer.verdict.reason, "warning")
            return
        parts = [model.repository, size_text(model.total_bytes), model.licence]
        if model.gated:
            parts.append(self.tr("its owner asks for consent first"))
        self.add.say(" · ".join(part for part in parts if part), offer=True)

    def _hub_page(self) -> str:
        """The page of the model that was looked up; "" where there is none."""
        try:
            ref = parse_repository(self.add.field.text(), self._around.hub)
        except AddressError:
            return ""
        return f"{self._around.hub}/{ref.repository}"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_requested.emit()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        menu = QMenu(self)
        menu.addAction(self.tr("Folder of a model…")).triggered.connect(self._choose_folder)
        menu.addAction(self.tr("File of a model…")).triggered.connect(self._choose_file)
        self.import_button.setMenu(menu)
        self._head = QHBoxLayout()
        self._head.addWidget(self.back)
        self._head.addWidget(PlainLabel(self.tr("Models"), "pageTitle"), 1)
        self._head.addWidget(self.import_button)
        self._column = Column(self._theme, top=4, bottom=24)
        box = self._column.box
        for part in (self.machine, self.slider, self.question, self.list):
            box.addWidget(part)
        box.addWidget(GroupLabel(self.tr("Another model from Hugging Face")))
        box.addWidget(self.add)
        box.addWidget(GroupLabel(self.tr("Models folder")))
        box.addWidget(self.folder)
        box.addStretch()
        self._area = PageArea(self._theme)
        self._area.setWidget(self._column)
        bottom = Column(self._theme, bottom=8, beside_scroll_bar=True)
        bottom.box.addWidget(self.errors)
        bottom.box.addWidget(self.toast)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(self._head)
        whole.addWidget(self._area, 1)
        whole.addWidget(bottom)

    @Slot(int)
    def _on_context(self, context: int) -> None:
        self.set_around(context=context)

    @Slot()
    def _choose_folder(self) -> None:
        self._choose(self.tr("Folder of a model"), QFileDialog.FileMode.Directory)

    @Slot()
    def _choose_file(self) -> None:
        self._choose(self.tr("File of a model"), QFileDialog.FileMode.ExistingFile)

    def _choose(self, title: str, mode: QFileDialog.FileMode) -> None:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(mode)
        if mode is QFileDialog.FileMode.ExistingFile:
            dialog.setNameFilters(
                [self.tr("Models") + " (*.safetensors *.gguf)", self.tr("All files") + " (*)"]
            )
        dialog.fileSelected.connect(self.ask_import)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._head.setContentsMargins(px(8), px(6), px(16), px(6))
        self._head.setSpacing(px(8))
        self._column.box.setSpacing(px(12))

"""Where the models lie, and what can be done with that place."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ternchat.app.core.language import translate
from ternchat.app.core.model_overview import Overview
from ternchat.app.core.progress import Progress, State
from ternchat.app.core.progress_wording import progress_text
from ternchat.app.core.wording import size_text

from .buttons import TextButton
from .labels import ElidedLabel, PlainLabel, plain_tooltip
from .problem_note import ProblemNote
from .theme import Theme


class ModelsFolderRow(QWidget):
    """The models folder and the trash in it.

    Signals:
        open_requested: show the folder.
        move_requested: the folder to move everything to.
        stop_requested: end the move for now.
        empty_requested: delete for good what is in the trash.
    """

    open_requested = Signal()
    move_requested = Signal(str)
    stop_requested = Signal()
    empty_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._target = ""
        self._path = ElidedLabel()
        self._open = TextButton(self.tr("Open folder"), "plain")
        self.move_button = TextButton(self.tr("Move…"), "plain")
        self.resume = TextButton(self.tr("Go on moving"), "primary")
        self.stop = TextButton(self.tr("Stop"), "plain")
        self.state = PlainLabel(name="muted", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.problem = ProblemNote(theme)
        self._trash = PlainLabel(name="muted")
        self.empty = TextButton(self.tr("Empty the trash"), "plain")
        self._build()
        self._open.clicked.connect(self.open_requested)
        self.move_button.clicked.connect(self._choose)
        self.resume.clicked.connect(self._resume)
        self.stop.clicked.connect(self.stop_requested)
        self.empty.clicked.connect(self.empty_requested)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.show_move(None)

    def show_overview(self, overview: Overview) -> None:
        """Show the folder as it is now."""
        self._path.setText(str(overview.folder))
        self._path.setToolTip(plain_tooltip(str(overview.folder)))
        self._target = "" if overview.moving_to is None else str(overview.moving_to)
        self.resume.setVisible(bool(self._target) and self.stop.isHidden())
        size = sum(removed.size_bytes for removed in overview.removed)
        text = translate("ModelsFolderRow", "%n deleted model(s)", len(overview.removed))
        self._trash.setText(f"{text} · {size_text(size)}" if size else text)
        for part in (self._trash, self.empty):
            part.setVisible(bool(overview.removed))

    def show_move(self, progress: Progress | None) -> None:
        """Show how far the move is; None: nothing is moved."""
        moving = progress is not None and progress.state.active
        self.stop.setVisible(moving)
        self.move_button.setVisible(not moving)
        self.resume.setVisible(bool(self._target) and not moving)
        self.bar.setVisible(moving)
        self.state.setVisible(moving)
        self.problem.show_problem(None if progress is None else progress.problem)
        if progress is not None and progress.state is not State.FAILED:
            self.state.setText(progress_text(progress))
            self.bar.setValue(round(1000 * (progress.fraction or 0)))

    def _build(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self._path, 1)
        for button in (self.resume, self.stop, self._open, self.move_button):
            row.addWidget(button)
        trash = QHBoxLayout()
        trash.addWidget(self._trash, 1)
        trash.addWidget(self.empty)
        self._box = QVBoxLayout(self)
        self._box.addLayout(row)
        for part in (self.bar, self.state, self.problem):
            self._box.addWidget(part)
        self._box.addLayout(trash)

    @Slot()
    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("Move the models to"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.move_requested)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def _resume(self) -> None:
        self.move_requested.emit(self._target)

    @Slot()
    def _restyle(self) -> None:
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(self._theme.px(8))
        self.bar.setFixedHeight(self._theme.px(4))

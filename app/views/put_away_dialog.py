"""A window of chats outside the list: what they are, and what can be done with them."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QListView, QMenu, QVBoxLayout, QWidget

from ternchat.app.models.put_away_model import PutAwayModel

from .buttons import TextButton
from .labels import PlainLabel
from .put_away_delegate import PutAwayDelegate
from .theme import SETTINGS_SIZE, Theme


class PutAwayList(QListView):
    """The chats; several can be selected, and a menu offers what the buttons do."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("putAway")
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.menu = QMenu(self)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu for what is selected; a press elsewhere selects first."""
        place = event.globalPos()
        if event.reason() is not QContextMenuEvent.Reason.Mouse:
            index = self.currentIndex()
            corner = self.visualRect(index).center() if index.isValid() else QPoint()
            place = self.viewport().mapToGlobal(corner)
        if self.selectionModel().hasSelection():
            self.menu.popup(place)


class PutAwayDialog(QDialog):
    """Lists the chats of a model; what it offers is added by those who know what it is for."""

    def __init__(self, theme: Theme, model: PutAwayModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model
        self._for_selected: list[QAction] = []
        self._for_all: list[QAction] = []
        self._icon = ""
        self.note = PlainLabel("", "muted", self, wrap=True)
        self.chats = PutAwayList(self)
        self.chats.setModel(model)
        self.chats.setItemDelegate(PutAwayDelegate(theme, self.chats))
        self.nothing = QWidget(self)
        self._picture = QLabel(self.nothing)
        self.nothing_title = PlainLabel("", "dialogTitle", self.nothing)
        self.nothing_text = PlainLabel("", "muted", self.nothing, wrap=True)
        self.close_button = TextButton(self.tr("Close"), "plain", self)
        self._build()
        self.close_button.clicked.connect(self.close)
        self.chats.selectionModel().selectionChanged.connect(self._update)
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            signal.connect(self._update)
        theme.changed.connect(self._restyle)

    def selected(self) -> list[int]:
        """The ids of the chats that are selected, from top to bottom."""
        rows = sorted(index.row() for index in self.chats.selectionModel().selectedIndexes())
        return [self._model.index(row).data(PutAwayModel.ChatIdRole) for row in rows]

    def offer(self, text: str, slot: Callable[[], None], *, for_all: bool = False) -> TextButton:
        """A button for something that can be done with what is selected, or with all."""
        action = QAction(text, self)
        action.triggered.connect(slot)
        button = TextButton(text, "plain", self)
        button.clicked.connect(action.trigger)
        action.enabledChanged.connect(button.setEnabled)
        (self._for_all if for_all else self._for_selected).append(action)
        if not for_all:
            self.chats.menu.addAction(action)
        self._buttons.addWidget(button)
        return button

    def explain(
        self, title: str, list_name: str, note: str, icon: str, empty_title: str, empty_text: str
    ) -> None:
        """What the window is called, what it says above its chats, and where there are none."""
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.chats.setAccessibleName(list_name)
        self.note.setText(note)
        self._icon = icon
        self.nothing_title.setText(empty_title)
        self.nothing_text.setText(empty_text)
        self._restyle()
        self._update()

    def _build(self) -> None:
        inner = QVBoxLayout(self.nothing)
        inner.addStretch()
        for widget in (self._picture, self.nothing_title, self.nothing_text):
            inner.addWidget(widget)
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inner.addStretch()
        self._buttons = QHBoxLayout()
        self._foot = QHBoxLayout()
        self._foot.addLayout(self._buttons)
        self._foot.addStretch()
        self._foot.addWidget(self.close_button)
        self._box = QVBoxLayout(self)
        self._box.addWidget(self.note)
        self._box.addWidget(self.chats, 1)
        self._box.addWidget(self.nothing, 1)
        self._box.addLayout(self._foot)

    @Slot()
    def _update(self) -> None:
        there = self._model.rowCount() > 0
        chosen = self.chats.selectionModel().hasSelection()
        for action in self._for_selected:
            action.setEnabled(chosen)
        for action in self._for_all:
            action.setEnabled(there)
        for widget in (self.chats, self.note):
            widget.setVisible(there)
        self.nothing.setHidden(there)

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(px(16), px(16), px(16), px(12))
        self._box.setSpacing(px(8))
        self._buttons.setSpacing(px(8))
        if self._icon:
            self._picture.setPixmap(self._theme.icon(self._icon, "faint", 40).pixmap(px(40)))
        self.resize(px(SETTINGS_SIZE[0]), px(420))

"""The search over all chats: words, what was found, Enter."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListView, QVBoxLayout, QWidget

from ternchat.app.core.chat_store import Hit

from .hit_delegate import HitDelegate
from .labels import PlainLabel
from .theme import SETTINGS_SIZE, Theme

PAUSE_MS = 120  # between a key stroke and the search
MOST_HEIGHT = 360  # of the list


class HitModel(QAbstractListModel):
    """What a search found."""

    HitRole = Qt.ItemDataRole.UserRole

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hits: list[Hit] = []

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:
        """Number of hits."""
        return 0 if parent.isValid() else len(self._hits)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The hit, or its words."""
        if not index.isValid() or index.row() >= len(self._hits):
            return None
        hit = self._hits[index.row()]
        if role == self.HitRole:
            return hit
        words = "".join(span.text for span in hit.snippet)
        if role == Qt.ItemDataRole.DisplayRole:
            return words
        if role == Qt.ItemDataRole.AccessibleTextRole:
            text = hit.title if hit.message_id is None else f"{hit.title}: {words}"
            return self.tr("{words}, archived").format(words=text) if hit.archived else text
        return None

    def set_hits(self, hits: list[Hit]) -> None:
        """Show other hits."""
        self.beginResetModel()
        self._hits = list(hits)
        self.endResetModel()


class SearchPalette(QDialog):
    """Searches while one types; arrow keys choose, Enter opens.

    Signals:
        chosen: the hit to be shown.
    """

    chosen = Signal(object)

    def __init__(
        self, theme: Theme, search: Callable[[str], list[Hit]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Search"))
        self.setAccessibleName(self.tr("Search"))
        self._theme, self._search = theme, search
        self.field = QLineEdit()
        self.field.setObjectName("searchField")
        self.field.setAccessibleName(self.tr("Words to look for"))
        self.field.setPlaceholderText(self.tr("Search titles and messages"))
        self.field.setClearButtonEnabled(False)
        self._model = HitModel(self)
        self.hits = QListView()
        self.hits.setObjectName("hits")
        self.hits.setAccessibleName(self.tr("Found"))
        self.hits.setModel(self._model)
        self.hits.setItemDelegate(HitDelegate(theme, self.hits))
        self.hits.setFrameShape(QListView.Shape.NoFrame)
        self.hits.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hits.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.hint = PlainLabel(name="muted")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._box = QVBoxLayout(self)
        for widget in (self.field, self.hint, self.hits):
            self._box.addWidget(widget)
        self.field.textChanged.connect(self._on_typed)
        self.field.installEventFilter(self)
        self._timer.timeout.connect(self.look)
        self.hits.clicked.connect(self._open)
        self.hits.activated.connect(self._open)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.look()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the field the arrow keys go through what was found, and Enter opens it."""
        if (
            watched is self.field
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
        ):
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            if event.key() in steps:
                self._step(steps[Qt.Key(event.key())])
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.look()
                self._open(self.hits.currentIndex())
                return True
        return super().eventFilter(watched, event)

    @Slot()
    def look(self) -> None:
        """Search for what is typed."""
        self._timer.stop()
        words = self.field.text()
        row = self.hits.currentIndex().row()
        self._model.set_hits(self._search(words))
        count = self._model.rowCount()
        if count:
            self.hits.setCurrentIndex(self._model.index(min(max(row, 0), count - 1)))
        self.hits.setVisible(count > 0)
        self.hint.setVisible(count == 0 and bool(words.strip()))
        self.hint.setText(self.tr("Nothing found."))
        self._fit()

    @Slot()
    def _on_typed(self) -> None:
        self.hits.setCurrentIndex(QModelIndex())
        self._timer.start()

    def _fit(self) -> None:
        """Be as high as what is shown, up to a limit from which on it is scrolled."""
        px = self._theme.px
        most, height = px(MOST_HEIGHT), 0
        for row in range(self._model.rowCount()):
            height += self.hits.sizeHintForRow(row)
            if height >= most:
                break
        self.hits.setFixedHeight(min(height, most))
        self._box.activate()
        self.resize(px(SETTINGS_SIZE[0]), self._box.sizeHint().height())

    def _step(self, rows: int) -> None:
        count = self._model.rowCount()
        if count:
            row = (self.hits.currentIndex().row() + rows) % count
            self.hits.setCurrentIndex(self._model.index(row))

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        hit = index.data(HitModel.HitRole)
        if hit is not None:
            self.chosen.emit(hit)
            self.close()

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(px(12), px(12), px(12), px(12))
        self._box.setSpacing(px(8))
        self._box.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._fit()

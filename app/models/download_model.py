"""The models of the models page, in their order, as a list that views can show."""

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot

from ternchat.app.core.model_card import ModelCard, Place
from ternchat.app.core.model_overview import Overview
from ternchat.app.core.progress import Progress, State

_ORDER = (Place.UNDER_WAY, Place.INSTALLED, Place.CACHED, Place.OFFERED, Place.NOT_YET)
_ROOT = QModelIndex()


class DownloadModel(QAbstractListModel):
    """Cards: what is under way, what is installed, what could be had."""

    CardRole = Qt.ItemDataRole.UserRole

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cards: list[ModelCard] = []
        self._overview: Overview | None = None

    @property
    def overview(self) -> Overview | None:
        """What the cards come from; None before the first look."""
        return self._overview

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        """Number of models."""
        return 0 if parent.isValid() else len(self._cards)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The title, or the whole card."""
        if not index.isValid():
            return None
        card = self._cards[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return card.title
        return card if role == self.CardRole else None

    def cards(self) -> tuple[ModelCard, ...]:
        """All of them, in order."""
        return tuple(self._cards)

    def card(self, name: str) -> ModelCard | None:
        """The card of a model, None when there is none of that name."""
        return next((card for card in self._cards if card.name == name), None)

    @Slot(object)
    def set_overview(self, overview: Overview) -> None:
        """Take over a new look at all models; what is being done with each goes on."""
        self._overview = overview
        running = {card.name: card.progress for card in self._cards if card.progress is not None}
        names = {card.name for card in overview.cards}
        cards = [self._continued(card, running.get(card.name)) for card in overview.cards]
        cards += [
            card for card in self._cards if card.name not in names and card.is_fetched
        ]  # asked for a moment ago: nothing of it is on the disk yet
        self._put(cards)

    def announce(self, card: ModelCard) -> None:
        """Show a model that nobody knew before."""
        if self.card(card.name) is None:
            self._put([*self._cards, card])

    @Slot(object)
    def on_progress(self, progress: Progress) -> None:
        """Something happened to a model."""
        ended = progress.state in (State.READY, State.CANCELLED)
        self._put(
            [
                card.with_progress(None if ended else progress)
                if card.name == progress.name
                else card
                for card in self._cards
            ]
        )

    def dismiss(self, name: str) -> None:
        """Forget how the last thing with it ended."""
        self._put(
            [
                c.with_progress(None) if c.name == name and not c.is_worked_on else c
                for c in self._cards
            ]
        )

    def _continued(self, card: ModelCard, progress: Progress | None) -> ModelCard:
        """The card with what is known to be going on; what it led to shows in the card itself."""
        if progress is None or progress.state in (State.READY, State.CANCELLED):
            return card
        return card.with_progress(progress)

    def _put(self, cards: list[ModelCard]) -> None:
        cards = sorted(cards, key=lambda card: _ORDER.index(card.place))
        if _places(cards) != _places(self._cards):
            self.beginResetModel()
            self._cards = cards
            self.endResetModel()
            return
        old, self._cards = self._cards, cards
        for row, (before, after) in enumerate(zip(old, cards, strict=True)):
            if before != after:
                self.dataChanged.emit(self.index(row), self.index(row))


def _places(cards: list[ModelCard]) -> list[tuple[str, Place]]:
    """Which card stands where, and under which heading."""
    return [(card.name, card.place) for card in cards]

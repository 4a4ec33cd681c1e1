"""The cards of all models, under a heading for each kind of place."""

from PySide6.QtCore import QModelIndex, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ternchat.app.core.model_card import Place
from ternchat.app.core.model_surroundings import Surroundings
from ternchat.app.models.download_model import DownloadModel

from .labels import GroupLabel
from .model_card_view import ModelCardView
from .theme import Theme


class ModelList(QWidget):
    """Shows a DownloadModel; a card keeps its widget wherever it moves.

    Signals:
        acted: an Action and the model's name.
        token_given: a model's name and an AccessToken for it.
    """

    acted = Signal(object, str)
    token_given = Signal(str, object)

    def __init__(self, theme: Theme, model: DownloadModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model
        self._around = Surroundings()
        self._views: dict[str, ModelCardView] = {}
        # With a parent from the first moment on: shown without one, they would be windows.
        self._headings = {place: GroupLabel(text, self) for place, text in self._titles().items()}
        self._box = QVBoxLayout(self)
        model.modelReset.connect(self._arrange)
        model.dataChanged.connect(self._on_changed)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._arrange()

    def view(self, name: str) -> ModelCardView | None:
        """The card of a model."""
        return self._views.get(name)

    def set_surroundings(self, around: Surroundings) -> None:
        """Show all numbers for another context or computer."""
        if around != self._around:
            self._around = around
            for card in self._model.cards():
                self._views[card.name].show_card(card, around)

    def _titles(self) -> dict[Place, str]:
        return {
            Place.UNDER_WAY: self.tr("Under way"),
            Place.INSTALLED: self.tr("On this computer"),
            Place.CACHED: self.tr("In the Hugging Face cache"),
            Place.OFFERED: self.tr("To download"),
            Place.NOT_YET: self.tr("Not in this version"),
        }

    @Slot()
    def _arrange(self) -> None:
        """Put headings and cards into the order of the model."""
        cards = self._model.cards()
        # Not by `takeAt`: what it gives would never be deleted, and keep the new place of the
        # same widget from hearing that the widget needs more room.
        for widget in (*self._headings.values(), *self._views.values()):
            self._box.removeWidget(widget)
        for name in self._views.keys() - {card.name for card in cards}:
            self._views.pop(name).deleteLater()
        place = None
        shown = {card.place for card in cards}
        for heading_place, heading in self._headings.items():
            heading.setVisible(heading_place in shown)
        for card in cards:
            if card.place is not place:
                place = card.place
                self._box.addWidget(self._headings[place])
            self._box.addWidget(self._view_of(card.name))
            self._views[card.name].show_card(card, self._around)
        # Where a described one lies in the cache, no download needs to catch the eye.
        offers = [c for c in cards if c.place in (Place.CACHED, Place.OFFERED) and c.in_catalogue]
        for name, view in self._views.items():
            view.recommend(name == offers[0].name if offers else False)

    def _view_of(self, name: str) -> ModelCardView:
        if name not in self._views:
            card = self._model.card(name)
            assert card is not None
            view = ModelCardView(self._theme, card, self)
            view.acted.connect(self.acted)
            view.token_given.connect(self.token_given)
            self._views[name] = view
        return self._views[name]

    @Slot(QModelIndex, QModelIndex)
    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for row in range(first.row(), last.row() + 1):
            card = self._model.cards()[row]
            self._views[card.name].show_card(card, self._around)

    @Slot()
    def _restyle(self) -> None:
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(self._theme.px(8))

"""What an empty chat shows: the tern, a sentence, three prompts, and ways to a model."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from . import icons
from .buttons import TextButton
from .column import Column
from .labels import PlainLabel
from .page_area import PageArea
from .theme import Theme

_ROOM_FOR_THE_TERN = 320  # height from which the picture does not push the rest away


class PromptCard(TextButton):
    """A prompt to press.

    Signals:
        chosen: the prompt.
    """

    chosen = Signal(str)

    def __init__(self, prompt: str) -> None:
        super().__init__(prompt, "card")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.clicked.connect(self._choose)

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(self.text())


class EmptyView(PageArea):
    """Offers a start.

    Signals:
        prompt_chosen: a prompt to send.
        built_in_requested: use Fledgling.
        folder_requested: choose a model's folder.
        download_requested: fetch the model that is best for most people, and use it.
        models_requested: show all models.
        seen: it appears.
    """

    prompt_chosen = Signal(str)
    built_in_requested = Signal()
    folder_requested = Signal()
    download_requested = Signal()
    models_requested = Signal()
    seen = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._column = Column(theme, top=24, bottom=16)
        self.setWidget(self._column)
        self._tern = QLabel()
        self._tern.setAccessibleName(self.tr("A tern in flight"))
        self._greeting = PlainLabel(
            self.tr("What would you like to talk about?"), "greeting", wrap=True
        )
        self._cards = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._prompt_cards = [
            PromptCard(self.tr("What is rain?")),
            PromptCard(self.tr("Tell me about your day.")),
            PromptCard(self.tr("Write a short thank-you note.")),
        ]
        for card in self._prompt_cards:
            card.chosen.connect(self.prompt_chosen)
            self._cards.addWidget(card)
        self._ways = self._build_ways()
        self._build()
        theme.changed.connect(self._restyle)
        self._restyle()

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that somebody looks."""
        super().showEvent(event)
        self.seen.emit()

    @Slot(bool)
    def set_measuring(self, measuring: bool) -> None:
        """Say that this computer is being measured."""
        self._measuring.setVisible(measuring)

    @Slot(bool)
    def offer_models(self, offer: bool) -> None:
        """Show the ways to a model while there is none."""
        self._ways.setVisible(offer)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the picture out, and put the cards below each other, where room is short."""
        super().resizeEvent(event)
        self._tern.setVisible(self.viewport().height() >= self._theme.px(_ROOM_FOR_THE_TERN))
        margins = self._column.box.contentsMargins()
        room = self.viewport().width() - margins.left() - margins.right()
        count = len(self._prompt_cards)
        room = (room - (count - 1) * self._cards.spacing()) // count
        wide = all(card.sizeHint().width() <= room for card in self._prompt_cards)
        direction = QBoxLayout.Direction
        self._cards.setDirection(direction.LeftToRight if wide else direction.TopToBottom)

    def _build(self) -> None:
        box = self._column.box
        for label in (self._tern, self._greeting):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(2)
        box.addWidget(self._tern)
        box.addWidget(self._greeting)
        box.addSpacing(8)
        box.addLayout(self._cards)
        box.addSpacing(16)
        box.addWidget(self._ways)
        box.addStretch(3)

    def _build_ways(self) -> QWidget:
        ways = QWidget()
        box = self._ways_box = QVBoxLayout(ways)
        box.setContentsMargins(0, 0, 0, 0)
        built_in = TextButton(self.tr("Use it now"), "plain")
        built_in.setAccessibleDescription(self.tr("Load Fledgling, the built-in model"))
        built_in.clicked.connect(self.built_in_requested)
        folder = TextButton(self.tr("Open folder…"), "plain")
        folder.setAccessibleDescription(self.tr("Choose the folder of a model"))
        folder.clicked.connect(self.folder_requested)
        self._way_icons: list[tuple[QLabel, str]] = []
        self._way_rows: list[QHBoxLayout] = []
        self.download = TextButton(self.tr("Download"), "plain")
        self.download.clicked.connect(self.download_requested)
        self._best_text = PlainLabel(name="muted", wrap=True)
        self._measuring = PlainLabel(
            self.tr("Measuring how fast it will be here …"), "muted", wrap=True
        )
        self._measuring.hide()
        self._best = self._way("download", "", (self._best_text, self._measuring), self.download)
        self._best_title = self._best.findChild(PlainLabel, "wayTitle")
        self._best.hide()
        box.addWidget(self._best)
        box.addWidget(
            self._way(
                "feather",
                self.tr("Fledgling, built in"),
                self.tr(
                    "5 MB, nothing to download. A tiny model to try Ternchat with; often wrong."
                ),
                built_in,
            )
        )
        box.addWidget(
            self._way(
                "folder-open",
                self.tr("A model of your own"),
                self.tr("The folder of a BitNet model as Hugging Face stores it."),
                folder,
            )
        )
        return ways

    def offer_download(self, title: str, text: str) -> None:
        """Offer the best model for most people; an empty title takes the offer back."""
        assert self._best_title is not None
        self._best_title.setText(title)
        self._best_text.setText(text)
        self.download.setAccessibleDescription(self.tr("Download {title}").format(title=title))
        self._best.setVisible(bool(title))

    def _way(
        self, icon: str, title: str, text: str | tuple[PlainLabel, ...], button: TextButton
    ) -> QFrame:
        frame = QFrame()
        frame.setObjectName("way")
        picture = QLabel()
        self._way_icons.append((picture, icon))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(PlainLabel(title, "wayTitle"))
        labels = (PlainLabel(text, "muted", wrap=True),) if isinstance(text, str) else text
        for label in labels:
            words.addWidget(label)
        row = QHBoxLayout(frame)
        self._way_rows.append(row)
        row.addWidget(picture, alignment=Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(button, alignment=Qt.AlignmentFlag.AlignVCenter)
        return frame

    @Slot()
    def _restyle(self) -> None:
        px, colours = self._theme.px, self._theme.colours
        ratio = self.devicePixelRatioF()
        self._tern.setPixmap(icons.pixmap("tern", colours.muted, px(96), ratio))
        for label, name in self._way_icons:
            label.setPixmap(icons.pixmap(name, colours.muted, px(18), ratio))
        for row in self._way_rows:
            row.setContentsMargins(px(12), px(10), px(12), px(10))
            row.setSpacing(px(12))
        self._cards.setSpacing(px(12))
        self._column.box.setSpacing(px(8))
        self._ways_box.setSpacing(px(8))

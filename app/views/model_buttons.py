"""The buttons of a model's card: what can be done with it, and what becomes of its bytes."""

from PySide6.QtCore import QCoreApplication, Signal, Slot
from PySide6.QtWidgets import QWidget

from ternchat.app.core.wording import size_text

from .buttons import TextButton
from .cancel_button import CancelButton
from .flow_layout import FlowLayout
from .model_actions import Action
from .theme import Theme, set_style_property

_CANCEL = (Action.CANCEL_KEEP, Action.CANCEL_DELETE)
_PRIMARY = (Action.LINK, Action.RESUME, Action.RETRY, Action.USE, Action.REPAIR)


class ModelButtons(QWidget):
    """A row of buttons that shows those of the actions that are possible now.

    Signals:
        acted: an Action.
        details_toggled: whether details are wanted.
    """

    acted = Signal(object)
    details_toggled = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._actions: tuple[Action, ...] | None = None
        self._row = FlowLayout(self)
        self.cancel = CancelButton(self)
        self.details = TextButton(self.tr("Details"), "plain", self)
        self.details.setCheckable(True)
        self.buttons: dict[Action, TextButton] = {}
        for action in Action:
            kind = "primary" if action in _PRIMARY else "plain"
            button = TextButton(_words(action), kind, self)
            button.setProperty("action", str(action))
            button.clicked.connect(self._on_button)
            self.buttons[action] = button
            self._row.addWidget(button)
            if action is Action.CANCEL_DELETE:
                self._row.addWidget(self.cancel)
        self._row.addWidget(self.details)
        self.cancel.keep_requested.connect(self._keep)
        self.cancel.delete_requested.connect(self._delete)
        self.details.toggled.connect(self.details_toggled)
        theme.changed.connect(self._restyle)
        self._restyle()

    def recommend(self, recommended: bool) -> None:
        """Make the download the button that catches the eye."""
        button = self.buttons[Action.DOWNLOAD]
        set_style_property(button, "kind", "primary" if recommended else "plain")

    def show_actions(
        self, actions: tuple[Action, ...], fetched_bytes: int, *, token_first: bool = False
    ) -> None:
        """Show what can be done with a model of which so much has come.

        `token_first`: to try again helps little without an access token.
        """
        retry = self.buttons[Action.RETRY]
        set_style_property(retry, "kind", "plain" if token_first else "primary")
        self.cancel.show_bytes(fetched_bytes)
        self.buttons[Action.CANCEL_DELETE].setText(_delete_words(fetched_bytes))
        if not fetched_bytes:  # nothing to keep
            actions = tuple(action for action in actions if action is not Action.CANCEL_KEEP)
        if actions == self._actions:
            return
        had_focus = self.isAncestorOf(self.window().focusWidget() or self.window())
        self._actions = actions
        asks = Action.CANCEL_KEEP in actions
        for action, button in self.buttons.items():
            button.setVisible(action in actions and not (asks and action in _CANCEL))
        self.cancel.setVisible(asks)
        if had_focus and actions and not self.focusWidget():
            self.buttons[actions[0]].setFocus()
        self._row.invalidate()

    @Slot()
    def _on_button(self) -> None:
        self.acted.emit(Action(self.sender().property("action")))

    @Slot()
    def _keep(self) -> None:
        self.acted.emit(Action.CANCEL_KEEP)

    @Slot()
    def _delete(self) -> None:
        self.acted.emit(Action.CANCEL_DELETE)

    @Slot()
    def _restyle(self) -> None:
        self._row.setSpacing(self._theme.px(8))


def _delete_words(fetched_bytes: int) -> str:
    """For the button that gives a download up: it says what goes with it."""
    if not fetched_bytes:
        return QCoreApplication.translate("ModelCardView", "Cancel")
    text = QCoreApplication.translate("ModelCardView", "Delete {size}")
    return text.format(size=size_text(fetched_bytes))


def _words(action: Action) -> str:
    words = {
        Action.DOWNLOAD: QCoreApplication.translate("ModelCardView", "Download"),
        Action.LINK: QCoreApplication.translate("ModelCardView", "Use in place"),
        Action.PAUSE: QCoreApplication.translate("ModelCardView", "Pause"),
        Action.RESUME: QCoreApplication.translate("ModelCardView", "Resume"),
        Action.RETRY: QCoreApplication.translate("ModelCardView", "Try again"),
        Action.CANCEL_KEEP: QCoreApplication.translate("ModelCardView", "Cancel and keep"),
        Action.CANCEL_DELETE: QCoreApplication.translate("ModelCardView", "Cancel and delete"),
        Action.USE: QCoreApplication.translate("ModelCardView", "Use"),
        Action.UNLOAD: QCoreApplication.translate("ModelCardView", "Unload"),
        Action.VERIFY: QCoreApplication.translate("ModelCardView", "Verify"),
        Action.REPAIR: QCoreApplication.translate("ModelCardView", "Repair"),
        Action.STOP: QCoreApplication.translate("ModelCardView", "Stop"),
        Action.OPEN_FOLDER: QCoreApplication.translate("ModelCardView", "Open folder"),
        Action.REMOVE: QCoreApplication.translate("ModelCardView", "Delete"),
        Action.DISMISS: QCoreApplication.translate("ModelCardView", "Dismiss"),
    }
    return words[action]

"""The settings of the chat on the screen, in a panel beside it."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QMimeData, Signal, Slot
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ternchat.app.core.chat_settings import ChatSettings
from ternchat.app.core.fields import Number, rules
from ternchat.app.core.language import number

from .buttons import IconButton, TextButton
from .file_drop import file_paths
from .hinted_edit import HintedEdit
from .labels import PlainLabel
from .number_field import NumberField
from .page_area import PageArea
from .setting_row import SettingRow
from .theme import PANEL_WIDTH, Theme

PROMPT_LINES = 5
QWIDGETSIZE_MAX = (1 << 24) - 1  # Qt's word for: no limit


class SystemPromptEdit(HintedEdit):
    """Where the system prompt is typed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("For example: You answer in short, plain sentences."), parent)
        self.setObjectName("settingText")
        self.setTabChangesFocus(True)

    def canInsertFromMimeData(self, data: QMimeData) -> bool:
        """Text; files dropped here are meant for the message."""
        return not file_paths(data) and super().canInsertFromMimeData(data)


class ChatSettingsPanel(QFrame):
    """Shows ChatSettings and changes them, each at once.

    Signals:
        settings_changed: the new ChatSettings.
        close_requested: the panel should go.

    """

    settings_changed = Signal(object)
    close_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidePanel")
        self.setAccessibleName(self.tr("Settings of this chat"))
        self._theme = theme
        self._settings = ChatSettings()
        self.set_filling(False)
        self._rows: dict[str, SettingRow] = {}
        self.close_button = IconButton(theme, "x", self.tr("Close the settings of this chat"))
        self.reset_all = TextButton(self.tr("Reset all"), "plain")
        self._area = PageArea(theme)
        self._column = QWidget()
        self._rows_box = QVBoxLayout(self._column)
        self._build()
        self.close_button.clicked.connect(self.close_requested)
        self.reset_all.clicked.connect(self._reset_all)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._show_all()

    @Slot(object)
    def show_settings(self, settings: ChatSettings) -> None:
        """Show the settings of another chat."""
        if settings != self._settings:
            self._settings = settings
            self._show_all()

    def setFocus(self, *reason: Qt.FocusReason) -> None:
        """Begin with the system prompt; a focus proxy would make Tab skip the cross."""
        self._prompt.setFocus(*reason)

    def set_filling(self, filling: bool) -> None:
        """Take all the room there is, or only that of a panel."""
        width = self._theme.px(PANEL_WIDTH)
        self.setMinimumWidth(width)
        self.setMaximumWidth(QWIDGETSIZE_MAX if filling else width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_requested.emit()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self._head = QHBoxLayout()
        self._head.addWidget(PlainLabel(self.tr("This chat"), "panelTitle"), 1)
        self._head.addWidget(self.close_button)
        for name, rule in rules(ChatSettings).items():
            control = self._number(name, rule) if isinstance(rule, Number) else self._text(name)
            row = SettingRow(self._theme, name, rule, "ChatSettings", control)
            row.reset_requested.connect(self._reset)
            self._rows[name] = row
            self._rows_box.addWidget(row)
        self._rows_box.addWidget(self.reset_all, alignment=Qt.AlignmentFlag.AlignLeading)
        self._rows_box.addStretch()
        self._area.setWidget(self._column)
        self._box = QVBoxLayout(self)
        self._box.addLayout(self._head)
        self._box.addWidget(self._area, 1)

    def _number(self, name: str, rule: Number) -> NumberField:
        unset = {
            "seed": self.tr("Another each time"),
            "max_tokens": self.tr("As long as there is room"),
        }.get(name, self.tr("Default ({number})").format(number=_shown(rule)))
        field = NumberField(self._theme, rule, unset)
        field.setGroupSeparatorShown(name != "seed")
        field.number_changed.connect(lambda value: self._change(name, value))
        return field

    def _text(self, name: str) -> SystemPromptEdit:
        edit = SystemPromptEdit()
        edit.textChanged.connect(lambda: self._change(name, edit.toPlainText()))
        self._prompt = edit
        return edit

    def _change(self, name: str, value: Any) -> None:
        rule = rules(ChatSettings)[name]
        if value is not None and not rule.accepts(value):
            return  # a prompt that is too long: the field goes on, the last good one holds
        settings = replace(self._settings, **{name: value})
        if settings != self._settings:
            self._settings = settings
            self._offer_resets()
            self.settings_changed.emit(settings)

    @Slot(str)
    def _reset(self, name: str) -> None:
        self._take(replace(self._settings, **{name: getattr(ChatSettings(), name)}))

    @Slot()
    def _reset_all(self) -> None:
        self._take(ChatSettings())

    def _take(self, settings: ChatSettings) -> None:
        if settings != self._settings:
            self._settings = settings
            self._show_all()
            self.settings_changed.emit(settings)

    def _show_all(self) -> None:
        for name, row in self._rows.items():
            if isinstance(row.control, NumberField):
                row.control.set_number(getattr(self._settings, name))
        if self._prompt.toPlainText() != self._settings.system_prompt:
            blocked = self._prompt.blockSignals(True)
            self._prompt.setPlainText(self._settings.system_prompt)
            self._prompt.blockSignals(blocked)
        self._offer_resets()

    def _offer_resets(self) -> None:
        changed = self._settings.to_dict()
        for name, row in self._rows.items():
            row.offer_reset(name in changed)
        self.reset_all.setEnabled(bool(changed))

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self.set_filling(self.maximumWidth() == QWIDGETSIZE_MAX)
        self._box.setContentsMargins(self._theme.margins(16, 8, 4, 0))
        self._box.setSpacing(px(8))
        self._head.setContentsMargins(self._theme.margins(0, 0, 4, 0))
        self._rows_box.setContentsMargins(self._theme.margins(0, 0, 4, 16))
        self._rows_box.setSpacing(px(16))
        self._prompt.setFixedHeight(
            PROMPT_LINES * self._prompt.fontMetrics().lineSpacing() + px(16)
        )


def _shown(rule: Number) -> str:
    return number(rule.start, 0 if rule.whole else 2)

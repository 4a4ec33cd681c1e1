"""The settings of the program; each holds as soon as it is changed."""

from enum import StrEnum
from typing import Any

from PySide6.QtCore import QCoreApplication, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from ternchat.app.core.fields import Choice, Flag, Number, Rule, rules
from ternchat.app.core.hub_address import DEFAULT_ENDPOINT, HubOptions
from ternchat.app.core.proxy import Proxy
from ternchat.app.core.settings import GIB, ColourScheme, SendKey, Settings
from ternchat.app.models.settings_model import SettingsModel

from .address_field import AddressField
from .buttons import TextButton
from .choice_field import ChoiceField
from .folder_field import FolderField
from .keys import ENTER, native
from .labels import GroupLabel
from .number_field import NumberField
from .page_area import PageArea
from .setting_row import SettingRow
from .switch import Switch
from .theme import SETTINGS_SIZE, Theme


class SettingsDialog(QDialog):
    """Shows a SettingsModel and changes it; stays open beside the window."""

    def __init__(self, theme: Theme, model: SettingsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self.setAccessibleName(self.tr("Settings"))  # the title gets the program's name behind it
        self._theme, self._model = theme, model
        self._rows: dict[str, SettingRow] = {}
        self._column = QWidget()
        self._rows_box = QVBoxLayout(self._column)
        self._area = PageArea(theme)
        self.reset_all = TextButton(self.tr("Reset all"), "plain")
        self.close_button = TextButton(self.tr("Close"), "plain")
        self._build()
        self.reset_all.clicked.connect(model.reset)
        self.close_button.clicked.connect(self.close)
        model.changed.connect(self._show)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._show(model.settings)

    def control(self, name: str) -> QWidget:
        """The control of one setting."""
        return self._rows[name].control

    def _build(self) -> None:
        for title, names in (
            (self.tr("Appearance"), ("theme", "zoom")),
            (self.tr("Writing"), ("send_key", "remember", "notify")),
            (self.tr("Models"), ("models_folder", "context_length", "kv_disk_bytes", "threads")),
            (self.tr("Connections"), ("proxy", "endpoint")),
        ):
            self._rows_box.addWidget(GroupLabel(title))
            for name in names:
                rule = rules(Settings)[name]
                row = SettingRow(self._theme, name, rule, "Settings", self._make(name, rule))
                row.reset_requested.connect(self._reset)
                self._rows[name] = row
                self._rows_box.addWidget(row)
        self._rows_box.addStretch()
        self._area.setWidget(self._column)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.reset_all)
        self._foot.addStretch()
        self._foot.addWidget(self.close_button)
        self._box = QVBoxLayout(self)
        self._box.addWidget(self._area, 1)
        self._box.addLayout(self._foot)

    def _make(self, name: str, rule: Rule) -> QWidget:
        # Signals that a screen reader's doings give too, not only a mouse's.
        def change(value: Any) -> None:
            self._model.change(**{name: value})

        if isinstance(rule, Number):
            scale = GIB if name == "kv_disk_bytes" else 1
            number = NumberField(self._theme, rule, self.tr("Automatic"), scale)
            number.setSuffix({"zoom": " %", "kv_disk_bytes": " GB"}.get(name, ""))
            number.setGroupSeparatorShown(True)
            if name == "zoom":
                number.setSingleStep(10)
            number.number_changed.connect(change)
            return number
        if isinstance(rule, Choice):
            combo = ChoiceField(self._theme)
            for value in rule.kind:
                combo.addItem(_choice_text(value), value)
            combo.currentIndexChanged.connect(lambda row: change(combo.itemData(row)))
            return combo
        if isinstance(rule, Flag):
            box = Switch(self._theme)
            box.toggled.connect(change)
            return box
        title = QCoreApplication.translate("Settings", rule.title)
        if name in ("proxy", "endpoint"):
            address = self._address_field(name, title)
            address.address_chosen.connect(change)
            return address
        folder = FolderField(title, self.tr("In Ternchat's data folder"))
        folder.folder_chosen.connect(change)
        return folder

    def _address_field(self, name: str, title: str) -> AddressField:
        if name == "proxy":
            unset = self.tr("As the system says")
            return AddressField(self._theme, title, unset, _shown_proxy, _read_proxy)
        return AddressField(self._theme, title, DEFAULT_ENDPOINT, _shown_hub, _read_hub)

    @Slot(object)
    def _show(self, settings: Settings) -> None:
        changed = settings.to_dict()
        for name, row in self._rows.items():
            value = getattr(settings, name)
            match row.control:
                case NumberField() as field:
                    field.set_number(value)
                case ChoiceField() as combo:
                    combo.setCurrentIndex(combo.findData(value))
                case Switch() as box:
                    box.setChecked(value)
                case FolderField() as folder:
                    folder.set_folder(value)
                case AddressField() as address:
                    address.set_address(value)
            row.offer_reset(name in changed)
        self.reset_all.setEnabled(any(name in changed for name in self._rows))

    @Slot(str)
    def _reset(self, name: str) -> None:
        self._model.change(**{name: getattr(Settings(), name)})

    @Slot()
    def _restyle(self) -> None:
        px = self._theme.px
        self._box.setContentsMargins(self._theme.margins(20, 12, 8, 12))
        self._box.setSpacing(px(12))
        self._foot.setContentsMargins(self._theme.margins(0, 0, 12, 0))
        self._rows_box.setContentsMargins(self._theme.margins(0, 4, 8, 8))
        self._rows_box.setSpacing(px(16))
        self.resize(*(px(side) for side in SETTINGS_SIZE))


def _shown_proxy(value: str | None) -> str:
    return "" if value is None else str(Proxy.of(value))


def _read_proxy(text: str, before: str | None) -> str | None:
    return Proxy.of(before).edited(text).setting


def _shown_hub(value: str | None) -> str:
    return value or ""


def _read_hub(text: str, _before: str | None) -> str | None:
    return HubOptions(text).endpoint if text else None


def _choice_text(value: StrEnum) -> str:
    words = {
        ColourScheme.SYSTEM: QCoreApplication.translate("SettingsDialog", "Like the system"),
        ColourScheme.LIGHT: QCoreApplication.translate("SettingsDialog", "Light"),
        ColourScheme.DARK: QCoreApplication.translate("SettingsDialog", "Dark"),
        SendKey.ENTER: native(ENTER),
        SendKey.CTRL_ENTER: native(f"Ctrl+{ENTER}"),
    }
    return words[value]

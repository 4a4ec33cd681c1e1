"""The style sheet, made of the theme's colours and sizes."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .colours import Colours

# A focus ring needs room: controls carry a transparent border of its width. Buttons take focus
# by keyboard only (see buttons.py), so the ring never follows a click.
_SHEET = Template("""
* { font-size: ${s14}px; }
QMainWindow, QStackedWidget, #page { background: $ground; }
QToolTip { background: $surface; color: $text; border: 1px solid $border; padding: ${s4}px; }

QMenuBar { background: $sidebar; color: $muted; border-bottom: 1px solid $border; padding: 2px; }
QMenuBar::item { background: transparent; padding: ${s4}px ${s8}px; border-radius: ${s6}px; }
QMenuBar::item:selected { background: $bubble; color: $text; }
QMenu { background: $surface; color: $text; border: 1px solid $border; padding: ${s4}px; }
QMenu::item { padding: ${s6}px ${s24}px ${s6}px ${s12}px; border-radius: ${s6}px; }
QMenu::item:selected { background: $bubble; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $border; margin: ${s4}px ${s8}px; }

#sidebar { background: $sidebar; border-$end: 1px solid $border; }
#brand { font-size: ${s16}px; font-weight: 600; }
#chats { background: transparent; border: 2px solid transparent; border-radius: ${s6}px;
    outline: none; }
#chats:focus[keyboard="true"] { border-color: $accent; }
#chats QLineEdit { background: $surface; border: 2px solid $accent; border-radius: ${s6}px;
    padding: 0 ${s4}px; selection-background-color: $accent; selection-color: $on_accent; }
#windowToast { background: $bubble; border-top: 1px solid $border; }
#searchField { background: $surface; border: 2px solid $border; border-radius: ${s6}px;
    padding: ${s6}px ${s8}px; selection-background-color: $accent; selection-color: $on_accent; }
#searchField:focus { border-color: $accent; }
#hits { background: transparent; border: none; outline: none; }
#putAway { background: $surface; border: 2px solid $border; border-radius: ${s6}px;
    padding: ${s4}px; outline: none; }
#putAway:focus { border-color: $accent; }
#chatTitle { font-weight: 600; }

QToolButton, QPushButton { border: 2px solid transparent; border-radius: ${s6}px;
    background: transparent; color: $text; padding: ${s4}px; }
QToolButton:hover, QPushButton:hover { background: $hover; }
QToolButton:pressed, QPushButton:pressed { background: $bubble; }
QToolButton:focus, QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $faint; }
QPushButton[kind="plain"] { background: $surface; border: 2px solid $border;
    padding: ${s4}px ${s12}px; }
QPushButton[kind="plain"]:hover { background: $hover; }
QPushButton[kind="plain"]:focus { border-color: $accent; }
QPushButton[kind="field"] { background: $surface; border: 2px solid $border; color: $muted;
    text-align: left; padding: ${s4}px ${s8}px; }
QPushButton[kind="field"]:hover { background: $hover; }
QPushButton[kind="field"]:focus { border-color: $accent; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QDialogButtonBox QPushButton { background: $surface; border: 2px solid $border;
    padding: ${s4}px ${s12}px; }
QDialogButtonBox QPushButton:hover { background: $hover; }
QDialogButtonBox QPushButton:focus { border-color: $accent; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; font-weight: 600;
    padding: ${s4}px ${s12}px; }
QPushButton[kind="primary"]:hover { background: $accent_hover; }
QPushButton[kind="primary"]:focus { border-color: $text; }
QPushButton[kind="quiet"] { background: $hover; color: $muted; font-weight: 600;
    padding: ${s4}px ${s12}px; }
QPushButton[kind="quiet"]:focus { border-color: $accent; }
QPushButton[kind="side"] { text-align: left; padding: ${s6}px ${s8}px; }
QPushButton[kind="side"]:hover { background: $hover; }
QPushButton[kind="card"] { background: $surface; border: 1px solid $border; margin: 1px;
    border-radius: ${s12}px; padding: ${s12}px; text-align: left; }
QPushButton[kind="card"]:hover { background: $hover; border-color: $muted; }
QPushButton[kind="card"]:focus { border: 2px solid $accent; margin: 0; }
QPushButton[kind="pill"] { background: $surface; border: 1px solid $border; margin: 1px;
    border-radius: ${s12}px; padding: ${s4}px ${s12}px; }
QPushButton[kind="pill"]:hover { background: $bubble; }
QPushButton[kind="pill"]:focus { border: 2px solid $accent; margin: 0; }

QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
#message { font-size: ${s15}px; background: transparent; border: none; color: $text;
    selection-background-color: $selected; selection-color: $on_selected; }
#messageFrame { border: 2px solid transparent; border-radius: ${s12}px; }
#messageFrame[keyboard="true"] { border-color: $accent; }
#messageFrame[who="user"] { background: $bubble; }
#messageFrame[who="user"][state="queued"] { background: transparent; border: 2px solid $border; }
#messageFrame[who="user"][state="queued"][keyboard="true"] { border: 2px solid $accent; }
#codeText { font-family: "$fixed"; font-size: ${s13}px; background: transparent; border: none;
    color: $text; selection-background-color: $selected; selection-color: $on_selected; }
#code { background: $code; border: 1px solid $border; border-radius: ${s8}px; }
QPushButton[kind="fold"], QPushButton[kind="link"] { color: $muted; font-size: ${s13}px;
    padding: 2px ${s6}px; }
QPushButton[kind="link"] { color: $accent; }
#contextLine, #version { color: $muted; font-size: ${s13}px; }
#linkTarget { background: $surface; color: $muted; border: 1px solid $border;
    border-radius: ${s6}px; padding: 2px ${s6}px; font-size: ${s13}px; }
#findBar { background: $surface; border-bottom: 1px solid $border; }
#findWords { background: $ground; color: $text; border: 2px solid $border;
    border-radius: ${s6}px; padding: ${s4}px ${s6}px; selection-background-color: $accent;
    selection-color: $on_accent; }
#findWords:focus { border-color: $accent; }
#dialogTitle { font-weight: 600; }
QDialog { background: $surface; }
#note, #muted, #rate { color: $muted; font-size: ${s13}px; }
#note[tone="bad"] { color: $bad; }
#note[tone="warning"] { color: $warning; }
#caret { background: $accent; }

#composer { background: $surface; border: 1px solid $border; border-radius: ${s12}px;
    margin: 1px; }
#composer[ring="other"] { border-color: $faint; }
#composer[ring="keyboard"] { border: 2px solid $accent; margin: 0; }
#prompt { font-size: ${s15}px; background: transparent; border: none; color: $text;
    placeholder-text-color: $muted; selection-background-color: $accent;
    selection-color: $on_accent; }

#composer[drop="true"] { border: 2px dashed $accent; margin: 0; background: $hover; }
#chip { background: $bubble; border: none; border-radius: ${s6}px; }
#noticeText { color: $muted; font-size: ${s13}px; }
#noticeText[tone="warning"] { color: $warning; }
#noticeText[tone="bad"] { color: $bad; }
#gauge { color: $muted; font-size: ${s13}px; }
#gauge[tone="warning"] { color: $warning; }
#gauge[tone="bad"] { color: $bad; font-weight: 600; }

#sidePanel { background: $sidebar; border-$begin: 1px solid $border; }
#panelTitle { font-size: ${s16}px; font-weight: 600; }
#settingTitle { font-weight: 600; }
#settingGroup { color: $muted; font-size: ${s13}px; font-weight: 600;
    border-bottom: 1px solid $border; padding-bottom: ${s4}px; margin-top: ${s8}px; }
#settingText { background: $surface; border: 2px solid $border; border-radius: ${s6}px;
    padding: ${s4}px; selection-background-color: $accent; selection-color: $on_accent; }
#settingText:focus { border-color: $accent; }
QAbstractSpinBox, QComboBox { background: $surface; border: 2px solid $border;
    border-radius: ${s6}px; padding: 0 ${s8}px; min-height: ${s26}px;
    selection-background-color: $accent; selection-color: $on_accent; }
QAbstractSpinBox:focus, QComboBox:focus { border-color: $accent; }
QComboBox::drop-down { border: none; width: ${s24}px; }
QComboBox::down-arrow { image: url("$arrow"); width: ${s16}px; height: ${s16}px; }
ChoiceField::down-arrow { image: none; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: ${s24}px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $border;
    selection-background-color: $bubble; selection-color: $text; }
#keys { background: $code; border: 1px solid $border; border-radius: ${s4}px;
    font-size: ${s13}px; padding: 1px ${s6}px; }
QDialog { background: $ground; }

#greeting { font-size: ${s20}px; font-weight: 600; }
#way { background: transparent; border: 1px solid $border; border-radius: ${s12}px;
    margin: 1px; }
#wayTitle { font-weight: 600; }

#modelCard { background: $surface; border: 1px solid $border; border-radius: ${s12}px; }
#cardTitle { font-size: ${s15}px; font-weight: 600; }
#pageTitle { font-size: ${s16}px; font-weight: 600; }
#bigNumber { font-size: ${s20}px; font-weight: 600; }
#factName { color: $muted; font-size: ${s13}px; }
#factValue { font-weight: 600; }
#factValue[tone="bad"] { color: $bad; }
#muted[tone="warning"] { color: $warning; }
#muted[tone="bad"] { color: $bad; }
#badge { color: $good; border: 1px solid $border; border-radius: ${s6}px; font-size: ${s13}px;
    padding: 1px ${s8}px; }
#badge[tone="bad"] { color: $bad; }
#problemNote { background: $ground; border: 1px solid $bad; border-radius: ${s6}px; }
#toast { background: $bubble; border: 1px solid $border; border-radius: ${s12}px; }
#field { background: $surface; border: 2px solid $border; border-radius: ${s6}px;
    padding: ${s4}px ${s8}px; selection-background-color: $accent; selection-color: $on_accent; }
#field:focus { border-color: $accent; }
QSlider::groove:horizontal { background: $border; height: ${s4}px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $muted; height: ${s4}px; border-radius: 2px; }
QSlider::handle:horizontal { background: $surface; border: ${s2}px solid $muted; width: ${s12}px;
    margin: -${s6}px 0; border-radius: ${s7}px; }
QSlider::handle:horizontal:hover { border-color: $text; }
QSlider:focus { border: none; }
QSlider::handle:horizontal:focus { border-color: $accent; }

#errorStrip { background: $surface; border: 1px solid $bad; border-radius: ${s12}px; }
#errorTitle { color: $bad; font-weight: 600; }
#errorDetails { font-family: "$fixed"; font-size: ${s13}px; background: $code; color: $text;
    border: 2px solid transparent; border-radius: ${s6}px; padding: ${s4}px; }
#errorDetails:focus { border-color: $accent; }

#statusLine { background: $sidebar; border-top: 1px solid $border; }
#statusLine QLabel { color: $muted; font-size: ${s13}px; }
#statusLine #phase { color: $text; }
QProgressBar { background: $border; border: none; border-radius: 2px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }

QScrollBar:vertical { background: transparent; width: ${s10}px; margin: 0; }
QScrollBar::handle:vertical { background: $border; border-radius: ${s4}px;
    min-height: ${s32}px; margin: 1px; }
QScrollBar::handle:vertical:hover { background: $muted; }
QScrollBar::handle:vertical:disabled { background: transparent; }
QScrollBar:horizontal { background: transparent; height: ${s10}px; margin: 0; }
QScrollBar::handle:horizontal { background: $border; border-radius: ${s4}px;
    min-width: ${s32}px; margin: 1px; }
QScrollBar::handle:horizontal:hover { background: $muted; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")

_SIZES = (2, 4, 6, 7, 8, 10, 12, 13, 14, 15, 16, 20, 24, 26, 32)


def sheet(
    colours: Colours,
    px: Callable[[float], int],
    fixed_font: str,
    arrow: str = "",
    *,
    to_left: bool = False,
) -> str:
    """The style sheet of the whole application; `to_left` for languages that run so.

    `arrow` is the file of the one on boxes of choices that are not ours, in dialogs of Qt.
    """
    sizes = {f"s{size}": px(size) for size in _SIZES}
    begin, end = ("right", "left") if to_left else ("left", "right")
    names = {"fixed": fixed_font, "arrow": arrow, "begin": begin, "end": end}
    return _SHEET.substitute(vars(colours), **sizes, **names)

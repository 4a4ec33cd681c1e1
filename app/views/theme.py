"""Colours and sizes: the one place that holds them."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from . import icons, style

COLUMN_WIDTH = 760  # of the text one reads
SIDEBAR_WIDTH = 260
SCROLL_BAR_WIDTH = 10
CHIP_WIDTH = 220  # of a file's name
NARROW_WIDTH = 720  # of a window that has no room for the sidebar
BY_KEYBOARD = frozenset(  # focus that came so is shown by a ring
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)
ZOOM_STEPS = (80, 90, 100, 110, 125, 150, 175, 200)  # percent


@dataclass(frozen=True)
class Colours:
    """What each colour is for.

    Text on its grounds has a contrast of 4.5 : 1 or more; `faint` is for icons at rest, 3 : 1.
    """

    ground: str
    surface: str
    sidebar: str
    bubble: str
    hover: str
    code: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    on_accent: str
    good: str
    warning: str
    bad: str
    border: str


LIGHT = Colours(
    ground="#FBFBFA",
    surface="#FFFFFF",
    sidebar="#F2F4F5",
    bubble="#E9F0F5",
    hover="#EDF1F3",
    code="#F4F6F7",
    text="#1B2126",
    muted="#56616A",
    faint="#88939B",
    accent="#BF3418",
    accent_hover="#A52C13",
    on_accent="#FFFFFF",
    good="#177244",
    warning="#8A5A00",
    bad="#B3261E",
    border="#DDE2E5",
)
DARK = Colours(
    ground="#13171A",
    surface="#1A1F23",
    sidebar="#161B1E",
    bubble="#22303A",
    hover="#20272C",
    code="#1F262B",
    text="#E7EBED",
    muted="#9BA7AF",
    faint="#727E86",
    accent="#FF8163",
    accent_hover="#FF9A82",
    on_accent="#1B0E0A",
    good="#5CC98D",
    warning="#E2B04A",
    bad="#FF8A80",
    border="#2B3339",
)


class Theme(QObject):
    """Dresses the application in light or dark, as the system is, at the zoom chosen."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._zoom = 100
        self._system_is_dark = app.palette().window().color().lightness() < 128
        self.colours = LIGHT
        app.setStyle("fusion")
        app.styleHints().colorSchemeChanged.connect(self.apply)
        self.apply()

    @property
    def zoom(self) -> int:
        """Size of everything, in percent."""
        return self._zoom

    def px(self, size: float) -> int:
        """A size in pixels at the zoom chosen."""
        return round(size * self._zoom / 100)

    def icon(self, name: str, role: str = "text", size: int = 18) -> Any:
        """An icon of the set, tinted with the colour of that role."""
        return icons.icon(name, getattr(self.colours, role), self.px(size))

    @Slot()
    def zoom_in(self) -> None:
        """Everything one step larger."""
        self._set_zoom(next((z for z in ZOOM_STEPS if z > self._zoom), self._zoom))

    @Slot()
    def zoom_out(self) -> None:
        """Everything one step smaller."""
        self._set_zoom(next((z for z in reversed(ZOOM_STEPS) if z < self._zoom), self._zoom))

    @Slot()
    def zoom_reset(self) -> None:
        """Back to the normal size."""
        self._set_zoom(100)

    @Slot()
    def apply(self) -> None:
        """Take the system's colour scheme and dress the application."""
        scheme = self._scheme()
        if scheme is Qt.ColorScheme.Unknown:  # a plain X11 desktop: go by the colours it gave us
            dark = self._system_is_dark
        else:
            dark = scheme is Qt.ColorScheme.Dark
        self.colours = DARK if dark else LIGHT
        self._app.setPalette(_palette(self.colours))
        self._app.setStyleSheet(style.sheet(self.colours, self.px, _fixed_font()))
        self.changed.emit()

    def _scheme(self) -> Qt.ColorScheme:
        return self._app.styleHints().colorScheme()

    def _set_zoom(self, percent: int) -> None:
        if percent != self._zoom:
            self._zoom = percent
            self.apply()


def set_style_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property the style sheet looks at, and let it look again."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def _fixed_font() -> str:
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()


def _palette(colours: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for roles, colour in (
        ((role.Window,), colours.ground),
        ((role.Base, role.ToolTipBase, role.Button), colours.surface),
        ((role.AlternateBase,), colours.code),
        ((role.Text, role.WindowText, role.ButtonText, role.ToolTipText), colours.text),
        ((role.PlaceholderText,), colours.muted),
        ((role.Highlight, role.Accent, role.Link), colours.accent),
        ((role.HighlightedText, role.BrightText), colours.on_accent),
        ((role.Mid, role.Midlight, role.Dark, role.Light), colours.border),
    ):
        for one in roles:
            palette.setColor(one, QColor(colour))
    for one in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, one, QColor(colours.muted))
    return palette

"""How the application is dressed: light or dark, large or small; and all sizes."""

import sys
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QMargins, QObject, QRect, Qt, Signal, Slot
from PySide6.QtGui import QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QWidget

from ternchat.app.core.settings import ColourScheme

from . import icons, style
from .colours import DARK, LIGHT, palette_of, stronger, system_colours
from .motion import Motion

COLUMN_WIDTH = 760  # of the text one reads
SIDEBAR_WIDTH = 260
PANEL_WIDTH = 300
SETTINGS_SIZE = (520, 620)  # of the dialog
SCROLL_BAR_WIDTH = 10
CHIP_WIDTH = 220  # of a file's name
SMALLEST_WINDOW = (480, 360)
FACT_WIDTH = 152  # of a number on a model's card
PLOT_HEIGHT = 72
NARROW_WIDTH = 720  # of a window that has no room for the sidebar
BY_KEYBOARD = frozenset(  # focus that came so is shown by a ring
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)
ZOOM_STEPS = (80, 90, 100, 110, 125, 150, 175, 200)  # percent


class Theme(QObject):
    """Dresses the application, at the zoom chosen, as the system is or as the person wants it.

    Signals:
        changed: colours or sizes are others.
        zoom_chosen: a person made everything larger or smaller, in percent.

    """

    changed = Signal()
    zoom_chosen = Signal(int)

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._zoom = 100
        self._chosen = ColourScheme.SYSTEM
        self._system_palette = app.palette()
        self.colours = LIGHT
        app.setStyle("fusion")
        # Kept: PySide takes what hangs on a forgotten wrapper for deleted.
        self._hints = app.styleHints()
        self._motion = Motion(self)
        self._accessibility = self._hints.accessibility()
        self._hints.colorSchemeChanged.connect(self.apply)
        self._accessibility.contrastPreferenceChanged.connect(self.apply)
        self.apply()

    @property
    def zoom(self) -> int:
        """Size of everything, in percent."""
        return self._zoom

    @property
    def still(self) -> bool:
        """Whether the system asks for no motion."""
        return self._motion.reduced

    def px(self, size: float) -> int:
        """A size in pixels at the zoom chosen."""
        return round(size * self._zoom / 100)

    def margins(self, begin: float, top: float, end: float, bottom: float) -> QMargins:
        """Margins at the zoom chosen; `begin` is the side where the window's language begins."""
        left, right = (end, begin) if self._to_left else (begin, end)
        return QMargins(*(self.px(side) for side in (left, top, right, bottom)))

    def icon(self, name: str, role: str = "text", size: int = 18) -> Any:
        """An icon of the set, tinted with the colour of that role."""
        return icons.icon(name, getattr(self.colours, role), self.px(size))

    @Slot()
    def zoom_in(self) -> None:
        """Everything one step larger."""
        self._choose_zoom(next((z for z in ZOOM_STEPS if z > self._zoom), self._zoom))

    @Slot()
    def zoom_out(self) -> None:
        """Everything one step smaller."""
        self._choose_zoom(next((z for z in reversed(ZOOM_STEPS) if z < self._zoom), self._zoom))

    @Slot()
    def zoom_reset(self) -> None:
        """Back to the normal size."""
        self._choose_zoom(100)

    @Slot(int)
    def set_zoom(self, percent: int) -> None:
        """Make everything that large."""
        if percent != self._zoom:
            self._zoom = percent
            self.apply()

    @Slot(object)
    def set_scheme(self, scheme: ColourScheme) -> None:
        """Be light or dark, or follow the system."""
        if scheme is self._chosen:
            return
        self._chosen = scheme
        if scheme is ColourScheme.SYSTEM:  # which also dresses the frame of the window
            self._hints.unsetColorScheme()
        else:
            dark = scheme is ColourScheme.DARK
            self._hints.setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
        self.apply()

    @Slot()
    def apply(self) -> None:
        """Take the system's wishes and dress the application."""
        self.colours = DARK if self._is_dark() else LIGHT
        palette = palette_of(self.colours)
        if self._wants_contrast():
            if sys.platform == "win32":  # there it is a set of colours a person has chosen
                palette = system_palette(self._app)
                self.colours = system_colours(palette)
            else:
                self.colours = stronger(self.colours)
                palette = palette_of(self.colours)
        self._app.setPalette(palette)
        arrow = icons.address("choice-arrow")
        self._app.setStyleSheet(
            style.sheet(self.colours, self.px, fixed_font(), arrow, to_left=self._to_left)
        )
        self.changed.emit()

    @property
    def _to_left(self) -> bool:
        return self._app.layoutDirection() is Qt.LayoutDirection.RightToLeft

    def _is_dark(self) -> bool:
        scheme = self._scheme()
        if self._chosen is not ColourScheme.SYSTEM:
            return self._chosen is ColourScheme.DARK
        if scheme is Qt.ColorScheme.Unknown:  # a plain X11 desktop: go by the colours it gave us
            return self._system_palette.window().color().lightness() < 128
        return scheme is Qt.ColorScheme.Dark

    def _scheme(self) -> Qt.ColorScheme:
        return self._hints.colorScheme()

    def _wants_contrast(self) -> bool:
        return self._accessibility.contrastPreference() is Qt.ContrastPreference.HighContrast

    def _choose_zoom(self, percent: int) -> None:
        if percent != self._zoom:
            self.set_zoom(percent)
            self.zoom_chosen.emit(percent)


def system_palette(app: QApplication) -> QPalette:
    """The system's own colours, whatever the application wears."""
    app.setPalette(QPalette())
    return app.palette()


def set_style_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property the style sheet looks at, and let it look again."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
            return  # it will be looked at for the first time when it is shown
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def mirrored(widget: QWidget, place: QRect, width: int) -> QRect:
    """A place in something that wide, where the window's language has it."""
    return QStyle.visualRect(widget.layoutDirection(), QRect(0, 0, width, 0), place)


@lru_cache(maxsize=1)
def fixed_font() -> str:
    """The family of the system's font for code."""
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()

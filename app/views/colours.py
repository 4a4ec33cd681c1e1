"""The colours: for light, for dark, and for those who need more contrast."""

from dataclasses import dataclass, replace

from PySide6.QtGui import QColor, QPalette


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
    found: str
    selected: str
    on_selected: str
    code_keyword: str
    code_function: str
    code_string: str
    code_number: str
    code_comment: str
    code_deleted: str


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
    found="#FCE3A6",
    selected="#F6D2C7",
    on_selected="#1B2126",
    code_keyword="#8F2A9E",
    code_function="#1B5CA8",
    code_string="#17703F",
    code_number="#8A4F00",
    code_comment="#5B666F",
    code_deleted="#B3261E",
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
    found="#5A4716",
    selected="#6E3526",
    on_selected="#F4F6F7",
    code_keyword="#D9A3F0",
    code_function="#86BDF5",
    code_string="#7FD3A4",
    code_number="#E6B566",
    code_comment="#96A3AB",
    code_deleted="#FF8A80",
)


def stronger(colours: Colours) -> Colours:
    """The same with every word and line in the colour of text."""
    text = colours.text
    selected, on_selected = colours.accent, colours.on_accent
    return replace(
        colours, muted=text, faint=text, border=text, selected=selected, on_selected=on_selected
    )


def system_colours(palette: QPalette) -> Colours:
    """The colours of a system in a high-contrast theme, and no others.

    What is good or bad is then told by words and icons alone.
    """
    role = QPalette.ColorRole
    text, window, base = (
        palette.color(one).name() for one in (role.WindowText, role.Window, role.Base)
    )
    accent, on_accent = (
        palette.color(one).name() for one in (role.Highlight, role.HighlightedText)
    )
    return Colours(
        ground=window,
        surface=base,
        sidebar=window,
        bubble=base,
        hover=base,
        code=base,
        text=text,
        muted=text,
        faint=text,
        accent=accent,
        accent_hover=accent,
        on_accent=on_accent,
        good=text,
        warning=text,
        bad=text,
        border=text,
        found=base,
        selected=accent,
        on_selected=on_accent,
        code_keyword=text,
        code_function=text,
        code_string=text,
        code_number=text,
        code_comment=text,
        code_deleted=text,
    )


def palette_of(colours: Colours) -> QPalette:
    """The palette Qt paints with where no style sheet says else."""
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

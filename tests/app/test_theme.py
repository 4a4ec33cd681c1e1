"""Colours that can be read, in light and dark, and as the person wants them."""

import re
from dataclasses import fields
from importlib import resources
from itertools import product

import pytest
from PySide6.QtCore import QMargins, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QComboBox

from ternchat.app.core.markdown.highlight import KINDS
from ternchat.app.core.settings import ColourScheme
from ternchat.app.views import icons
from ternchat.app.views import theme as theme_module
from ternchat.app.views.colours import DARK, LIGHT, palette_of, stronger, system_colours

# Every ground something is written on, with every colour that is written on it.
GROUNDS = ("ground", "surface", "sidebar", "code", "hover", "bubble")
VIEWS = resources.files("ternchat.app.views")
WORDS = ("text", "muted", "accent", "good", "warning", "bad")


def luminance(colour):
    parts = []
    for value in (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF()):
        parts.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    "colours", [LIGHT, DARK, stronger(LIGHT), stronger(DARK)], ids=["light", "dark", "l+", "d+"]
)
def test_text_can_be_read_on_every_ground(colours):
    for word, ground in product(WORDS, GROUNDS):
        ratio = contrast(getattr(colours, word), getattr(colours, ground))
        assert ratio >= 4.5, (word, ground, ratio)
    for ground in (colours.accent, colours.accent_hover):
        assert contrast(colours.on_accent, ground) >= 4.5
    for ground in GROUNDS:
        assert contrast(colours.faint, getattr(colours, ground)) >= 2.7, ground
    assert contrast(colours.faint, colours.ground) >= 3
    assert contrast(colours.text, colours.found) >= 4.5
    assert contrast(colours.on_selected, colours.selected) >= 4.5
    for kind in KINDS:
        assert contrast(getattr(colours, f"code_{kind}"), colours.code) >= 4.5, kind


@pytest.fixture
def system(theme, monkeypatch):
    """Let the system wish for something and tell it."""

    def wish(scheme=Qt.ColorScheme.Light, contrast=False):
        monkeypatch.setattr(type(theme), "_scheme", lambda _self: scheme)
        monkeypatch.setattr(type(theme), "_wants_contrast", lambda _self: contrast)
        theme._hints.colorSchemeChanged.emit(scheme)

    return wish


def test_the_system_s_scheme_is_followed_live(theme, system, qapp, qtbot):
    for scheme, colours in ((Qt.ColorScheme.Dark, DARK), (Qt.ColorScheme.Light, LIGHT)):
        with qtbot.waitSignal(theme.changed):
            system(scheme)
        assert theme.colours is colours
        assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(colours.ground)


def test_a_scheme_chosen_by_the_person_wins_until_it_is_the_system_s_again(theme, system):
    theme.set_scheme(ColourScheme.LIGHT)
    system(Qt.ColorScheme.Dark)
    assert theme.colours is LIGHT
    theme.set_scheme(ColourScheme.DARK)
    system(Qt.ColorScheme.Light)
    assert theme.colours is DARK
    theme.set_scheme(ColourScheme.SYSTEM)
    system(Qt.ColorScheme.Light)
    assert theme.colours is LIGHT


def test_whoever_needs_contrast_gets_it_at_once(theme, system):
    system(Qt.ColorScheme.Dark, contrast=True)
    assert theme.colours == stronger(DARK)
    system(Qt.ColorScheme.Dark)
    assert theme.colours is DARK


def test_the_colours_of_a_windows_contrast_theme_are_used_and_no_others(
    theme, system, qapp, monkeypatch
):
    chosen = palette_of(DARK)
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, "#000000"), (roles.Base, "#000000"), (roles.WindowText, "#ffff00"),
        (roles.Highlight, "#1aebff"), (roles.HighlightedText, "#000000"),
    ):  # fmt: skip
        chosen.setColor(role, QColor(colour))
    monkeypatch.setattr(theme_module.sys, "platform", "win32")
    monkeypatch.setattr(theme_module, "system_palette", lambda _app: chosen)
    system(contrast=True)
    used = {getattr(theme.colours, field.name) for field in fields(theme.colours)}
    assert used == {"#000000", "#ffff00", "#1aebff"}
    assert theme.colours == system_colours(chosen)
    assert "#ffff00" in qapp.styleSheet()
    assert LIGHT.accent not in qapp.styleSheet()


def test_zoom_chosen_by_a_person_is_told_and_zoom_set_is_not(theme, qtbot):
    with qtbot.waitSignal(theme.zoom_chosen) as chosen:
        theme.zoom_in()
    assert chosen.args == [110]
    with qtbot.assertNotEmitted(theme.zoom_chosen):
        theme.set_zoom(175)
    assert theme.px(100) == 175


def test_only_the_colours_hold_colours():
    for file in (*VIEWS.iterdir(), *(VIEWS / "blocks").iterdir()):
        if file.name.endswith(".py") and file.name != "colours.py":
            assert not re.search(r"#[0-9A-Fa-f]{6}\b", file.read_text("utf-8")), file.name


def test_every_icon_can_be_drawn(qapp):
    folder = resources.files("ternchat.resources") / "icons"
    names = [file.name[:-4] for file in folder.iterdir() if file.name.endswith(".svg")]
    assert len(names) > 10
    for name in names:
        image = icons.pixmap(name, LIGHT.text, 18, 2.0).toImage()
        assert image.width() == 36
        assert any(image.pixelColor(x, y).alpha() for x in range(36) for y in range(36)), name


def test_every_icon_is_used(qapp):
    source = "".join(
        file.read_text("utf-8")
        for folder in (VIEWS, VIEWS / "blocks")
        for file in folder.iterdir()
        if file.name.endswith(".py")
    )
    folder = resources.files("ternchat.resources") / "icons"
    names = [file.name[:-4] for file in folder.iterdir() if file.name.endswith(".svg")]
    assert [name for name in names if f'"{name}"' not in source] == []


def test_a_box_of_choices_that_is_not_ours_has_an_arrow(theme, qapp):
    box = QComboBox()
    box.resize(200, 32)
    for scheme in (ColourScheme.LIGHT, ColourScheme.DARK):
        theme.set_scheme(scheme)
        image = box.grab().toImage()
        ground = image.pixelColor(100, 16)
        marks = [image.pixelColor(x, 16).name() for x in range(170, 190)]
        assert any(contrast(mark, ground.name()) > 3 for mark in marks), marks


def test_margins_begin_where_the_language_does(theme, qapp):
    assert theme.margins(12, 1, 8, 2) == QMargins(12, 1, 8, 2)
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        assert theme.margins(12, 1, 8, 2) == QMargins(8, 1, 12, 2)
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

"""Colours that can be read, in light and dark."""

import re
from importlib import resources
from itertools import product

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette

from ternchat.app.views import icons
from ternchat.app.views.theme import DARK, LIGHT


def luminance(colour):
    parts = []
    for value in (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF()):
        parts.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read_on_its_grounds(colours):
    grounds = [colours.ground, colours.surface, colours.sidebar, colours.code, colours.hover]
    for text, ground in product((colours.text, colours.muted, colours.accent), grounds):
        assert contrast(text, ground) >= 4.5, (text, ground)
    for text in (colours.good, colours.warning, colours.bad):
        assert contrast(text, colours.ground) >= 4.5
    for ground in (colours.accent, colours.accent_hover):
        assert contrast(colours.on_accent, ground) >= 4.5
    assert contrast(colours.text, colours.bubble) >= 4.5
    assert contrast(colours.faint, colours.ground) >= 3


def test_the_system_s_scheme_is_followed_live(theme, qapp, qtbot, monkeypatch):
    for scheme, colours in ((Qt.ColorScheme.Dark, DARK), (Qt.ColorScheme.Light, LIGHT)):
        monkeypatch.setattr(type(theme), "_scheme", lambda _self, scheme=scheme: scheme)
        with qtbot.waitSignal(theme.changed):
            qapp.styleHints().colorSchemeChanged.emit(scheme)
        assert theme.colours is colours
        assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(colours.ground)


def test_only_the_theme_holds_colours():
    views = resources.files("ternchat.app.views")
    for file in views.iterdir():
        if file.name.endswith(".py") and file.name != "theme.py":
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
        for file in resources.files("ternchat.app.views").iterdir()
        if file.name.endswith(".py")
    )
    folder = resources.files("ternchat.resources") / "icons"
    names = [file.name[:-4] for file in folder.iterdir() if file.name.endswith(".svg")]
    assert [name for name in names if f'"{name}"' not in source] == []

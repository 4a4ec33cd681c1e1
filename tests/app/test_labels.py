"""On which side words stand."""

import pytest
from PySide6.QtCore import Qt

from ternchat.app.views.labels import ElidedLabel, PlainLabel

LEFT, RIGHT = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft


def ink(label):
    """Where words are painted: the columns with anything in them, from left to right."""
    image = label.grab().toImage()
    ground = image.pixel(0, 0)
    return [
        x
        for x in range(image.width())
        if any(image.pixel(x, y) != ground for y in range(image.height()))
    ]


@pytest.mark.parametrize("kind", [PlainLabel, ElidedLabel])
@pytest.mark.parametrize("words", ["rain", "גשם"])
def test_words_of_any_language_stand_where_the_windows_language_begins(qapp, kind, words):
    label = kind(words)
    label.resize(300, 30)
    assert max(ink(label)) < 150
    label.setLayoutDirection(RIGHT)
    assert min(ink(label)) > 150
    label.setAlignment(Qt.AlignmentFlag.AlignRight)  # of a window that runs to the right
    assert max(ink(label)) < 150
    label.setLayoutDirection(LEFT)
    assert min(ink(label)) > 150


def test_the_ending_of_a_name_can_be_kept(qapp):
    label = ElidedLabel("a" * 90 + ".pdf", elide=Qt.TextElideMode.ElideMiddle)
    whole = ElidedLabel("a" * 90 + ".txt", elide=Qt.TextElideMode.ElideMiddle)
    for each in (label, whole):
        each.resize(200, 30)
    assert label.grab().toImage() != whole.grab().toImage()

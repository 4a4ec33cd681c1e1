"""The icon set: SVG outlines tinted with a colour of the theme."""

from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

RATIOS = (1, 2, 3)  # pixels per logical pixel an icon is drawn for


@lru_cache(maxsize=256)
def pixmap(name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """The icon of that name, `size` logical pixels wide and high."""
    svg = _source(name).replace("currentColor", colour)
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(image.rect()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def icon(name: str, colour: str, size: int) -> QIcon:
    """The same as a QIcon, sharp on every screen."""
    result = QIcon()
    for ratio in RATIOS:
        image = pixmap(name, colour, size, ratio)
        result.addPixmap(image)
        # Or Qt would tint it where a list's row is selected.
        result.addPixmap(image, QIcon.Mode.Selected)
    return result


def address(name: str) -> str:
    """Where the icon's file lies, for style sheets; its colour has to be right on all grounds."""
    with resources.as_file(_file(name)) as path:  # an installed package is a folder
        return path.as_posix()


@lru_cache
def _source(name: str) -> str:
    return _file(name).read_text("utf-8")


def _file(name: str) -> Traversable:
    return resources.files("ternchat.resources") / "icons" / f"{name}.svg"

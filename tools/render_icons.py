"""Draws the program's icon in the sizes that docks and menus of Linux look for.

    python tools/render_icons.py

The pictures are part of the project: whoever builds a package needs no Qt for it.
"""

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

RESOURCES = Path(__file__).parents[1] / "resources"
SIZES = (48, 128, 256)


def rendered(size: int) -> QImage:
    """The icon in so many pixels."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(RESOURCES / "icons" / "tern-app.svg")).render(painter)
    painter.end()
    return image


def picture(size: int) -> Path:
    """Where the picture of that size lies."""
    return RESOURCES / "linux" / f"ternchat-{size}.png"


def main() -> int:
    """Draw all; gives the exit code."""
    return 0 if all(rendered(size).save(str(picture(size))) for size in SIZES) else 1


if __name__ == "__main__":
    sys.exit(main())

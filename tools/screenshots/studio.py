"""The real program in this process, on a real X server, posed for pictures."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QLocale, QRect, Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QScrollArea, QWidget

from ternchat.app.context import AppContext
from ternchat.app.core.language import set_language
from ternchat.app.core.paths import DataPaths
from ternchat.app.core.settings import ColourScheme
from ternchat.app.core.settings_file import SettingsFile
from ternchat.app.logs import start_logging
from ternchat.app.views.language import QtLanguage

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QImage

    from ternchat.app.cli.arguments import Options
    from ternchat.app.views.main_window import MainWindow

Scene = Callable[["Studio"], None]

POLL_MS = 20
SETTLE_MS = 60  # between two looks that have to be the same
LOOKS = 30
PATIENCE_MS = 90_000


class NotReadyError(Exception):
    """What a scene waits for does not come."""


@dataclass(frozen=True)
class Pose:
    """How the program is dressed."""

    dark: bool = False
    zoom: int = 100
    right_to_left: bool = False
    size: tuple[int, int] = (1160, 780)


class Studio:
    """The program on a data folder; scenes let it do something and take a picture.

    Attributes:
        data: the data folder.
        context: the parts of the program.
    """

    def __init__(self, data: Path, pictures: Path, pose: Pose, options: Options) -> None:
        self.data, self._pictures = data, pictures
        paths = DataPaths.from_option(data)
        paths.create()
        start_logging(paths.logs)
        file = SettingsFile(paths.settings)
        scheme = ColourScheme.DARK if pose.dark else ColourScheme.LIGHT
        file.save(replace(file.load().settings, theme=scheme, zoom=pose.zoom))
        QLocale.setDefault(QLocale("en_GB"))  # dates and numbers as people read them
        self._app = QApplication([sys.argv[0]])
        self._app.setApplicationDisplayName("Ternchat")
        self._app.setCursorFlashTime(0)  # a caret that blinks never settles
        if pose.right_to_left:
            self._app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        set_language(QtLanguage())
        self.context = AppContext.build(self._app, paths, options)
        self.context.settings.restore()
        self.window.resize(*pose.size)
        self.window.show()
        self.window.activateWindow()

    @property
    def window(self) -> MainWindow:
        """The main window."""
        return self.context.window

    def wait(self, done: Callable[[], object], what: str = "") -> None:
        """Let the program run until `done`."""
        if done():
            return
        loop, poll = QEventLoop(), QTimer(interval=POLL_MS)
        poll.timeout.connect(lambda: loop.quit() if done() else None)
        QTimer.singleShot(PATIENCE_MS, loop, loop.quit)
        poll.start()
        loop.exec()
        poll.stop()
        if not done():
            raise NotReadyError(what or "what the scene waits for did not come")

    def shoot(self, name: str, *, moving: bool = False) -> None:
        """Take a picture of all windows, once nothing moves (or at once)."""
        before = self._look()
        for _ in range(1 if moving else LOOKS):
            self._let_pass(SETTLE_MS)
            image = self._look()
            if image == before:
                break
            before = image
        before.save(str(self._pictures / f"{name}.png"))

    def press(self, words: str, inside: QWidget | None = None) -> None:
        """Press the button with these words."""
        buttons = (inside or self.window).findChildren(QAbstractButton)
        next(b for b in buttons if words in (b.text(), b.accessibleName())).click()

    def wait_for_words(self, words: str, inside: QWidget) -> None:
        """Let the program run until some label says so."""
        labels = inside.findChildren(QLabel)
        self.wait(lambda: any(words in label.text() for label in labels), words)

    def reveal(self, widget: QWidget) -> None:
        """Scroll to a widget."""
        area = widget.parentWidget()
        while not isinstance(area, QScrollArea):
            area = area.parentWidget()
        area.ensureWidgetVisible(widget)

    def find(self, kind: type[QWidget]) -> QWidget:
        """The window or widget of that kind that is to be seen."""
        self.wait(lambda: self._visible(kind), f"a {kind.__name__}")
        return self._visible(kind)[-1]

    def close_dialogs(self) -> None:
        """Leave the main window alone on the screen."""
        for top in QApplication.topLevelWidgets():
            if top is not self.window and top.isVisible():
                top.close()
        self.wait(lambda: len(self._shown()) == 1, "the dialogs to close")

    def close(self) -> None:
        """End the program."""
        if not self.context.close():  # a thread that still runs would abort the process
            os._exit(1)

    def says(self, words: str) -> bool:
        """Whether the status line has these words now."""
        return words in self.window.status.toolTip()

    def _visible(self, kind: type[QWidget]) -> list[QWidget]:
        return [w for w in QApplication.allWidgets() if isinstance(w, kind) and w.isVisible()]

    def _shown(self) -> list[QWidget]:
        tops = QApplication.topLevelWidgets()
        return [top for top in tops if top.isVisible() and top.width() > 1]

    def _look(self) -> QImage:
        """The part of the screen that our windows cover."""
        area = QRect()
        for top in self._shown():
            area |= top.geometry()
        screen = self._app.primaryScreen()
        area &= screen.geometry()
        return screen.grabWindow(0, *area.getRect()).toImage()

    def _let_pass(self, milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop, loop.quit)
        loop.exec()

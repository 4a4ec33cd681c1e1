"""The menus: everything the keyboard can do, each with its shortcut."""

from collections.abc import Callable

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu

Shortcut = QKeySequence | QKeySequence.StandardKey | str


class Menus:
    """Fills a window's menu bar; the actions are attributes, for the window to connect."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        bar = window.menuBar()
        keys = QKeySequence.StandardKey

        menu = bar.addMenu("&Chat")
        self.new_chat = self._add(menu, "New chat", keys.New)
        self.open_folder = self._add(menu, "Open model folder…", keys.Open)
        menu.addSeparator()
        self.stop = self._add(menu, "Stop answering", "Esc")
        self.write = self._add(menu, "Write a message", "Ctrl+L")
        self.next_chat = self._add(menu, "Next chat", "Ctrl+Tab")
        self.previous_chat = self._add(menu, "Previous chat", "Ctrl+Shift+Tab")
        menu.addSeparator()
        self.quit = self._add(menu, "Quit", "Ctrl+Q")
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)

        menu = bar.addMenu("&Edit")
        for name, key, method in (
            ("Undo", keys.Undo, "undo"),
            ("Redo", keys.Redo, "redo"),
            ("Cut", keys.Cut, "cut"),
            ("Copy", keys.Copy, "copy"),
            ("Paste", keys.Paste, "paste"),
            ("Select all", keys.SelectAll, "selectAll"),
        ):
            self._add(menu, name, key).triggered.connect(_on_focused(method))
        menu.addSeparator()
        self.copy_answer = self._add(menu, "Copy last answer", "Ctrl+Shift+C")

        menu = bar.addMenu("&View")
        self.sidebar = self._add(menu, "Sidebar", "Ctrl+B")
        self.sidebar.setCheckable(True)
        self.zoom_in = self._add(menu, "Larger", keys.ZoomIn)
        self.zoom_in.setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])
        self.zoom_out = self._add(menu, "Smaller", keys.ZoomOut)
        self.zoom_reset = self._add(menu, "Normal size", "Ctrl+0")
        self.full_screen = self._add(menu, "Full screen", "F11")
        self.full_screen.setCheckable(True)

    def _add(self, menu: QMenu, name: str, shortcut: Shortcut) -> QAction:
        action = QAction(name, self._window)
        action.setShortcut(QKeySequence(shortcut))
        menu.addAction(action)
        return action


def _on_focused(method: str) -> Callable[[], None]:
    """A call of that method of whatever text has the focus."""

    def act() -> None:
        run = getattr(QApplication.focusWidget(), method, None)
        if run is not None:
            run()

    return act

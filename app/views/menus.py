"""The menus: everything the keyboard can do, each with its shortcut."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu

from . import chat_menu

Shortcut = QKeySequence | QKeySequence.StandardKey | str


class Menus(QObject):
    """Fills a window's menu bar; the actions are attributes, for the window to connect."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._menus: list[QMenu] = []
        self._build_chat()
        self._build_edit()
        self._build_view()
        self._build_help()

    def groups(self) -> list[tuple[str, list[QAction]]]:
        """Each menu's title with its actions."""
        return [
            (menu.title().replace("&", ""), [a for a in menu.actions() if not a.isSeparator()])
            for menu in self._menus
        ]

    def _build_chat(self) -> None:
        keys = QKeySequence.StandardKey
        menu = self._menu(self.tr("&Chat"))
        self.new_chat = self._add(menu, self.tr("New chat"), keys.New)
        self.temporary_chat = self._add(menu, self.tr("New temporary chat"), "Ctrl+Shift+N")
        self.search = self._add(menu, self.tr("Search…"), "Ctrl+K")
        self.open_folder = self._add(menu, self.tr("Open model folder…"), keys.Open)
        menu.addSeparator()
        self.stop = self._add(menu, self.tr("Stop answering"), "Esc")
        self.write = self._add(menu, self.tr("Write a message"), "Ctrl+L")
        self.attach = self._add(menu, self.tr("Attach files…"), "Ctrl+Shift+A")
        self.edit_last = self._add(menu, self.tr("Edit the last message"), "Ctrl+E")
        self.regenerate = self._add(menu, self.tr("Answer anew"), "Ctrl+R")
        self.chat_settings = self._add(menu, self.tr("Settings of this chat"), "Ctrl+Shift+,")
        self.chat_settings.setCheckable(True)
        menu.addSeparator()
        self.next_chat = self._add(menu, self.tr("Next chat"), "Ctrl+Tab")
        self.previous_chat = self._add(menu, self.tr("Previous chat"), "Ctrl+Shift+Tab")
        menu.addSeparator()
        self.rename_chat = self._add(menu, self.tr("Rename chat"), chat_menu.RENAME_KEYS)
        self.pin_chat = self._add(menu, self.tr("Pin or unpin chat"), chat_menu.PIN_KEYS)
        self.move_chat = self._add(menu, self.tr("Move chat to folder…"), chat_menu.MOVE_KEYS)
        self.new_folder = self._add(menu, self.tr("New folder"), chat_menu.NEW_FOLDER_KEYS)
        self.archive_chat = self._add(
            menu, self.tr("Archive or unarchive chat"), chat_menu.ARCHIVE_KEYS
        )
        self.archive = self._add(menu, self.tr("Archive…"), chat_menu.ARCHIVED_KEYS)
        self.delete_chat = self._add(menu, self.tr("Delete chat"), chat_menu.DELETE_KEYS)
        self.delete_all = self._add(menu, self.tr("Delete all chats…"), "Ctrl+Alt+Backspace")
        self.trash = self._add(menu, self.tr("Trash…"), chat_menu.TRASH_KEYS)
        self.export_chat = self._add(menu, self.tr("Export chat…"), chat_menu.EXPORT_KEYS)
        self.export_all = self._add(menu, self.tr("Export all chats…"), "Ctrl+Alt+E")
        self.import_chats = self._add(menu, self.tr("Import chats…"), "Ctrl+Alt+I")
        menu.addSeparator()
        self.settings = self._add(menu, self.tr("Settings…"), "Ctrl+,")
        self.settings.setMenuRole(QAction.MenuRole.PreferencesRole)
        self.quit = self._add(menu, self.tr("Quit"), "Ctrl+Q")
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)

    def _build_edit(self) -> None:
        keys = QKeySequence.StandardKey
        menu = self._menu(self.tr("&Edit"))
        for name, key, method in (
            (self.tr("Undo"), keys.Undo, "undo"),
            (self.tr("Redo"), keys.Redo, "redo"),
            (self.tr("Cut"), keys.Cut, "cut"),
            (self.tr("Copy"), keys.Copy, "copy"),
            (self.tr("Paste"), keys.Paste, "paste"),
            (self.tr("Select all"), keys.SelectAll, "selectAll"),
        ):
            action = self._add(menu, name, key)
            action.setData(method)
            action.triggered.connect(self._act_on_focused)
            if method == "redo":
                action.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        menu.addSeparator()
        self.copy_answer = self._add(menu, self.tr("Copy last answer"), "Ctrl+Shift+C")
        self.copy_code = self._add(menu, self.tr("Copy last code block"), "Ctrl+Shift+;")
        self.find = self._add(menu, self.tr("Find in this chat"), keys.Find)

    def _build_view(self) -> None:
        keys = QKeySequence.StandardKey
        menu = self._menu(self.tr("&View"))
        self.models = self._add(menu, self.tr("Models"), "Ctrl+M")
        self.sidebar = self._add(menu, self.tr("Sidebar"), "Ctrl+B")
        self.sidebar.setCheckable(True)
        self.monitor = self._add(menu, self.tr("Monitor"), "Ctrl+Shift+M")
        self.monitor.setCheckable(True)
        self.older_version = self._add(menu, self.tr("Previous version"), "Alt+Left")
        self.newer_version = self._add(menu, self.tr("Next version"), "Alt+Right")
        menu.addSeparator()
        self.zoom_in = self._add(menu, self.tr("Larger"), keys.ZoomIn)
        self.zoom_in.setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])
        self.zoom_out = self._add(menu, self.tr("Smaller"), keys.ZoomOut)
        self.zoom_reset = self._add(menu, self.tr("Normal size"), "Ctrl+0")
        self.full_screen = self._add(menu, self.tr("Full screen"), "F11")
        self.full_screen.setCheckable(True)

    def _build_help(self) -> None:
        menu = self._menu(self.tr("&Help"))
        self.shortcuts = self._add(menu, self.tr("Keyboard shortcuts"), "F1")
        self.shortcuts.setShortcuts([QKeySequence("F1"), QKeySequence("Ctrl+/")])

    def _menu(self, title: str) -> QMenu:
        menu = self._window.menuBar().addMenu(title)
        self._menus.append(menu)
        return menu

    def _add(self, menu: QMenu, name: str, shortcut: Shortcut) -> QAction:
        action = QAction(name, self._window)
        action.setShortcut(QKeySequence(shortcut))
        menu.addAction(action)
        return action

    @Slot()
    def _act_on_focused(self) -> None:
        """Do what the action says to whatever text has the focus."""
        action = self.sender()
        method = action.data() if isinstance(action, QAction) else ""
        act = getattr(QApplication.focusWidget(), method, None)
        if act is not None:
            act()

"""What tests of the list of chats look at and press."""

from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication


def titles(model):
    return [model.index(row).data() for row in range(model.rowCount())]


def headings(model):
    return [model.index(row).data(model.HeadingRole) for row in range(model.rowCount())]


def open_menu(window, row):
    """The menu that a press of the right button opens for a row."""
    view = window.sidebar.chats
    place = view.visualRect(window.sidebar.model.index(row)).center()
    ask_for_menu(view, place, QContextMenuEvent.Reason.Mouse)
    return menu_of(window)


def ask_for_menu(view, place, reason):
    event = QContextMenuEvent(reason, place, view.viewport().mapToGlobal(place))
    QApplication.sendEvent(view.viewport(), event)


def menu_of(window):
    """The menu that is open in the sidebar."""
    menus = (
        window.sidebar.requests.menu,
        window.sidebar.requests.folder_menu,
        window.sidebar.requests.places,
    )
    return next(menu for menu in menus if menu.isVisible())


def dialog(window, kind):
    [found] = window.findChildren(kind)
    return found

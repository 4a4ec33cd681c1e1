"""By what name desktops know the program: its window, its entry in menus, its icon in docks."""

DESKTOP_ID = "ternchat"
DESKTOP_FILE = f"{DESKTOP_ID}.desktop"
WINDOW_CLASS = "Ternchat"
"""What Qt makes of the application's name for window managers of X11."""

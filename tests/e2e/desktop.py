"""A screen of its own for the program under test, used as a person or a screen reader would.

Runs with Debian's /usr/bin/python3, which pyatspi belongs to, inside `dbus-run-session`:
pytest starts `robot.py` as a child (see conftest.py), which plays scenarios here.
"""

import os
import subprocess
import time

from window_manager import WindowManager

POLL_SECONDS = 0.02
PATIENCE_SECONDS = 60  # until something is taken to be wrong; other programs may run meanwhile
TITLE_END = " — Ternchat"  # which Qt puts behind the titles of dialogs


class Desktop:
    """One Xvfb screen with an accessibility bus; what is started here ends with it.

    Attributes:
        windows: the window manager, or None where each window takes care of itself.
    """

    size = (1280, 800)

    def __init__(self, managed=False):
        read, write = os.pipe()
        screen = "{}x{}x24".format(*self.size)
        server = ["Xvfb", "-displayfd", str(write), "-screen", "0", screen, "-nolisten", "tcp"]
        # Or it would begin anew, and refuse the next program, whenever its only one has left.
        server.append("-noreset")
        self._children = [subprocess.Popen(server, pass_fds=[write], stderr=subprocess.DEVNULL)]
        os.close(write)
        with os.fdopen(read) as answer:
            os.environ["DISPLAY"] = ":" + answer.readline().strip()
        try:
            self.windows = WindowManager(self) if managed else None
        except BaseException:
            self.close()
            raise
        os.environ.update(QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1", QT_QPA_PLATFORM="xcb")
        import pyatspi  # connects to the accessibility bus, which the session bus starts
        from gi.repository import GLib

        self._atspi = pyatspi
        pyatspi.Registry.getDesktop(0)  # now: a program that starts before the registry is not seen
        self._events = GLib.MainContext.default()
        self._error = GLib.GError

    def start(self, command, log):
        """Start a program; its process, whose words go to the file `log`."""
        home = os.environ["HOME"]  # where file dialogs begin
        child = subprocess.Popen(
            command, cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        self._children.append(child)
        return child

    def nodes(self, below=None):
        """Every visible accessible node, depth first."""
        for top in [below] if below is not None else self._atspi.Registry.getDesktop(0):
            if top is not None:
                yield from self._walk(top)

    def _walk(self, node, depth=0):
        yield node
        for index in range(node.childCount if depth < 40 else 0):
            child = node.getChildAtIndex(index)
            if child is not None and self._is_showing(child):
                yield from self._walk(child, depth + 1)

    def _is_showing(self, node):
        states = node.getState()
        return states.contains(self._atspi.STATE_VISIBLE) or node.getRoleName() == "application"

    def find(self, name, role=None, below=None):
        """The first visible node of that name (and role); LookupError when there is none."""
        for node in self.all_named(name, role, below):
            return node
        raise LookupError(f"nothing named {name!r}")

    def all_named(self, name, role=None, below=None):
        """All visible nodes of that name (and role), below a node or anywhere."""
        for node in self.nodes(below):
            if node.name.removesuffix(TITLE_END) == name and role in (None, node.getRoleName()):
                yield node

    def has_focus(self, name, role=None):
        """Whether what one types goes to something of that name."""
        focused = self._atspi.STATE_FOCUSED
        return any(node.getState().contains(focused) for node in self.all_named(name, role))

    def has(self, name, role=None):
        """Whether a node of that name is to be seen."""
        try:
            self.find(name, role)
        except LookupError:
            return False
        return True

    def text_below(self, name, role=None):
        """All words below the node of that name, in order."""
        words = []
        for node in self.nodes(self.find(name, role)):
            words.append(node.name)
            try:
                words.append(node.queryText().getText(0, -1))
            except NotImplementedError:
                continue
        return "\n".join(word for word in words if word)

    def wait(self, condition, timeout=PATIENCE_SECONDS):
        """Wait until `condition` is true (or gives a node); what it gave."""
        end = time.monotonic() + timeout
        while True:
            while self._events.iteration(False):
                pass  # the tree's changes arrive as events
            try:
                result = condition()
            except (LookupError, NotImplementedError, self._error):
                result = None  # the tree changed while it was read
            if result:
                return result
            if time.monotonic() > end:
                raise TimeoutError(f"not within {timeout} s; on the screen:\n{self.tree()}")
            time.sleep(POLL_SECONDS)

    def wait_for(self, name, role=None, timeout=PATIENCE_SECONDS):
        """The node of that name, as soon as it is there."""
        return self.wait(lambda: self.find(name, role), timeout)

    def tree(self):
        """What a screen reader has to work with."""
        return "\n".join(f"{node.getRoleName()}: {node.name!r}" for node in self.nodes())

    def press(self, name, role=None, below=None):
        """Press the button of that name, below the first node of another name or anywhere."""
        inside = self.wait_for(below) if below else None
        self.wait(lambda: self.find(name, role, inside)).queryAction().doAction(0)

    def size_of(self, name, role=None):
        """Width and height of a node, in pixels."""
        box = self.find(name, role).queryComponent().getExtents(self._atspi.DESKTOP_COORDS)
        return box.width, box.height

    def middle_of(self, node):
        """The middle of a node, as a place on the screen."""
        box = node.queryComponent().getExtents(self._atspi.DESKTOP_COORDS)
        return box.x + box.width // 2, box.y + box.height // 2

    def is_window_of(self, name):
        """Whether a window says that it belongs to the program of that name, as docks ask."""
        search = ["xdotool", "search", "--onlyvisible", "--class", f"^{name}$"]
        return subprocess.run(search, check=False, stdout=subprocess.DEVNULL).returncode == 0

    def focus_window(self, title):
        """Give a window the keyboard, as a window manager does when another one closes."""
        search = ["xdotool", "search", "--onlyvisible", "--name", title]
        subprocess.run([*search, "windowfocus", "--sync"], check=True, stdout=subprocess.DEVNULL)

    def move(self, x, y):
        """Put the pointer to a place on the screen, with a last small movement there."""
        there = ["mousemove", x - 1, y, "mousemove", x, y]
        subprocess.run(["xdotool", *map(str, there)], check=True)

    def click(self, *place, times=1):
        """Click at a place on the screen, or where the pointer is."""
        if place:
            self.move(*place)
        repeat = ["--repeat", str(times), "--delay", "30"]
        subprocess.run(["xdotool", "click", *repeat, "1"], check=True)

    def drag(self, start, end):
        """Press the mouse at one place, let it go at another."""
        (x1, y1), (x2, y2) = start, end
        moves = ["mousemove", x1, y1, "mousedown", 1, "mousemove", x2, y2, "mouseup", 1]
        subprocess.run(["xdotool", *map(str, moves)], check=True)

    def hold(self, place):
        """Press the mouse at a place and begin to drag what is there."""
        x, y = place
        moves = ["mousemove", x, y, "mousedown", 1, "mousemove", x + 20, y + 20]
        subprocess.run(["xdotool", *map(str, moves)], check=True)

    def let_go(self):
        """Release the mouse where it is."""
        subprocess.run(["xdotool", "mouseup", "1"], check=True)

    def place_of(self, node, character):
        """Where a character of a text stands on the screen: the middle of its left edge."""
        box = node.queryText().getCharacterExtents(character, self._atspi.DESKTOP_COORDS)
        return box[0], box[1] + box[3] // 2

    def clipboard(self):
        """The text on the clipboard."""
        read = ["xclip", "-out", "-selection", "clipboard"]
        return subprocess.run(read, capture_output=True, text=True, check=False).stdout

    def key(self, *chords):
        """Type key chords at the focused window."""
        subprocess.run(["xdotool", "key", "--clearmodifiers", *chords], check=True)

    def type(self, text):
        """Type text at the focused window."""
        subprocess.run(["xdotool", "type", "--delay", "5", text], check=True)

    def screenshot(self, path):
        """The whole screen as a picture."""
        subprocess.run(["import", "-window", "root", str(path)], check=True)

    def close(self):
        """End everything started here, newest first."""
        for child in reversed(self._children):
            if child.poll() is None:
                child.terminate()
                try:
                    child.wait(10)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()

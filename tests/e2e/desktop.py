"""A screen of its own for the program under test, used as a person or a screen reader would.

Runs with Debian's /usr/bin/python3, which pyatspi belongs to, inside `dbus-run-session`:
pytest starts it as a child (see conftest.py). `robot.py NAME ...` plays one scenario.
"""

import os
import subprocess
import time

POLL_SECONDS = 0.02


class Desktop:
    """One Xvfb screen with an accessibility bus; what is started here ends with it."""

    def __init__(self, size="1280x800x24"):
        read, write = os.pipe()
        server = ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"]
        self._children = [subprocess.Popen(server, pass_fds=[write], stderr=subprocess.DEVNULL)]
        os.close(write)
        with os.fdopen(read) as answer:
            os.environ["DISPLAY"] = ":" + answer.readline().strip()
        os.environ.update(QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1", QT_QPA_PLATFORM="xcb")
        import pyatspi  # connects to the accessibility bus, which the session bus starts
        from gi.repository import GLib

        self._atspi = pyatspi
        pyatspi.Registry.getDesktop(0)  # now: a program that starts before the registry is not seen
        self._events = GLib.MainContext.default()
        self._error = GLib.GError

    def start(self, command):
        """Start the program under test; its process."""
        child = subprocess.Popen(command)
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

    def find(self, name, role=None):
        """The first visible node of that name (and role); LookupError when there is none."""
        for node in self.nodes():
            if node.name == name and role in (None, node.getRoleName()):
                return node
        raise LookupError(f"nothing named {name!r}")

    def has(self, name, role=None):
        """Whether a node of that name is to be seen."""
        try:
            self.find(name, role)
        except LookupError:
            return False
        return True

    def text_below(self, name):
        """All words below the node of that name, in order."""
        words = []
        for node in self.nodes(self.find(name)):
            words.append(node.name)
            try:
                words.append(node.queryText().getText(0, -1))
            except NotImplementedError:
                continue
        return "\n".join(word for word in words if word)

    def wait(self, condition, timeout=20.0):
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

    def wait_for(self, name, role=None, timeout=20.0):
        """The node of that name, as soon as it is there."""
        return self.wait(lambda: self.find(name, role), timeout)

    def tree(self):
        """What a screen reader has to work with."""
        return "\n".join(f"{node.getRoleName()}: {node.name!r}" for node in self.nodes())

    def press(self, name, role=None):
        """Press the button of that name."""
        self.wait_for(name, role).queryAction().doAction(0)

    def focus_window(self, title):
        """Give a window the keyboard, as a window manager does when another one closes."""
        search = ["xdotool", "search", "--onlyvisible", "--name", title]
        subprocess.run([*search, "windowfocus", "--sync"], check=True, stdout=subprocess.DEVNULL)

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

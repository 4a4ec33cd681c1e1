"""The program under test on its desktop, and what all scenarios do with it."""

import re
import signal
from pathlib import Path

SLOWLY = ("--isa", "scalar", "--threads", "1")
LEAVES_SECONDS = 30  # a window that is told to close, on a busy machine


class Program:
    """One program at a time; each start takes the same command and the same data folder.

    Attributes:
        desktop: the screen it is on.
        data: its data folder.
    """

    def __init__(self, desktop, command, log):
        self.desktop, self.command = desktop, command
        self.data = Path(command[command.index("--data-dir") + 1])
        self._log = Path(log)
        self._process = None

    @property
    def running(self):
        """Whether it was started and lives."""
        return self._process is not None and self._process.poll() is None

    def start(self, *options):
        """Start it and wait until one can type."""
        with self._log.open("ab") as log:
            self._process = self.desktop.start([*self.command, *options], log)
        self.wait_for_focus("Message")

    def send_signal(self, number):
        """As `kill` does."""
        self._process.send_signal(number)

    def wait_for_end(self, timeout):
        """The exit code."""
        return self._process.wait(timeout)

    def end(self):
        """Close the window as the system does; it has to leave quietly and soon."""
        self.send_signal(signal.SIGTERM)
        code = self.wait_for_end(LEAVES_SECONDS)
        assert code == 0, f"it ended with {code}"
        words = self._log.read_text(errors="replace")
        assert "Traceback" not in words, words

    def kill(self):
        """Be rid of it, after a scenario that went wrong."""
        if self.running:
            self._process.kill()
            self._process.wait()

    # ---- Writing and reading --------------------------------------------------------------------

    def begin(self):
        """An empty chat with the caret in the composer, whatever was done before."""
        self.desktop.focus_window("Ternchat$")
        self.desktop.key("ctrl+n")
        self.desktop.wait(lambda: not self.desktop.has("Conversation"))
        self.desktop.wait_for("Message").queryEditableText().setTextContents("")

    def type(self, text):
        """Type at the composer, which has the focus, and see it there."""
        self.desktop.type(text)
        self.desktop.wait(lambda: self.typed() == text)

    def send(self, text):
        """Put text into the composer and send it with Enter."""
        self.desktop.wait_for("Message").queryComponent().grabFocus()
        self.type(text)
        self.desktop.key("Return")
        self.desktop.wait(lambda: text in self.conversation())

    def ask(self, text):
        """Send a message and wait for its whole answer."""
        before = self.answers() if self.desktop.has("Conversation") else 0
        self.send(text)
        self.desktop.wait(lambda: self.answers() > before)

    def typed(self):
        """What stands in the composer."""
        return self.desktop.find("Message").queryText().getText(0, -1)

    def conversation(self):
        """All text of the messages on the screen."""
        return self.desktop.text_below("Conversation")

    def answers(self):
        """How many complete answers are on the screen: their speed stands below them."""
        return len(re.findall(r"[\d.]+ tok/s", self.conversation()))

    def is_answered(self):
        """Whether there is a complete answer."""
        return self.answers() > 0

    def answer_words(self):
        """The words of the first answer, without what the window says about it."""
        words = self.conversation().split()
        words = words[words.index("Answer") + 1 :] if "Answer" in words else []
        ends = [words.index(end) for end in ("Copy", "Interrupted:") if end in words]
        return words[: min(ends, default=len(words))]

    # ---- Lists ----------------------------------------------------------------------------------

    def entries(self, name):
        """What the list of that name holds."""
        nodes = self.desktop.nodes(self.desktop.find(name, "list"))
        return [node.name for node in nodes if node.getRoleName() == "list item"]

    def chats(self):
        """Titles in the list of chats, as it stands there."""
        return self.entries("Chats")

    def pick(self, title, name):
        """Click on the entry of that title in the list of that name; behind it may stand more."""

        def entry():
            below = self.desktop.find(name, "list")
            for node in self.desktop.nodes(below):
                if node.getRoleName() == "list item" and node.name.split(",")[0] == title:
                    return node
            return None

        self.desktop.click(*self.desktop.middle_of(self.desktop.wait(entry)))

    def open(self, title):
        """Show a chat of the list."""
        self.pick(title, "Chats")
        self.desktop.wait_for(f"{title} – Ternchat", "frame")
        self.desktop.wait_for("Conversation")

    # ---- Menus and dialogs ----------------------------------------------------------------------

    def choose(self, menu, entry):
        """Open a menu of the menu bar by its letter and click on an entry: the action of a screen
        reader would leave the menu open."""
        self.desktop.key(f"alt+{menu[0].lower()}")
        item = self.desktop.wait_for(entry, "menu item")
        self.desktop.click(*self.desktop.middle_of(item))

    def name_file(self, path, button):
        """Type a path into the file dialog and confirm it."""
        self.desktop.wait_for("File name:", "text").queryEditableText().setTextContents(path)
        self.desktop.press(button, "push button")

    def choose_last_type(self, name):
        """Write the file as the last of the types that the file dialog offers."""
        self.wait_for_focus("File name:")
        self.desktop.key("alt+t", "End")
        self.desktop.wait_for(name, "combo box")

    def close_dialog(self, name, button="Close"):
        """Press a dialog's button, see it go, and be back in the window."""
        self.desktop.press(button, "push button")
        self.wait_until_gone(name)

    def wait_until_gone(self, name, role="dialog"):
        """Wait until a dialog has closed; then the window has the keyboard again."""
        self.desktop.wait(lambda: not self.desktop.has(name, role))
        self.desktop.focus_window("Ternchat$")

    def wait_for_focus(self, name):
        """Wait until what one types goes to the control of that name."""
        self.desktop.wait(lambda: self.desktop.has_focus(name))

    def tab_to(self, name):
        """Press Tab until the control of that name has the focus."""
        for _ in range(60):
            if self.desktop.has_focus(name):
                return
            self.desktop.key("Tab")
        raise LookupError(f"Tab does not lead to {name!r}")

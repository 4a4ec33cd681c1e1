"""Plays one scenario: robot.py NAME PROGRAM... (see desktop.py for who runs this, and how)."""

import json
import signal
import sys
import time
from pathlib import Path

from desktop import Desktop

SLOWLY = ("--isa", "scalar", "--threads", "1")


class Scenario:
    """The program under test on its desktop, and what the scenarios have in common."""

    def __init__(self, desktop, command):
        self.desktop, self.command, self.program = desktop, command, None

    def start(self, *args):
        """Start the program and wait for its window."""
        self.program = self.desktop.start([*self.command, *args])
        self.desktop.wait_for("Message")

    def conversation(self):
        """All text of the messages."""
        return self.desktop.text_below("Conversation")

    def send(self, text):
        """Put text into the composer and send it with Enter."""
        self.desktop.wait_for("Message").queryComponent().grabFocus()
        self.desktop.type(text)
        self.desktop.wait(lambda: self.typed() == text)
        self.desktop.key("Return")

    def typed(self):
        """What stands in the composer."""
        return self.desktop.find("Message").queryText().getText(0, -1)

    def is_answered(self):
        """Whether the newest answer is complete: its speed stands below it."""
        return "tok/s" in self.conversation()

    def end(self):
        """Close the window as the system does; it has to leave quietly and soon."""
        self.program.send_signal(signal.SIGTERM)
        assert self.program.wait(5) == 0


def first_answer(scenario):
    """First start, type, Enter: an answer, without any setting."""
    scenario.start()
    assert scenario.desktop.has("Use it now")
    scenario.send("Hello there")
    scenario.desktop.wait(lambda: "Hello there" in scenario.conversation())
    scenario.desktop.wait(scenario.is_answered, 60)
    assert scenario.typed() == ""
    assert "Ready" in scenario.desktop.text_below("Status")
    assert "threads" in scenario.desktop.text_below("Status")
    scenario.end()


def send_button(scenario):
    """What a screen reader does: set the text, press Send."""
    scenario.start()
    scenario.desktop.find("Message").queryEditableText().setTextContents("What is rain?")
    scenario.desktop.press("Send")
    scenario.desktop.wait(scenario.is_answered, 60)
    assert "What is rain?" in scenario.conversation()
    assert "What is rain?" in scenario.desktop.text_below("Chats")
    scenario.end()


def stop(scenario, folder):
    """Stop while answering, by button and by key; each answer keeps its text."""
    scenario.start("--model", folder, *SLOWLY)
    for end in (lambda: scenario.desktop.press("Stop"), lambda: scenario.desktop.key("Escape")):
        scenario.send("Tell me a story")
        scenario.desktop.wait_for("Answer", timeout=60)
        assert not scenario.desktop.has("Send")
        end()
        scenario.desktop.wait_for("Send", timeout=2)
        scenario.desktop.wait(lambda: "Stopped" in scenario.conversation(), 2)
        assert scenario.desktop.has("Answer")
        scenario.desktop.press("New chat", "push button")
    scenario.end()


def queue(scenario, folder):
    """A message sent meanwhile waits, and goes its way when the answer ends."""
    scenario.start("--model", folder, *SLOWLY)
    scenario.send("first")
    scenario.desktop.wait_for("Answer", timeout=60)
    scenario.send("second")
    scenario.desktop.wait(lambda: "Queued" in scenario.conversation())
    scenario.desktop.key("Escape")
    scenario.desktop.wait(lambda: "Queued" not in scenario.conversation())
    scenario.desktop.wait_for("Stop")
    scenario.end()


def typing_while_loading(scenario):
    """The composer takes text from the first moment on; Enter then queues it."""
    scenario.start("--model", "fledgling")
    scenario.send("typed at once")
    scenario.desktop.wait(lambda: "typed at once" in scenario.conversation())
    scenario.desktop.wait(scenario.is_answered, 60)
    scenario.end()


def new_chat(scenario):
    """A new chat is empty, and stands in the list with its first message."""
    scenario.start()
    scenario.send("One")
    scenario.desktop.wait(scenario.is_answered, 60)
    scenario.desktop.press("New chat", "push button")
    scenario.desktop.wait(lambda: not scenario.desktop.has("Conversation"))
    scenario.send("Two")
    scenario.desktop.wait(lambda: "Two" in scenario.conversation())
    scenario.desktop.wait(scenario.is_answered, 60)
    assert "One" not in scenario.conversation()
    assert "Two\nOne" in scenario.desktop.text_below("Chats")
    scenario.end()


def settings(scenario, folder):
    """What is chosen holds at once, and after the next start."""
    file, desktop = Path(folder) / "settings.toml", scenario.desktop

    def saved(words):
        return words in (file.read_text() if file.exists() else "")

    scenario.start()
    desktop.key("ctrl+plus")
    desktop.wait(lambda: saved("zoom = 110"))
    desktop.key("ctrl+shift+comma")
    desktop.wait_for("System prompt", "text")
    desktop.key("ctrl+comma")  # last: without a window manager the focus does not come back
    desktop.wait_for("Settings", "dialog")
    desktop.press("Start where I left off", "check box")
    desktop.wait(lambda: saved("remember = false"))
    desktop.press("Reset Start where I left off")
    desktop.wait(lambda: not saved("remember"))
    desktop.press("Close", "push button")
    desktop.wait(lambda: not desktop.has("Settings", "dialog"))
    scenario.end()
    scenario.start()
    desktop.wait_for("System prompt", "text")
    assert desktop.find("System prompt", "text").queryText().getText(0, -1) == ""
    desktop.type("You are a tern.")
    desktop.wait(lambda: scenario.typed() == "You are a tern.")  # where one types at first
    scenario.end()


def keys_are_told(scenario):
    """F1 shows what every key does; Escape closes it."""
    scenario.start()
    scenario.desktop.key("F1")
    sheet = scenario.desktop.wait_for("Keyboard shortcuts", "dialog")
    words = scenario.desktop.text_below("Keyboard shortcuts")
    assert "New chat: Ctrl+N" in words, words
    assert sheet is not None
    scenario.desktop.key("Escape")
    scenario.desktop.wait(lambda: not scenario.desktop.has("Keyboard shortcuts", "dialog"))
    scenario.end()


def broken_folder(scenario, folder):
    """A broken model is told in the window, and the built-in one is still there."""
    scenario.start("--model", folder)
    problem = scenario.desktop.wait(lambda: scenario.desktop.text_below("Error"))
    assert "config.json" in problem, problem
    assert "Traceback" not in problem
    scenario.desktop.press("Details")
    scenario.desktop.wait(lambda: "Traceback" in scenario.desktop.text_below("Error"))
    scenario.send("Hello")
    scenario.desktop.wait(scenario.is_answered, 60)
    scenario.end()


def close_while_answering(scenario, folder):
    """The window closes at any moment."""
    scenario.start("--model", folder, *SLOWLY)
    scenario.send("Tell me a story")
    scenario.desktop.wait_for("Answer", timeout=60)
    scenario.end()


def killed_while_answering(scenario, folder, notes):
    """Kill -9 in the middle of an answer; what had stood there two seconds before is noted."""
    scenario.start("--model", folder, *SLOWLY)
    scenario.send("Tell me a story")
    scenario.desktop.wait_for("Answer", timeout=60)
    seen = []  # when, and what stood there

    def two_seconds_ago():
        return [words for moment, words in seen if moment < time.monotonic() - 2][-1:]

    def long_enough():
        seen.append((time.monotonic(), answer_words(scenario)))
        return any(len(words) > 20 for words in two_seconds_ago())

    scenario.desktop.wait(long_enough, 60)
    scenario.program.send_signal(signal.SIGKILL)
    Path(notes).write_text(json.dumps(two_seconds_ago()[0]))


def after_the_kill(scenario, notes):
    """The chat is there again, and of the answer at most two seconds are missing."""
    then = json.loads(Path(notes).read_text())
    scenario.start()
    scenario.desktop.key("ctrl+Tab")
    scenario.desktop.wait(lambda: "Tell me a story" in scenario.conversation())
    kept = answer_words(scenario)
    assert kept[: len(then) - 1] == then[:-1], (kept, then)
    scenario.end()


def answer_words(scenario):
    """The words of the answer, without what the window says about it."""
    words = scenario.conversation().split()
    words = words[words.index("Answer") + 1 :] if "Answer" in words else []
    ends = [words.index(end) for end in ("Copy", "Interrupted:") if end in words]
    return words[: min(ends, default=len(words))]


def close_while_loading(scenario, folder):
    """Also while the model is still on its way."""
    scenario.start("--model", folder)
    scenario.end()


def edit_and_versions(scenario):
    """Another answer and another question stand beside the first ones."""
    desktop = scenario.desktop
    scenario.start()
    scenario.send("What is rain?")
    desktop.wait(scenario.is_answered, 60)
    desktop.press("Regenerate")
    desktop.wait_for("Version 2 of 2", timeout=60)
    desktop.wait(scenario.is_answered, 60)
    desktop.press("Previous version (Alt+Left)")
    desktop.wait_for("Version 1 of 2")
    desktop.wait_for("Message").queryComponent().grabFocus()
    desktop.key("ctrl+e")
    desktop.wait(lambda: scenario.typed() == "What is rain?")
    desktop.key("Escape")
    desktop.wait(lambda: scenario.typed() == "")
    desktop.key("ctrl+e")
    desktop.wait(lambda: scenario.typed() == "What is rain?")
    desktop.type(" Or snow?")
    desktop.key("Return")
    desktop.wait(lambda: "Or snow?" in scenario.conversation())
    desktop.wait(scenario.is_answered, 60)
    desktop.press("Previous version (Alt+Left)")
    desktop.wait(lambda: "Or snow?" not in scenario.conversation())
    assert "What is rain?" in scenario.conversation()
    scenario.end()


def stop_while_reading(scenario, folder):
    """A long message can be left while the model reads it."""
    desktop = scenario.desktop
    scenario.start("--model", folder, *SLOWLY)
    message = desktop.wait_for("Message")
    message.queryEditableText().setTextContents("rain and snow " * 500)
    desktop.press("Send")
    desktop.wait(lambda: "Reading" in scenario.conversation(), 60)
    desktop.press("Stop")
    desktop.wait_for("Send", timeout=2)
    desktop.wait(lambda: "Stopped" in scenario.conversation(), 2)
    scenario.end()


def two_chats(scenario, folder):
    """One chat goes on while another is open; Stop concerns the one that is looked at."""
    desktop = scenario.desktop
    scenario.start("--model", folder, *SLOWLY)
    scenario.send("first of two")
    desktop.wait_for("Answer", timeout=60)
    desktop.press("New chat", "push button")
    desktop.wait(lambda: not desktop.has("Conversation"))
    scenario.send("second of two")
    desktop.wait(lambda: "Queued" in scenario.conversation())
    assert desktop.has("Send")
    desktop.key("ctrl+Tab")
    desktop.wait(lambda: "first of two" in scenario.conversation())
    desktop.press("Stop")
    desktop.wait(lambda: "Stopped" in scenario.conversation())
    desktop.key("ctrl+Tab")
    desktop.wait(lambda: "second of two" in scenario.conversation())
    desktop.wait_for("Answer", timeout=60)
    desktop.press("Stop")
    desktop.wait(lambda: "Stopped" in scenario.conversation())
    scenario.end()


def closing_asks_and_the_answer_goes_on(scenario, folder):
    """The window asks before it cuts an answer off; after a restart the answer is gone on with."""
    desktop = scenario.desktop
    scenario.start("--model", folder, *SLOWLY)
    scenario.send("Tell me a story")
    desktop.wait_for("Answer", timeout=60)
    desktop.key("ctrl+q")
    desktop.press("Go on writing")
    desktop.wait(lambda: not desktop.has("Go on writing"))
    assert desktop.has("Stop")
    desktop.focus_window("Tell me a story")
    desktop.key("ctrl+q")
    desktop.press("Stop and close")
    assert scenario.program.wait(10) == 0
    scenario.start("--model", folder, *SLOWLY)
    if not desktop.has("Conversation"):
        desktop.key("ctrl+Tab")
    desktop.wait(lambda: "Tell me a story" in scenario.conversation())
    before = answer_words(scenario)
    desktop.press("Continue")
    desktop.wait_for("Stop")
    desktop.wait(lambda: len(answer_words(scenario)) > len(before), 60)
    desktop.press("Stop")
    desktop.wait_for("Send")
    scenario.end()


def keyboard_only(scenario):
    """Write, begin a new chat, switch, edit: without a mouse."""
    desktop = scenario.desktop
    scenario.start()
    desktop.type("One thing")
    desktop.wait(lambda: scenario.typed() == "One thing")
    desktop.key("Return")
    desktop.wait(scenario.is_answered, 60)
    desktop.key("ctrl+n")
    desktop.wait(lambda: not desktop.has("Conversation"))
    desktop.type("Another thing")
    desktop.wait(lambda: scenario.typed() == "Another thing")
    desktop.key("Return")
    desktop.wait(lambda: "Another thing" in scenario.conversation())
    desktop.wait(scenario.is_answered, 60)
    desktop.key("ctrl+Tab")
    desktop.wait(lambda: "One thing" in scenario.conversation())
    desktop.key("ctrl+l", "ctrl+e")
    desktop.wait(lambda: scenario.typed() == "One thing")
    desktop.key("Escape")
    desktop.wait(lambda: scenario.typed() == "")
    scenario.end()


def long_chat(scenario, count):
    """A chat of so many messages opens, and both its ends are reached."""
    desktop = scenario.desktop
    scenario.start()
    if not desktop.has("Conversation"):
        desktop.key("ctrl+Tab")
    desktop.wait(lambda: f"number {count}." in scenario.conversation())
    desktop.wait_for("Conversation").queryComponent().grabFocus()
    desktop.key("Home")
    desktop.wait(lambda: "number 1." in scenario.conversation())
    desktop.key("End")
    desktop.wait(lambda: f"number {count}." in scenario.conversation())


def download(scenario, endpoint, repository):
    """Pick a model on the models page, fetch it, and let it answer."""
    scenario.start("--endpoint", endpoint)
    desktop = scenario.desktop
    desktop.press("Models", "push button")
    field = desktop.wait_for("Name or address of a repository")
    field.queryEditableText().setTextContents(repository)
    desktop.press("Look up")
    desktop.press("Download what was found")
    desktop.wait_for("Use it", timeout=60)
    desktop.press("Use it")
    desktop.press("Back to the chat")
    scenario.send("Hello there")
    desktop.wait(scenario.is_answered, 60)
    scenario.end()


def screenshots(scenario, folder):
    """Pictures of the window, to be looked at."""
    pictures = Path(folder)
    scenario.start(*SLOWLY)  # enough for a picture on the way
    scenario.desktop.screenshot(pictures / "first-start.png")
    scenario.send("Tell me a long story about the sea.")
    scenario.desktop.wait_for("Answer")
    scenario.desktop.screenshot(pictures / "streaming.png")
    scenario.desktop.wait(scenario.is_answered, 60)
    scenario.desktop.screenshot(pictures / "answer.png")
    scenario.end()


def main(name, command, *args):
    """Play the scenario of that name."""
    desktop = Desktop()
    try:
        globals()[name](Scenario(desktop, json.loads(command)), *args)
    finally:
        desktop.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

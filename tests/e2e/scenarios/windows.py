"""The window among others: filling the screen, put away, moved, behind another program."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

from program import SLOWLY

MAIN = "Ternchat$"
ELSEWHERE = "Elsewhere"
MAXIMISED = {"MAXIMIZED_VERT", "MAXIMIZED_HORZ"}
PLACE = (60, 80, 900, 600)


def f11_fills_the_screen_and_gives_it_back(program):
    """Twice: also out of a maximised window, which is maximised again then."""
    windows, wait = program.desktop.windows, program.desktop.wait
    begin_at(program, PLACE)
    program.desktop.key("F11")
    wait(lambda: "FULLSCREEN" in windows.states_of(MAIN))
    wait(lambda: windows.place_of(MAIN) == (0, 0, *program.desktop.size))
    program.desktop.key("F11")
    wait(lambda: windows.place_of(MAIN) == PLACE)
    assert "FULLSCREEN" not in windows.states_of(MAIN)
    windows.toggle_maximised()
    wait(lambda: windows.states_of(MAIN) >= MAXIMISED)
    program.desktop.key("F11")
    wait(lambda: windows.place_of(MAIN) == (0, 0, *program.desktop.size))
    program.desktop.key("F11")
    wait(lambda: "FULLSCREEN" not in windows.states_of(MAIN))
    assert windows.states_of(MAIN) >= MAXIMISED
    windows.toggle_maximised()
    wait(lambda: windows.place_of(MAIN) == PLACE)
    program.type("Here one types again")
    program.end()


def a_second_start_brings_the_window_back(program):
    """From where it was put away, and to the front; the second program leaves."""
    windows, wait = program.desktop.windows, program.desktop.wait
    program.start()
    windows.minimise(MAIN)
    wait(lambda: "HIDDEN" in windows.states_of(MAIN))
    second = subprocess.run(program.command, capture_output=True, text=True, check=False)
    assert second.returncode == 0, second.stderr
    wait(lambda: "HIDDEN" not in windows.states_of(MAIN))
    program.wait_for_focus("Message")
    program.end()


def the_window_stands_where_it_stood(program):
    """After two starts still at the same place: no frame is added to it each time."""
    windows = program.desktop.windows
    begin_at(program, PLACE)
    for _ in range(2):
        program.end()
        program.start()
        program.desktop.wait(lambda: windows.place_of(MAIN) == PLACE)
    program.end()


def a_maximised_window_is_maximised_again(program):
    """Also when it filled the screen at last; it still knows how large it was before."""
    windows, wait = program.desktop.windows, program.desktop.wait
    begin_at(program, PLACE)
    windows.toggle_maximised()
    wait(lambda: windows.states_of(MAIN) >= MAXIMISED)
    program.desktop.key("F11")
    wait(lambda: "FULLSCREEN" in windows.states_of(MAIN))
    program.end()
    program.start()
    wait(lambda: windows.states_of(MAIN) >= MAXIMISED)
    assert "FULLSCREEN" not in windows.states_of(MAIN)
    windows.toggle_maximised()
    wait(lambda: windows.place_of(MAIN) == PLACE)
    program.end()


def an_answer_behind_another_window_is_told(program, model, elsewhere, title):
    """In the tray, where a click brings the window back; the chat is marked until it is opened."""
    desktop = program.desktop
    program.start("--model", model, *SLOWLY)
    program.open(title)
    desktop.find("Message").queryEditableText().setTextContents("And then?")
    with beside(program, elsewhere):
        desktop.wait(lambda: not desktop.has_focus("Message"))
        desktop.press("Send")
        desktop.wait_for("Answer")
        desktop.press("New chat", "push button")
        desktop.wait(lambda: program.chats() == [f"{title}, unread"])
        desktop.click(*desktop.middle_of(desktop.wait_for("An answer is ready.")))
        program.wait_for_focus("Message")
        assert not desktop.has("An answer is ready.")
    assert program.chats() == [f"{title}, unread"]
    program.open(title)
    desktop.wait(lambda: program.chats() == [title])
    program.end()


def files_are_dropped_anywhere(program, elsewhere, title, file, model):
    """Carried from another program with the mouse they stand above the message, wherever they are
    let go; a model is asked about on its page."""
    desktop = program.desktop
    program.start()
    program.open(title)
    desktop.windows.put(MAIN, *PLACE)
    desktop.wait(lambda: desktop.windows.place_of(MAIN) == PLACE)
    with beside(program, elsewhere, file):
        for target in ("Chats", "Your message", "Message"):
            drop(desktop, target)
            desktop.press(f"Remove {Path(file).name}")
            desktop.wait(lambda: not desktop.has("Attachments"))
    with beside(program, elsewhere, model):
        drop(desktop, "Message")
        desktop.wait_for("Look up")
    program.end()


def drop(desktop, target):
    """Carry what the other window has to something in the program's, and let go."""
    desktop.hold(desktop.middle_of(desktop.wait_for("Files")))
    desktop.wait_for("On their way")
    desktop.move(*desktop.middle_of(desktop.wait_for(target)))
    desktop.wait_for("Would be taken")
    desktop.let_go()
    desktop.wait_for("Files")


def begin_at(program, place):
    """Start the program and put its window there."""
    program.start()
    program.desktop.windows.put(MAIN, *place)
    program.desktop.wait(lambda: program.desktop.windows.place_of(MAIN) == place)


@contextmanager
def beside(program, elsewhere, *files):
    """With the window of another program on the screen."""
    desktop, python = program.desktop, program.command[0]
    other = desktop.start([python, elsewhere, *files], subprocess.DEVNULL)
    try:
        desktop.wait(lambda: "FOCUSED" in desktop.windows.states_of(ELSEWHERE))
        yield
    finally:
        other.kill()
        other.wait()

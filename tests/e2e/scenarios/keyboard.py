"""Without a mouse: every key of the menus that people use all day."""


def the_sheet_of_keys_opens_and_closes(program):
    """F1 shows what every key does; Escape closes it."""
    desktop = program.desktop
    program.begin()
    desktop.key("F1")
    desktop.wait_for("Keyboard shortcuts", "dialog")
    words = desktop.text_below("Keyboard shortcuts")
    assert "New chat: Ctrl+N" in words, words
    desktop.key("Escape")
    program.wait_until_gone("Keyboard shortcuts")


def one_writes_edits_and_compares_answers(program):
    """Up, Ctrl+E, Escape, Ctrl+R, Alt+Left, Alt+Right, Ctrl+Shift+C."""
    desktop = program.desktop
    program.begin()
    program.ask("What is hail?")
    desktop.key("Up")
    desktop.wait(lambda: program.typed() == "What is hail?")
    desktop.key("Escape")
    desktop.wait(lambda: program.typed() == "")
    desktop.key("ctrl+e")
    desktop.wait(lambda: program.typed() == "What is hail?")
    desktop.key("Escape")
    desktop.wait(lambda: program.typed() == "")
    desktop.key("ctrl+shift+c")
    first = desktop.wait(desktop.clipboard)
    assert first.split()[0] in program.answer_words()
    desktop.key("ctrl+r")
    desktop.wait_for("Version 2 of 2")
    desktop.wait(program.is_answered)
    desktop.key("alt+Left")
    desktop.wait_for("Version 1 of 2")
    desktop.key("alt+Right")
    desktop.wait_for("Version 2 of 2")


def one_begins_switches_renames_and_deletes_chats(program):
    """Ctrl+N, Ctrl+Tab, Ctrl+Shift+Tab, F2, Ctrl+Shift+Backspace; Tab leads to Undo."""
    desktop = program.desktop
    program.begin()
    program.ask("One sparrow")
    desktop.key("ctrl+n")
    desktop.wait(lambda: not desktop.has("Conversation"))
    program.ask("Two swallows")
    desktop.key("ctrl+Tab")
    desktop.wait(lambda: "One sparrow" in program.conversation())
    desktop.key("ctrl+shift+Tab")
    desktop.wait(lambda: "Two swallows" in program.conversation())
    desktop.key("F2")
    desktop.key("ctrl+a")
    desktop.type("Birds of summer")
    desktop.key("Return")
    desktop.wait(lambda: "Birds of summer" in program.chats())
    desktop.key("ctrl+shift+BackSpace")
    desktop.wait(lambda: "Birds of summer" not in program.chats())
    program.tab_to("Undo")
    desktop.key("space")
    desktop.wait(lambda: "Birds of summer" in program.chats())


def one_shows_and_hides_all_parts_of_the_window(program):
    """Ctrl+B, Ctrl+M, Ctrl+Shift+M, Ctrl+Shift+comma, Ctrl+comma, Ctrl+L."""
    desktop = program.desktop
    program.begin()
    desktop.key("ctrl+b")
    desktop.wait(lambda: not desktop.has("Chats"))
    desktop.key("ctrl+b")
    desktop.wait_for("Chats")
    desktop.key("ctrl+m")
    desktop.wait_for("Name or address of a repository")
    desktop.key("Escape")
    desktop.wait_for("Message")
    desktop.key("ctrl+shift+m")
    desktop.wait_for("Monitor")
    desktop.key("ctrl+shift+m")
    desktop.wait(lambda: not desktop.has("Monitor"))
    desktop.key("ctrl+shift+comma")
    desktop.wait_for("System prompt", "text")
    desktop.key("ctrl+shift+comma")
    desktop.wait(lambda: not desktop.has("System prompt", "text"))
    desktop.key("ctrl+comma")
    desktop.wait_for("Settings", "dialog")
    desktop.key("Escape")
    program.wait_until_gone("Settings")
    desktop.key("ctrl+l")
    program.type("Here one types again")
    desktop.key("ctrl+a", "BackSpace")


def one_makes_everything_larger_and_smaller(program):
    """Ctrl+plus, Ctrl+minus, Ctrl+0."""
    desktop = program.desktop
    program.begin()
    before = desktop.size_of("Send")
    desktop.key("ctrl+plus", "ctrl+plus")
    desktop.wait(lambda: desktop.size_of("Send") > before)
    desktop.key("ctrl+minus", "ctrl+minus", "ctrl+minus")
    desktop.wait(lambda: desktop.size_of("Send") < before)
    desktop.key("ctrl+0")
    desktop.wait(lambda: desktop.size_of("Send") == before)


def one_leaves(program):
    """Ctrl+Q ends a program that has nothing to do."""
    program.begin()
    program.desktop.key("ctrl+q")
    assert program.wait_for_end(30) == 0

"""Folders and the archive, by keyboard alone; the data folder is prepared, no model is needed."""


def a_chat_comes_into_a_new_folder_that_is_folded(program, title):
    """Ctrl+Shift+F, New folder, a name, Enter; Left folds it, and the chat stays on the screen."""
    desktop = program.desktop
    program.start()
    program.open(title)
    # Neither the menu nor the field in the list has a place in the tree: see what comes of them.
    desktop.key("ctrl+shift+f", "Up", "Return")
    desktop.wait(lambda: "New folder, folder, 1 chat, unfolded" in program.chats())
    desktop.type("Seafaring")
    desktop.key("Return")
    desktop.wait(lambda: "Seafaring, folder, 1 chat, unfolded" in program.chats())
    assert program.chats()[1] == title
    desktop.wait(lambda: desktop.has_focus("Seafaring, folder, 1 chat, unfolded"))
    desktop.key("Left")
    desktop.wait(lambda: "Seafaring, folder, 1 chat, folded" in program.chats())
    assert title not in program.chats()
    assert desktop.has(f"{title} – Ternchat", "frame")
    program.end()


def it_is_folded_at_the_next_start_and_opens_by_enter(program, title):
    """What was folded is remembered; unfolded, the chat is there."""
    desktop = program.desktop
    program.start()
    assert "Seafaring, folder, 1 chat, folded" in program.chats()
    desktop.wait_for("Chats", "list").queryComponent().grabFocus()
    desktop.key("Home", "Return")
    desktop.wait(lambda: title in program.chats())
    program.end()


def a_chat_is_archived_found_and_brought_back(program, title, words):
    """Ctrl+Shift+H takes it out of the list; the search knows it, and the archive gives it back."""
    desktop = program.desktop
    program.start()
    program.open(title)
    desktop.key("ctrl+shift+h")
    desktop.wait(lambda: title not in program.chats())
    desktop.wait_for("1 chat archived.")
    desktop.key("ctrl+k")
    program.wait_for_focus("Words to look for")
    desktop.type(words)
    found = desktop.wait(lambda: program.entries("Found"))
    assert found[0].startswith(f"{title}: "), found
    assert found[0].endswith(", archived"), found
    desktop.key("Return")
    program.wait_until_gone("Search")
    desktop.wait_for(f"{title} – Ternchat", "frame")
    assert title not in program.chats()
    program.choose("Chat", "Archive…")
    program.pick(title, "Archived chats")
    desktop.press("Back to the list", "push button")
    desktop.wait_for("Nothing is archived.")
    desktop.key("Escape")
    program.wait_until_gone("Archive")
    desktop.wait(lambda: title in program.chats())
    program.end()

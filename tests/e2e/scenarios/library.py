"""Many chats: found, searched, copied from, deleted and brought back; no model is needed."""


def words_in_any_chat_are_found_and_the_place_is_opened(program):
    """Ctrl+K, type, Enter; what was found shows the words around it."""
    desktop = program.desktop
    program.begin()
    desktop.key("ctrl+k")
    program.wait_for_focus("Words to look for")
    desktop.type("lighthouse")
    found = desktop.wait(lambda: program.entries("Found"))
    assert len(found) == 1, found
    assert found[0].startswith("A walk in Porto: "), found
    assert "pastry by the lighthouse" in found[0], found
    desktop.key("Return")
    program.wait_until_gone("Search")
    desktop.wait(lambda: "pastry by the lighthouse" in program.conversation())
    assert desktop.has("A walk in Porto – Ternchat", "frame")


def what_is_nowhere_is_said_not_to_be_found(program):
    """In words, not by an empty list."""
    desktop = program.desktop
    program.begin()
    desktop.key("ctrl+k")
    program.wait_for_focus("Words to look for")
    desktop.type("zzzxq")
    desktop.wait(lambda: "Nothing found." in desktop.text_below("Search", "dialog"))
    desktop.key("Escape")
    program.wait_until_gone("Search")


def words_in_a_chat_are_counted_and_gone_through(program):
    """Ctrl+F tells which of how many; Enter goes on, Shift+Enter back, Escape closes."""
    desktop = program.desktop
    program.open("Knots for sailors")
    desktop.key("ctrl+f")
    desktop.wait_for("Find in this chat", "text")
    desktop.type("bowline")
    desktop.wait_for("1 of 3 found")
    desktop.key("Return")
    desktop.wait_for("2 of 3 found")
    desktop.key("Return", "Return")
    desktop.wait_for("1 of 3 found")
    desktop.key("shift+Return")
    desktop.wait_for("3 of 3 found")
    desktop.key("Escape")
    desktop.wait(lambda: not desktop.has("Find in this chat", "text"))
    program.type("Here one types again")
    desktop.key("ctrl+a", "BackSpace")


def selected_words_are_copied(program):
    """A double click takes a word; from message to message a drag takes what everyone said."""
    desktop = program.desktop
    program.open("A walk in Porto")
    question, answer = (desktop.wait_for(name) for name in ("Your message", "Answer"))
    desktop.click(*desktop.place_of(answer, 2), times=2)
    desktop.key("ctrl+c")
    desktop.wait(lambda: desktop.clipboard() == "Begin")
    start, end = "Where", "Begin at the river"
    desktop.drag(desktop.place_of(question, 0), desktop.place_of(answer, len(end)))
    desktop.key("ctrl+c")
    copied = desktop.wait(lambda: start in desktop.clipboard() and desktop.clipboard())
    assert copied == "You: Where should I walk in Porto?\n\nModel: Begin at the river", copied


def the_last_answer_and_the_last_code_are_copied_by_keys(program):
    """Ctrl+Shift+C takes Markdown as it was written, Ctrl+Shift+; the code alone."""
    desktop = program.desktop
    program.open("Knots for sailors")
    desktop.key("ctrl+shift+c")
    desktop.wait(lambda: desktop.clipboard().endswith("**Never** trust a wet bowline."))
    assert "```python" in desktop.clipboard()
    desktop.key("ctrl+shift+semicolon")
    desktop.wait(lambda: desktop.clipboard() == 'knots = ["bowline"]\nprint(knots)')


def a_deleted_chat_comes_back_with_undo(program):
    """The line at the bottom offers it."""
    desktop = program.desktop
    program.open("Old shopping list")
    program.choose("Chat", "Delete chat")
    desktop.wait(lambda: "Old shopping list" not in program.chats())
    desktop.press("Undo", "push button")
    desktop.wait(lambda: "Old shopping list" in program.chats())


def a_deleted_chat_is_restored_from_the_trash(program):
    """It lies there, and leaves with all it holds."""
    desktop = program.desktop
    program.open("Old shopping list")
    program.choose("Chat", "Delete chat")
    desktop.wait(lambda: "Old shopping list" not in program.chats())
    program.choose("Chat", "Trash…")
    program.pick("Old shopping list", "Deleted chats")
    desktop.press("Restore", "push button")
    desktop.wait_for("The trash is empty.")
    program.close_dialog("Trash")
    desktop.wait(lambda: "Old shopping list" in program.chats())
    program.open("Old shopping list")
    assert "sardines" in program.conversation()


def a_chat_deleted_for_ever_is_gone(program):
    """After a question that says how many."""
    desktop = program.desktop
    program.start()
    program.open("Old shopping list")
    program.choose("Chat", "Delete chat")
    desktop.wait(lambda: "Old shopping list" not in program.chats())
    program.choose("Chat", "Trash…")
    program.pick("Old shopping list", "Deleted chats")
    desktop.press("Delete for ever…", "push button")
    desktop.press("Delete for ever", "push button", "Delete 1 chat for ever?")
    desktop.wait_for("The trash is empty.")
    program.close_dialog("Trash")
    assert "Old shopping list" not in program.chats()
    program.end()


def both_ends_of_a_long_chat_are_reached(program, count):
    """A chat of so many messages opens at its end; Home goes to its first message."""
    desktop = program.desktop
    program.open("A long chat")
    desktop.wait(lambda: f"number {count}." in program.conversation())
    desktop.wait_for("Conversation").queryComponent().grabFocus()
    desktop.key("Home")
    desktop.wait(lambda: "number 1." in program.conversation())
    desktop.key("End")
    desktop.wait(lambda: f"number {count}." in program.conversation())


def chats_are_exported(program, all_file, one_file, title):
    """All of them as JSON, one of them as Markdown, each through its menu entry."""
    desktop = program.desktop
    program.start()
    program.choose("Chat", "Export all chats…")
    desktop.wait_for("Export", "dialog")
    program.choose_last_type("JSON, everything (*.json)")
    program.name_file(all_file, "Save")
    program.wait_until_gone("Export")
    desktop.wait(lambda: "chats exported." in desktop.text_below("Ternchat", "frame"))
    program.open(title)
    program.choose("Chat", "Export chat…")
    desktop.wait_for("Export", "dialog")
    program.name_file(one_file, "Save")
    program.wait_until_gone("Export")
    desktop.wait_for("1 chat exported.")
    program.end()


def an_export_is_imported(program, file, title):
    """Through the menu, into a program that knows no chat; Undo is offered, and not taken."""
    desktop = program.desktop
    program.start()
    program.choose("Chat", "Import chats…")
    desktop.wait_for("Import chats", "dialog")
    program.name_file(file, "Open")
    program.wait_until_gone("Import chats")
    desktop.wait(lambda: title in program.chats())
    assert desktop.has("Undo")
    program.open(title)
    program.end()

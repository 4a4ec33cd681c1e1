"""Chats with the built-in model: each scenario goes on in the same program, in a new chat."""


def a_screen_reader_can_send(program):
    """Set the text, press Send: as assistive technology does."""
    desktop = program.desktop
    program.begin()
    desktop.find("Message").queryEditableText().setTextContents("What is rain?")
    desktop.press("Send")
    desktop.wait(program.is_answered)
    assert "What is rain?" in program.conversation()
    assert "What is rain?" in program.chats()


def a_new_chat_is_empty_and_listed_with_its_first_message(program):
    """The button gives an empty page; the list has the chat once something was said."""
    desktop = program.desktop
    program.begin()
    program.ask("One thing")
    before = program.chats()
    desktop.press("New chat", "push button")
    desktop.wait(lambda: not desktop.has("Conversation"))
    assert program.chats() == before
    program.ask("Two things")
    assert "One thing" not in program.conversation()
    assert program.chats()[:2] == ["Two things", "One thing"]


def an_answer_is_made_anew_and_the_first_one_is_still_there(program):
    """Regenerate makes a second version; the arrows below it go between them."""
    desktop = program.desktop
    program.begin()
    program.ask("What is snow?")
    first = program.answer_words()
    desktop.press("Regenerate")
    desktop.wait_for("Version 2 of 2")
    desktop.wait(program.is_answered)
    desktop.press("Previous version (Alt+Left)")
    desktop.wait_for("Version 1 of 2")
    desktop.wait(lambda: program.answer_words() == first)


def an_edited_question_stands_beside_the_first_one(program):
    """Escape leaves it as it was; sending makes a second version of the chat from there on."""
    desktop = program.desktop
    program.begin()
    program.ask("What is a gull?")
    desktop.press("Edit", "push button")
    desktop.wait(lambda: program.typed() == "What is a gull?")
    desktop.key("Escape")
    desktop.wait(lambda: program.typed() == "")
    desktop.press("Edit", "push button")
    desktop.wait(lambda: program.typed() == "What is a gull?")
    desktop.type(" Or a crow?")
    desktop.key("Return")
    desktop.wait(lambda: "Or a crow?" in program.conversation())
    desktop.wait(program.is_answered)
    desktop.press("Previous version (Alt+Left)")
    desktop.wait(lambda: "Or a crow?" not in program.conversation())
    assert "What is a gull?" in program.conversation()


def a_file_is_attached_and_sent_with_the_message(program, file):
    """Chosen in the dialog it stands above the text with its size, and then at the message."""
    desktop = program.desktop
    name = file.rpartition("/")[2]
    program.begin()
    desktop.press("Attach files")
    desktop.wait_for("Attach files", "dialog")
    program.name_file(file, "Open")
    program.wait_until_gone("Attach files")
    desktop.wait_for(f"Remove {name}")
    desktop.wait(lambda: f"{name}, " in desktop.text_below("Attachments"))
    program.ask("What does it say?")
    assert not desktop.has(f"Remove {name}")
    assert name in program.conversation()


def a_temporary_chat_is_answered_and_gone(program, secret):
    """It says what it is, answers like any other, and is not listed once one has left it."""
    desktop = program.desktop
    program.begin()
    program.ask("Something to be kept")
    desktop.key("ctrl+shift+n")
    desktop.wait(lambda: not desktop.has("Conversation"))
    desktop.wait_for("Temporary: not kept")
    program.ask(secret)
    desktop.key("ctrl+n")
    desktop.wait(lambda: not desktop.has("Conversation"))

"""With a model that takes its time: what happens while it answers."""


def escape_ends_the_loading_of_the_model(program):
    """The next message loads it after all."""
    desktop = program.desktop
    desktop.wait(lambda: "weights" in desktop.text_below("Status"))
    desktop.key("ctrl+m")
    desktop.press("Unload", "push button")
    desktop.wait(lambda: "No model loaded" in desktop.text_below("Status"))
    program.begin()
    program.type("Tell me a story")
    desktop.key("Return", "Escape")
    desktop.wait(lambda: "Stopped" in program.conversation())
    assert not desktop.has("Answer")
    assert "weights" not in desktop.text_below("Status")
    desktop.press("Regenerate")
    desktop.wait_for("Answer")
    stop_by_button(program)


def stop_ends_reading(program):
    """A long message can be left while the model reads it."""
    desktop = program.desktop
    program.begin()
    desktop.find("Message").queryEditableText().setTextContents("rain and snow " * 500)
    desktop.press("Send")
    desktop.wait(lambda: "Reading" in program.conversation())
    stop_by_button(program)
    assert not desktop.has("Answer")


def the_button_and_escape_end_writing_and_what_was_written_stays(program):
    """Send is Stop while something is written, and then Send again."""
    desktop = program.desktop
    for end in (stop_by_button, stop_by_key):
        program.begin()
        program.send("Tell me a story")
        desktop.wait_for("Answer")
        assert not desktop.has("Send")
        end(program)
        assert desktop.has("Answer")
        assert program.answer_words()


def a_message_sent_meanwhile_waits_for_its_turn(program):
    """It says so, and goes its way when the answer before it ends."""
    desktop = program.desktop
    program.begin()
    program.send("first")
    desktop.wait_for("Answer")
    program.send("second")
    desktop.wait(lambda: "Queued" in program.conversation())
    desktop.key("Escape")
    desktop.wait(lambda: "Queued" not in program.conversation())
    stop_by_button(program)


def one_chat_goes_on_while_another_is_open(program):
    """Stop concerns the chat one looks at."""
    desktop = program.desktop
    program.begin()
    program.send("first of two")
    desktop.wait_for("Answer")
    desktop.press("New chat", "push button")
    desktop.wait(lambda: not desktop.has("Conversation"))
    program.send("second of two")
    desktop.wait(lambda: "Queued" in program.conversation())
    assert desktop.has("Send")
    desktop.key("ctrl+Tab")
    desktop.wait(lambda: "first of two" in program.conversation())
    desktop.press("Stop")
    desktop.wait(lambda: "Stopped" in program.conversation())
    desktop.key("ctrl+shift+Tab")
    desktop.wait(lambda: "second of two" in program.conversation())
    desktop.wait_for("Answer")
    stop_by_button(program)


def stop_by_button(program):
    """Press Stop; it becomes Send at once."""
    program.desktop.press("Stop")
    see_it_stopped(program)


def stop_by_key(program):
    """Press Escape."""
    program.desktop.key("Escape")
    see_it_stopped(program)


def see_it_stopped(program):
    """The button is Send again, and the message says how it ended."""
    program.desktop.wait_for("Send")
    program.desktop.wait(lambda: "Stopped" in program.conversation())

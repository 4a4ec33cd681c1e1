"""What a person meets who has just installed the program: each begins with an empty folder."""


def the_first_message_is_answered_without_any_setting(program):
    """First start, type, Enter: an answer."""
    desktop = program.desktop
    program.start()
    assert desktop.has("Use it now")
    assert desktop.is_window_of("ternchat")  # StartupWMClass of its desktop file
    program.send("Hello there")
    desktop.wait(program.is_answered)
    assert program.typed() == ""
    assert "Ready" in desktop.text_below("Status")
    assert "threads" in desktop.text_below("Status")
    program.end()


def what_is_typed_while_the_model_loads_is_answered(program):
    """The composer takes text from the first moment on; Enter then queues it."""
    program.start("--model", "fledgling")
    program.send("typed at once")
    program.desktop.wait(program.is_answered)
    program.end()


def a_broken_model_is_told_and_the_built_in_one_still_answers(program, folder):
    """The window says which file is wrong, and Details have it all."""
    desktop = program.desktop
    program.start("--model", folder)
    problem = desktop.wait(lambda: desktop.text_below("Error"))
    assert "config.json" in problem, problem
    assert "Traceback" not in problem
    desktop.press("Details")
    desktop.wait(lambda: "Traceback" in desktop.text_below("Error"))
    program.ask("Hello")
    program.end()


def settings_hold_at_once_and_after_the_next_start(program):
    """What is chosen is in the file at once; a reset takes it out again."""
    file, desktop = program.data / "settings.toml", program.desktop

    def saved(words):
        return words in (file.read_text() if file.exists() else "")

    program.start()
    desktop.key("ctrl+plus")
    desktop.wait(lambda: saved("zoom = 110"))
    desktop.key("ctrl+shift+comma")
    desktop.wait_for("System prompt", "text")
    desktop.key("ctrl+comma")
    desktop.wait_for("Settings", "dialog")
    desktop.press("Start where I left off", "check box")
    desktop.wait(lambda: saved("remember = false"))
    desktop.press("Reset Start where I left off")
    desktop.wait(lambda: not saved("remember"))
    program.close_dialog("Settings")
    program.end()
    program.start()
    desktop.wait_for("System prompt", "text")
    assert desktop.find("System prompt", "text").queryText().getText(0, -1) == ""
    program.type("You are a tern.")  # where one types at first
    program.end()

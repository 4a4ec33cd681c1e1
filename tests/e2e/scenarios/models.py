"""Models: from the page to the first answer."""


def a_model_is_picked_fetched_and_answers(program, endpoint, repository):
    """Name it, see what it is, fetch it, use it."""
    desktop = program.desktop
    program.start("--endpoint", endpoint)
    desktop.press("Models", "push button")
    field = desktop.wait_for("Name or address of a repository")
    field.queryEditableText().setTextContents(repository)
    desktop.press("Look up")
    desktop.press("Download what was found")
    desktop.wait_for("Use it")
    desktop.press("Use it")
    desktop.press("Back to the chat")
    program.ask("Hello there")
    program.end()


def a_model_of_the_shared_cache_is_used_in_place_and_answers(program, repository):
    """What another program fetched stands on the page; no hub answers, and none is needed."""
    desktop = program.desktop
    program.start("--endpoint", "http://127.0.0.1:1")
    desktop.press("Models", "push button")
    desktop.wait_for(repository)
    desktop.press("Use in place", below=repository)
    desktop.wait_for("Use it")
    desktop.press("Use it")
    desktop.press("Back to the chat")
    program.ask("Hello there")
    program.end()


def a_folder_is_imported_tried_and_answers(program, folder):
    """Named in the dialog, used where it is; the notice comes when it has been tried."""
    desktop = program.desktop
    program.start()
    desktop.press("Models", "push button")
    desktop.click(*desktop.middle_of(desktop.wait_for("Import")))
    desktop.key("Down", "Return")  # the menu has no place in the tree: see what comes of it
    desktop.wait_for("Folder of a model", "dialog")
    desktop.wait_for("Directory:", "text").queryEditableText().setTextContents(folder)
    desktop.press("Choose", "push button")
    desktop.press("Use it where it is")
    desktop.wait_for("Use it")
    desktop.press("Use it")
    desktop.press("Back to the chat")
    program.ask("Hello there")
    program.end()

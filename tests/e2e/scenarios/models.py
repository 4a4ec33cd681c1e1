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

"""The states of a chat, from the first start to a model that repeats itself."""

from PySide6.QtWidgets import QMessageBox

from .sample_chats import NOTES
from .studio import Studio

LONG_QUESTION = "Tell me a long story about the sea, the wind and a small bird. "


def loading(studio: Studio) -> None:
    """A question waits for its model."""
    studio.context.controller.use_model("slowcoach")
    studio.context.controller.send("What is rain?")
    studio.wait(lambda: studio.says("Loading slowcoach"))
    studio.shoot("loading", moving=True)


def reading(studio: Studio) -> None:
    """A long text is read."""
    studio.wait(lambda: studio.says("Writing"))
    _stop(studio)
    studio.context.controller.new_chat()
    studio.context.controller.send(LONG_QUESTION * 30)
    studio.wait(lambda: studio.says("Reading") and studio.says(" of "))
    studio.shoot("reading", moving=True)


def streaming_with_a_question_that_waits(studio: Studio) -> None:
    """An answer is being written, the next question stands below it."""
    _stop(studio)
    studio.context.controller.new_chat()
    studio.context.controller.send("Tell me a story.")
    studio.wait(lambda: studio.says("Writing"))
    studio.context.controller.send("And then?")
    studio.wait(lambda: len(_last_text(studio)) > 60)
    studio.shoot("queued", moving=True)


def close_question(studio: Studio) -> None:
    """Closing on an answer asks first."""
    studio.window.close()
    studio.find(QMessageBox)
    studio.shoot("close-question", moving=True)
    studio.close_dialogs()


def repeat_notice(studio: Studio) -> None:
    """A model that says the same again and again."""
    _stop(studio)
    studio.context.controller.use_model("parrot")
    studio.wait(lambda: studio.context.controller.model_in_use == "parrot")
    studio.context.controller.new_chat()
    studio.context.controller.send("Say something.")
    studio.wait(lambda: studio.window.page.composer.repeat_notice.isVisible())
    studio.shoot("repeat-notice", moving=True)
    _stop(studio)


def streaming(studio: Studio) -> None:
    """The built-in model in the middle of an answer."""
    studio.context.controller.use_model("fledgling")
    studio.wait(lambda: studio.context.controller.model_in_use == "fledgling")
    studio.context.controller.new_chat()
    studio.context.controller.send("Tell me about the sea.")
    studio.wait(lambda: len(_last_text(studio)) > 20)
    studio.shoot("streaming", moving=True)
    studio.wait(lambda: studio.context.controller.quiet)
    studio.shoot("answered")


def versions(studio: Studio) -> None:
    """An answer made anew."""
    studio.context.controller.regenerate_last()
    studio.wait(lambda: studio.context.controller.quiet)
    studio.shoot("versions")


def gauge(studio: Studio) -> None:
    """A draft that nearly fills the context, and one that does not fit."""
    composer = studio.window.page.composer
    for name, words, reason in (
        ("gauge-amber", 188, "left out"),
        ("gauge-red", 600, "Shorten it"),
    ):
        composer.prompt.setPlainText("rain " * words)
        studio.wait_for_words(reason, composer)
        studio.shoot(name)
    composer.prompt.clear()


def attachments(studio: Studio) -> None:
    """Files that go with a message."""
    composer = studio.window.page.composer
    composer.attachments.add(NOTES)
    composer.prompt.setPlainText("What do these notes say?")
    studio.shoot("attachments")
    composer.prompt.clear()
    composer.attachments.discard([file.key for file in composer.attachments.files])


def monitor(studio: Studio) -> None:
    """Speed and memory beside the chat."""
    studio.window.menus.monitor.trigger()
    studio.context.controller.send("What is snow?")
    studio.wait(lambda: studio.context.controller.quiet)
    studio.shoot("monitor", moving=True)
    studio.window.menus.monitor.trigger()


def temporary_chat(studio: Studio) -> None:
    """A chat that never touches the disk."""
    studio.context.controller.new_temporary_chat()
    studio.context.controller.send("A secret: I am afraid of gulls.")
    studio.wait(lambda: studio.context.controller.quiet)
    studio.shoot("temporary-chat")


def _stop(studio: Studio) -> None:
    """End what runs and what waits behind it."""

    def quiet() -> bool:
        studio.context.controller.stop()
        return studio.context.controller.quiet

    studio.wait(quiet, "the engine to stop")


def _last_text(studio: Studio) -> str:
    messages = studio.context.conversation.messages()
    answers = [m.shown_text for m in messages if m.role == "assistant"]
    return answers[-1] if answers else ""


SCENES = (
    loading,
    reading,
    streaming_with_a_question_that_waits,
    close_question,
    repeat_notice,
    streaming,
    versions,
    gauge,
    attachments,
    monitor,
    temporary_chat,
)

"""What is wrong with a file that was to be imported."""

from ternchat.app.core.errors import AppError
from ternchat.app.core.translatable import QT_TRANSLATE_NOOP


class ImportFileError(AppError):
    """The file is no export, or a damaged one; the message names the place."""

    code = "import"
    title = QT_TRANSLATE_NOOP("Problem", "These chats cannot be imported")
    advice = QT_TRANSLATE_NOOP(
        "Problem",
        "Choose a JSON file that Ternchat, ChatGPT or Open WebUI has exported.",
    )

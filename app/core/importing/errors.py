"""What is wrong with a file that was to be imported."""

from ternchat.app.core.errors import AppError


class ImportFileError(AppError):
    """The file is no export, or a damaged one; the message names the place."""

"""The one error of everything that reads attachments, and the limit they share."""

from .errors import AppError

MAX_CHARACTERS = 1_000_000  # several times what any context holds


class AttachmentError(AppError):
    """A file that cannot be attached."""

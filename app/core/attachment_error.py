"""The errors of everything that reads attachments, and the limit they share."""

from enum import StrEnum

from .errors import AppError
from .translatable import QT_TRANSLATE_NOOP

MAX_CHARACTERS = 1_000_000  # several times what any context holds


class AttachmentError(AppError):
    """A file that cannot be attached."""


class Refusal(StrEnum):
    """Why there is no text in a document, as a sentence to be filled in and translated."""

    EMPTY = QT_TRANSLATE_NOOP(
        "Sentence", "{name} holds no text; it may consist of pictures, as scans do"
    )
    LONG = QT_TRANSLATE_NOOP("Sentence", "{name} has more than {most} characters of text")
    LOCKED = QT_TRANSLATE_NOOP("Sentence", "{name} is locked with a password")
    ENCRYPTED = QT_TRANSLATE_NOOP(
        "Sentence", "{name} is encrypted in a way that cannot be read here"
    )
    NO_PDF = QT_TRANSLATE_NOOP("Sentence", "{name} is damaged: it cannot be read as a PDF file")
    NO_DOCX = QT_TRANSLATE_NOOP("Sentence", "{name} is damaged: it cannot be read as a DOCX file")
    BROKEN = QT_TRANSLATE_NOOP("Sentence", "{name} is damaged: its text cannot be read")
    SWOLLEN = QT_TRANSLATE_NOOP("Sentence", "{name} is too large once it is unpacked")
    ENTITIES = QT_TRANSLATE_NOOP(
        "Sentence", "{name} declares entities, which DOCX files do not have"
    )


class RefusedError(Exception):
    """A document without a text to be had; its message is a Refusal."""

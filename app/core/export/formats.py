"""The formats chats can be written in."""

from enum import StrEnum
from pathlib import Path


class ExportFormat(StrEnum):
    """What chats can be written as."""

    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"

    @property
    def suffix(self) -> str:
        """How the names of such files end."""
        return {"json": ".json", "markdown": ".md", "html": ".html"}[self]

    @classmethod
    def of_name(cls, path: Path) -> "ExportFormat":
        """The format a file's name asks for; JSON when it asks for none."""
        suffix = path.suffix.lower()
        return next((each for each in cls if each.suffix == suffix), cls.JSON)


def file_name_of(title: str, format_: ExportFormat) -> str:
    """A name for a chat's file that every system takes."""
    kept = "".join(c if c.isalnum() or c in " -_,'()" else " " for c in title)
    words = " ".join(kept.split())[:60].strip()
    return f"{words or 'Chat'}{format_.suffix}"

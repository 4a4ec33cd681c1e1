"""What came of opening the chats, and how to say it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ternchat.app.core.problem import Problem


class Finding(StrEnum):
    """How the chats were found."""

    NEW = "new"
    SOUND = "sound"
    MIGRATED = "migrated"
    RESCUED = "rescued"  # from a damaged file
    READ_ONLY = "read-only"
    NEWER = "newer"  # than this program; they can be read
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Rescue:
    """What was saved from a damaged file.

    Attributes:
        kept: the damaged file under its new name.
        chats, messages: how many there are now.
        from_backup: how many of these messages only the backup had.
        backup: the copy they came from; None when none was needed, or none is there.

    """

    kept: Path
    chats: int
    messages: int
    from_backup: int = 0
    backup: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of opening the chats."""

    finding: Finding
    path: Path
    reason: str = ""
    rescue: Rescue | None = None

    @property
    def writable(self) -> bool:
        """Whether new messages reach the disk."""
        return self.finding not in (Finding.READ_ONLY, Finding.NEWER, Finding.UNAVAILABLE)

    @property
    def problem(self) -> Problem | None:
        """What the person must know; None when all is well."""
        match self.finding:
            case Finding.RESCUED if self.rescue is not None:
                return Problem(
                    title="Your chats were damaged",
                    text=_saved(self.rescue),
                    advice=f"The damaged file is kept as {self.rescue.kept.name}.",
                    details=f"{self.path}: {self.reason}",
                )
            case Finding.READ_ONLY:
                return Problem(
                    title="Your chats can only be read",
                    text=f"{self.path} cannot be written to.",
                    advice=f"Make the file writable and start again. {_IN_MEMORY}",
                    details=self.reason,
                )
            case Finding.NEWER:
                return Problem(
                    title="Your chats were kept by a newer Ternchat",
                    text=f"This version can show and export {self.path.name}, but not change it.",
                    advice=f"Install the newer version to go on with them. {_IN_MEMORY}",
                    details=f"{self.path}: {self.reason}",
                )
            case Finding.UNAVAILABLE:
                return Problem(
                    title="Your chats cannot be opened",
                    text=f"{self.reason[:1].upper()}{self.reason[1:]}.",
                    advice=f"Nothing in the file was changed. {_IN_MEMORY}",
                    details=str(self.path),
                )
        return None


_IN_MEMORY = "New chats last until Ternchat ends."


def _saved(rescue: Rescue) -> str:
    if not rescue.chats:
        return "Nothing in the file could be read, and there was no backup."
    saved = f"{_count(rescue.chats, 'chat')} with {_count(rescue.messages, 'message')}"
    if rescue.backup is None:
        return f"{saved} could be rescued."
    return (
        f"{saved} could be rescued, {rescue.from_backup:,} of them from the backup "
        f"{rescue.backup.name}."
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

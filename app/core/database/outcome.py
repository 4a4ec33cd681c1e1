"""What came of opening the chats, and how to say it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ternchat.app.core.language import translate
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
                    title=translate("Outcome", "Your chats were damaged"),
                    text=_saved(self.rescue),
                    advice=translate("Outcome", "The damaged file is kept as %s.")
                    % self.rescue.kept.name,
                    details=f"{self.path}: {self.reason}",
                )
            case Finding.READ_ONLY:
                return Problem(
                    title=translate("Outcome", "Your chats can only be read"),
                    text=translate("Outcome", "%s cannot be written to.") % self.path,
                    advice=translate(
                        "Outcome",
                        "Make the file writable and start again."
                        " Until then new chats last until Ternchat ends.",
                    ),
                    details=self.reason,
                )
            case Finding.NEWER:
                return Problem(
                    title=translate("Outcome", "Your chats were kept by a newer Ternchat"),
                    text=translate(
                        "Outcome", "This version can show and export %s, but not change it."
                    )
                    % self.path.name,
                    advice=translate(
                        "Outcome",
                        "Install the newer version to go on with them."
                        " Until then new chats last until Ternchat ends.",
                    ),
                    details=f"{self.path}: {self.reason}",
                )
            case Finding.UNAVAILABLE:
                return Problem(
                    title=translate("Outcome", "Your chats cannot be opened"),
                    text=f"{self.reason[:1].upper()}{self.reason[1:]}.",
                    advice=translate(
                        "Outcome",
                        "Nothing in the file was changed. New chats last until Ternchat ends.",
                    ),
                    details=str(self.path),
                )
        return None


def _saved(rescue: Rescue) -> str:
    if not rescue.chats:
        return translate("Outcome", "Nothing in the file could be read, and there was no backup.")
    words = [translate("Outcome", "%n chat(s) could be rescued.", rescue.chats)]
    words.append(translate("Outcome", "They hold %n message(s).", rescue.messages))
    if rescue.backup is not None:
        words.append(translate("Outcome", "%n message(s) came from the backup", rescue.from_backup))
        words[-1] += f" {rescue.backup.name}."
    return " ".join(words)

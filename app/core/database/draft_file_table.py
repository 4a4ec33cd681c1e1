"""The files of drafts in the database."""

from collections.abc import Iterable

from ternchat.app.core.attachments import Attachment

from .connection import Database


class DraftFileTable:
    """Reads and changes rows of `draft_files`; changes happen inside a transaction.

    Those without a chat belong to the one that does not exist yet.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_chat(self, chat_id: int | None) -> tuple[Attachment, ...]:
        """What goes with a chat's draft, in the order it came."""
        rows = self._database.rows(
            "SELECT name, media_type, text, tokens FROM draft_files WHERE chat_id IS ? ORDER BY id",
            [chat_id],
        )
        return tuple(Attachment(*row) for row in rows)

    def replace(self, chat_id: int | None, files: Iterable[Attachment]) -> None:
        """Keep these, and no others."""
        self._database.run("DELETE FROM draft_files WHERE chat_id IS ?", [chat_id])
        for file in files:
            self._database.insert(
                "INSERT INTO draft_files (chat_id, name, media_type, text, tokens)"
                " VALUES (?, ?, ?, ?, ?)",
                [chat_id, file.name, file.media_type, file.text, file.tokens],
            )
